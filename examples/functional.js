// @ts-check
/**
 * A model that is not a chain: two inputs, and a shortcut around the hidden layers. It learns the distance of two
 * points. Run it by `node examples/functional.js`.
 */
import {
  init,
  layers,
  losses,
  metrics,
  model,
  optimizers,
  randomUniform,
  setSeed,
  sqrt,
  square,
  sub,
  sum,
} from "lanegrad";

await init();
setSeed(1);
const from = randomUniform([2000, 2], { low: -1, high: 1 });
const to = randomUniform([2000, 2], { low: -1, high: 1 });
const distance = sqrt(sum(square(sub(from, to)), 1, { keepDims: true })); // (2000, 1)

const start = layers.input({ shape: [2], name: "from" });
const end = layers.input({ shape: [2], name: "to" });
const both = layers.concatenate().apply([start, end]);
const first = layers.dense({ units: 48, activation: "relu" }).apply(both);
const second = layers.dense({ units: 48, activation: "relu" }).apply(first);
const joined = layers.add().apply([first, second]);
const output = layers.dense({ units: 1 }).apply(joined);

const network = model({ inputs: [start, end], outputs: output, name: "distance" });
network.compile({
  optimizer: optimizers.adam({ learningRate: 0.005 }),
  loss: losses.meanSquaredError(),
  metrics: [metrics.meanAbsoluteError()],
});
network.summary();
const { history } = await network.fit([from, to], distance, { epochs: 40, batchSize: 50, validationSplit: 0.2 });

const error = history.valMeanAbsoluteError.at(-1) ?? NaN;
console.log(`mean error on points never seen: ${error.toFixed(4)} (distances are 0 to 2.83)`);
if (!(error < 0.05)) throw new Error("not learned");
