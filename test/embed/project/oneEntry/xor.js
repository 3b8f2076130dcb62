/** As test/package/project/xor.js, with everything from the one entry. */
import { info, init, layers, losses, optimizers, sequential } from "lanegrad";

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
