/**
 * What a user of the package writes: the smallest network that learns something. Runs in Node and in a page. The namespaces come from
 * entries of their own, of which esbuild drops what is not used; from "lanegrad" it would keep all of them.
 */
import { info, init, sequential } from "lanegrad";
import * as layers from "lanegrad/layers";
import * as losses from "lanegrad/losses";
import * as optimizers from "lanegrad/optimizers";

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]; // (4, 2)
const y = [[0], [1], [1], [0]]; // (4, 1)

/** Trains exclusive or; resolves to what a test wants to see. @param options for init */
export async function trainXor(options) {
  await init(options);
  const model = sequential(
    [layers.dense({ units: 8, activation: "tanh", inputShape: [2] }), layers.dense({ units: 1 })],
    { seed: 1 },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.05 }),
    loss: losses.binaryCrossentropy({ fromLogits: true }),
  });
  const { history } = await model.fit(x, y, { epochs: 200, batchSize: 4 });
  const logits = await model.predict(x);
  return { info: info(), loss: history.loss.at(-1), answers: [...logits.toTypedArray()].map((z) => (z > 0 ? 1 : 0)) };
}
