/** A small residual network on colour pictures, which are mirrored and moved by up to four pixels. */
import { type Split, datasets, losses, metrics } from "lanegrad";
import type { DataSource } from "../stage.js";
import { labelledImages } from "../support/labelledImages.js";
import { network } from "../support/network.js";
import { residualNetwork, residualOptimizer, residualSettings } from "./residualNetwork.js";

const cifarSource: DataSource<Split> = {
  name: "cifar10",
  title: "CIFAR-10",
  files: [{ names: datasets.cifar10Files.archive }],
  otherFiles: [datasets.cifar10Files.records, datasets.cifar10Files.jpeg].map((list) =>
    list.map((name) => ({ names: [name] })),
  ),
  url: "https://www.cs.toronto.edu/~kriz/cifar.html",
  read: (files) => datasets.cifar10({ files: Object.fromEntries(files) }),
};

/** Two residual blocks, wider than those of `fashion-cnn`. Settings were chosen on the last 5,000 training pictures. */
export const cifar = network({
  name: "cifar",
  title: "Colour pictures by a small residual network",
  about: "the colour pictures of CIFAR-10 by a small residual network, weights averaged",
  chapter: "convolution",
  sources: [cifarSource],
  settings: residualSettings(20),
  loss: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.05 }),
  metrics: [metrics.accuracy()],
  averageDecay: 0.998,
  data: (stage) => labelledImages(stage, cifarSource),
  model: (seed) => residualNetwork({ name: "cifar", seed, shape: [32, 32, 3], shift: 4, channels: [32, 64, 128, 256] }),
  optimizer: residualOptimizer,
});
