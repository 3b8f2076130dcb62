// @ts-check
/**
 * Pictures from folders, one for each class: a small convolutional network tells stripes across from upright ones. Run it by
 * `node examples/pictures.js FOLDER` on pictures of your own, or without a folder on some that it draws.
 */
import { rmSync } from "node:fs";
import { datasets, init, layers, losses, metrics, optimizers, sequential } from "lanegrad";
import { drawStripes } from "./support/drawStripes.js";

await init();
const size = 24;
const folder = process.argv[2] ?? drawStripes(60, size);
const pictures = await datasets.imageFolder(folder, { size: [size, size], channels: 1, broken: "skip" });
console.log(
  `${pictures.files.length} pictures: ${pictures.classNames.join(", ")}; ${pictures.skipped.length} could not be read`,
);
const { train, test } = datasets.trainTestSplit(pictures, { test: 0.25, stratify: true, seed: 1 });

const model = sequential(
  [
    layers.conv2d({ filters: 8, kernelSize: 5, activation: "relu", inputShape: [size, size, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: pictures.classNames.length }), // logits
  ],
  { seed: 1 },
);
model.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: losses.categoricalCrossentropy({ fromLogits: true }),
  metrics: [metrics.accuracy()],
});
await model.fit(train, { epochs: 12, batchSize: 10 });
const { accuracy } = await model.evaluate(test.x, test.y);
console.log(`${(100 * accuracy).toFixed(1)} % of the others recognised`);
if (process.argv[2] === undefined) {
  rmSync(folder, { recursive: true });
  if (!(accuracy > 0.9)) throw new Error(`not learned: ${accuracy}`);
}
