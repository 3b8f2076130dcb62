// @ts-check
/** The smallest network that learns something: exclusive or. Run it by `node examples/xor.js`. */
import { init, layers, losses, optimizers, sequential } from "lanegrad";

await init();
const x = [[0, 0], [0, 1], [1, 0], [1, 1]]; // prettier-ignore
const y = [[0], [1], [1], [0]];

const model = sequential([
  layers.dense({ units: 8, activation: "tanh", inputShape: [2] }),
  layers.dense({ units: 1, activation: "sigmoid" }),
]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.03 }), loss: losses.binaryCrossentropy() });
const { history } = await model.fit(x, y, { epochs: 500, batchSize: 4 });

const answers = (await model.predict(x)).toTypedArray();
for (const [i, [a, b]] of x.entries()) console.log(`${a} xor ${b} = ${answers[i].toFixed(3)}`);
const loss = history.loss.at(-1) ?? NaN;
if (!(loss < 0.05)) throw new Error(`not learned: the loss is ${loss}`);
