// @ts-check
/**
 * Transfer: a convolutional network learns the digits 0 to 4 from many images; its body, frozen, then learns 5 to 9
 * from fifty with a new head. Run it by `node examples/transfer.js`.
 */
import { datasets, gatherRows, init, layers, losses, metrics, optimizers, sequential, tensor } from "lanegrad";

await init();
const { train, test } = await datasets.digits({ train: 3000, test: 1000, seed: 1 });

/**
 * The digits from `first` to `first` + 4, labelled 0 to 4; at most `count`.
 * @param {typeof train} split
 * @param {number} first
 * @param {number} count
 */
function fiveDigits({ x, y }, first, count) {
  const rows = [...y.toTypedArray().entries()].filter(([, label]) => label >= first && label < first + 5);
  const chosen = rows.slice(0, count);
  return {
    x: gatherRows(x, tensor(Int32Array.from(chosen, ([row]) => row))),
    y: tensor(Int32Array.from(chosen, ([, label]) => label - first)),
  };
}

/** The same body under the same names, with a head of its own. @param {string} head */
function network(head) {
  return sequential([
    layers.conv2d({ name: "strokes", filters: 8, kernelSize: 5, activation: "relu", inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ name: "shapes", filters: 16, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ name: head, units: 5 }), // logits
  ]);
}

/** @param {ReturnType<typeof network>} model @param {{ x: any, y: any }} data @param {number} epochs */
async function learn(model, data, epochs) {
  model.compile({
    optimizer: optimizers.adam({ learningRate: 3e-3 }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  await model.fit(data.x, data.y, { epochs, batchSize: 25 });
}

const low = network("zeroToFour");
await learn(low, fiveDigits(train, 0, 1500), 3);

const high = network("fiveToNine");
const { loaded, skipped } = await high.loadWeights(await low.toBytes(), { byName: true });
console.log(`taken over: ${loaded.join(", ")}; new: ${skipped.join(", ")}`);
for (const layer of high.layers) layer.trainable = layer.name === "fiveToNine"; // before compile
const few = fiveDigits(train, 5, 50);
await learn(high, few, 20);

const fresh = network("fiveToNine");
for (const layer of fresh.layers) layer.trainable = layer.name === "fiveToNine";
await learn(fresh, few, 20);

const unseen = fiveDigits(test, 5, 1000);
const { accuracy } = await high.evaluate(unseen.x, unseen.y);
const { accuracy: without } = await fresh.evaluate(unseen.x, unseen.y);
console.log(
  `5 to 9 from 50 images: ${(100 * accuracy).toFixed(1)} % with the learnt body, ${(100 * without).toFixed(1)} % with a random one`,
);
if (!(accuracy > 0.75 && accuracy > without)) throw new Error(`not learned: ${accuracy} against ${without}`);
