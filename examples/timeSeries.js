// @ts-check
/**
 * A time series by a stateful LSTM: it reads a noisy oscillation in windows, keeps its state from one window to the next,
 * and foretells the next value. Run it by `node examples/timeSeries.js`.
 */
import { Random, bptt, init, layers, losses, noGrad, optimizers, scope, sequential, tensor } from "lanegrad";

await init();
const [window, windows] = [20, 60];
const random = new Random(1);
const steps = window * windows;
/** Two oscillations whose sum hardly repeats, and some noise. */
const series = Array.from({ length: steps + 1 }, (_, t) => [
  Math.sin(t / 5) + 0.5 * Math.sin(t / 13) + random.uniform(-0.05, 0.05),
]);
const known = window * 50; // the rest is foretold

const model = sequential(
  [
    layers.lstm({ units: 24, returnSequences: true, stateful: true, batchSize: 1, inputShape: [window, 1] }),
    layers.dense({ units: 1 }),
  ],
  { seed: 1 },
);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: losses.meanSquaredError() });
const past = { x: [series.slice(0, known)], y: [series.slice(1, known + 1)] }; // (1, T, 1): each value and the next
for (let pass = 1; pass <= 20; pass++) {
  const { loss } = await bptt(model, past, { window });
  if (pass % 5 === 0) console.log(`pass ${pass}: squared error ${loss.toFixed(4)}`);
}

// The state goes on through the windows that it learnt from into those that it has not seen.
model.resetStates();
let [error, naive] = [0, 0];
for (let start = 0; start < steps; start += window) {
  const seen = series.slice(start, start + window);
  const next = scope(() => noGrad(() => model.call([tensor([seen])])[0].toTypedArray()));
  if (start < known) continue;
  for (const [i, value] of next.entries()) {
    error += (value - series[start + i + 1][0]) ** 2;
    naive += (series[start + i][0] - series[start + i + 1][0]) ** 2;
  }
}
console.log(`of the error of "as it is now", ${((100 * error) / naive).toFixed(0)} % are left`);
if (!(error < 0.3 * naive)) throw new Error(`not learned: ${error} against ${naive}`);
