// @ts-check
/**
 * Handwritten digits: trains a network, evaluates, saves and loads it, and lets it read one digit. Run it by
 * `node examples/digits.js`.
 */
import { callbacks, datasets, init, layers, loadModel, losses, metrics, optimizers, sequential } from "lanegrad";

await init();
// Drawn on the spot; datasets.mnist() loads the real ones in the same form.
const { train, test } = await datasets.digits({ train: 6000, test: 1000, seed: 1 });

const model = sequential([
  layers.flatten({ inputShape: [28, 28, 1] }),
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: 100, activation: "relu" }),
  layers.dense({ units: 10 }), // logits
]);
model.compile({
  optimizer: optimizers.adamw({ learningRate: 3e-3 }),
  loss: losses.categoricalCrossentropy({ fromLogits: true }),
  metrics: [metrics.accuracy()],
});
model.summary();
await model.fit(train.x, train.y, {
  epochs: 6,
  batchSize: 64,
  validationSplit: 0.1,
  callbacks: [
    callbacks.earlyStopping({ monitor: "valLoss", patience: 2, restoreBestWeights: true }),
    {
      onEpochEnd: (epoch, { loss, valAccuracy }) =>
        console.log(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}, validation ${(100 * valAccuracy).toFixed(2)} %`),
    },
  ],
});
const { accuracy } = await model.evaluate(test.x, test.y);
console.log(`test: ${(100 * accuracy).toFixed(2)} % right`);

// In Node a path is enough: await model.save("digits.safetensors").
const { readable, writable } = new TransformStream();
const [loaded] = await Promise.all([loadModel(readable), model.save(writable)]);
const logits = (await loaded.predict(test.x)).toTypedArray().subarray(0, 10);
console.log(`the first digit is ${logits.indexOf(Math.max(...logits))}, its label ${test.y.toTypedArray()[0]}`);

if (!(accuracy > 0.95)) throw new Error(`not learned: ${accuracy} of the test digits are right`);
