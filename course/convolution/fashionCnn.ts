/** A small residual network on pictures of clothes, which are mirrored and moved by up to two pixels. */
import { type Split, datasets, losses, metrics } from "lanegrad";
import type { DataSource } from "../stage.js";
import { mnistSource } from "../support/digits.js";
import { labelledImages } from "../support/labelledImages.js";
import { network } from "../support/network.js";
import { residualNetwork, residualOptimizer, residualSettings } from "./residualNetwork.js";

const fashionSource: DataSource<Split> = {
  name: "fashion-mnist",
  title: "Fashion-MNIST",
  files: mnistSource.files,
  url: "https://github.com/zalandoresearch/fashion-mnist",
  read: (files) => datasets.fashionMnist({ files: Object.fromEntries(files) }),
};

/** Two residual blocks. Settings were chosen on the last 10,000 training pictures. */
export const fashionCnn = network({
  name: "fashion-cnn",
  title: "Clothes by a small residual network",
  about: "clothes of Fashion-MNIST by a small residual network, weights averaged",
  chapter: "convolution",
  sources: [fashionSource],
  settings: residualSettings(11),
  loss: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.02 }),
  metrics: [metrics.accuracy()],
  averageDecay: 0.998,
  data: (stage) => labelledImages(stage, fashionSource),
  model: (seed) =>
    residualNetwork({ name: "fashion-cnn", seed, shape: [28, 28, 1], shift: 2, channels: [32, 64, 128, 128] }),
  optimizer: residualOptimizer,
});
