// @ts-check
/**
 * A model inside a model, twice: an encoder turns two pictures into points, and a model around it learns whether they show
 * the same digit from how far apart the points lie. The encoder shares its weights. Run it by `node examples/nested.js`.
 */
import { Random, asLayer, datasets, gatherRows, init, model, sequential, tensor } from "lanegrad";
import { layers, losses, metrics, optimizers } from "lanegrad";

await init();
const random = new Random(1);
const { train, test } = await datasets.digits({ train: 2000, test: 500, seed: 1 });

const encoder = sequential(
  [
    layers.flatten({ inputShape: [28, 28, 1] }),
    layers.dense({ units: 64, activation: "relu" }),
    layers.dense({ units: 16 }),
    layers.unitNormalization(),
  ],
  { name: "encoder", seed: 1 },
);
const encode = asLayer(encoder);
const [left, right] = ["left", "right"].map((name) => layers.input({ shape: [28, 28, 1], name }));
const likeness = layers.dot({ axes: 1 }).apply([encode.apply(left), encode.apply(right)]); // (N, 1) in [−1, 1]
const output = layers.dense({ units: 1 }).apply(likeness); // a logit
const pairs = model({ inputs: [left, right], outputs: output, seed: 1 });
pairs.compile({
  optimizer: optimizers.adam({ learningRate: 3e-3 }),
  loss: losses.binaryCrossentropy({ fromLogits: true }),
  metrics: [metrics.accuracy()],
});

/** Pairs of pictures, half of them of the same digit. @param {typeof train} data @param {number} count */
function draw({ x, y }, count) {
  const labels = y.toTypedArray();
  const pick = () => random.integer(labels.length);
  const pairs = Array.from({ length: count }, (_, i) => {
    let pair = [pick(), pick()];
    while (Number(labels[pair[0]] === labels[pair[1]]) !== i % 2) pair = [pick(), pick()];
    return pair;
  });
  const side = (/** @type {number} */ s) => gatherRows(x, tensor(Int32Array.from(pairs, (pair) => pair[s])));
  return { x: [side(0), side(1)], y: pairs.map((_, i) => i % 2) };
}

const seen = draw(train, 6000);
await pairs.fit(seen.x, seen.y, { epochs: 8, batchSize: 64 });
const unseen = draw(test, 1000);
const { accuracy } = await pairs.evaluate(unseen.x, unseen.y);
const points = await encoder.predict(test.x); // the same weights, used alone
console.log(
  `${(100 * accuracy).toFixed(1)} % of the pairs judged rightly; the encoder alone gives ${points.shape.join(" × ")}`,
);
if (!(accuracy > 0.9)) throw new Error(`not learned: ${accuracy}`);
