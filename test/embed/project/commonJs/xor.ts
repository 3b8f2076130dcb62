/** For `ts-node xor.ts` and for `tsc` with the oldest of its resolutions: CommonJS, `main` and `typesVersions`. */
import { type History, type Tensor, init, sequential } from "lanegrad";
import { dense } from "lanegrad/layers";
import { binaryCrossentropy } from "lanegrad/losses";
import { adam } from "lanegrad/optimizers";

const x: number[][] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

async function main(): Promise<void> {
  await init();
  const hidden = dense({ units: 8, activation: "tanh", inputShape: [2] });
  const model = sequential([hidden, dense({ units: 1 })], { seed: 1 });
  model.compile({ optimizer: adam({ learningRate: 0.05 }), loss: binaryCrossentropy({ fromLogits: true }) });
  const done: History = await model.fit(x, [[0], [1], [1], [0]], { epochs: 200, batchSize: 4 });
  const logits = await model.predict(x);
  const answers = [...(logits as Tensor).toTypedArray()].map((logit) => (logit > 0 ? 1 : 0));
  console.log(JSON.stringify({ answers, loss: done.history.loss.at(-1) }));
}

void main();
