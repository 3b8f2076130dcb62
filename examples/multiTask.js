// @ts-check
/**
 * One network, two tasks: which digit is it, and how much ink does it take? A shared body, a head for each task, a loss
 * and metrics for each output. Run it by `node examples/multiTask.js`.
 */
import { cast, datasets, div, init, layers, losses, mean, metrics, model, optimizers, reshape } from "lanegrad";

await init();
const { train, test } = await datasets.digits({ train: 3000, test: 500, seed: 1 });

/** The share of ink in each picture, (N, 1). @param {import("lanegrad").Tensor} pictures (N, 28, 28, 1) uint8 */
const inkOf = (pictures) => reshape(mean(div(cast(pictures, "float32"), 255), [1, 2, 3]), [-1, 1]);

const picture = layers.input({ shape: [28, 28, 1] });
const body = layers.dense({ units: 64, activation: "relu" }).apply(layers.flatten().apply(picture));
const digit = layers.dense({ units: 10, name: "digit" }).apply(body); // logits
const ink = layers.dense({ units: 1, name: "ink" }).apply(body);
const network = model({ inputs: [picture], outputs: [digit, ink] });
network.compile({
  optimizer: optimizers.adam({ learningRate: 2e-3 }),
  loss: [losses.categoricalCrossentropy({ fromLogits: true }), losses.meanSquaredError()],
  lossWeights: [1, 100],
  metrics: [[metrics.accuracy()], [metrics.r2()]],
});
await network.fit(train.x, [train.y, inkOf(train.x)], { epochs: 8, batchSize: 32 });
const result = await network.evaluate(test.x, [test.y, inkOf(test.x)]);
const [accuracy, r2] = [result.digit_accuracy, result.ink_r2];
console.log(`${(100 * accuracy).toFixed(1)} % of the digits; R² of the ink ${r2.toFixed(2)}`);
if (!(accuracy > 0.9 && r2 > 0.7)) throw new Error(`not learned: ${accuracy}, ${r2}`);
