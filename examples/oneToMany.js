// @ts-check
/**
 * One to many: from one number, a frequency, a network draws a whole wave. repeatVector copies the number to every
 * step; only the LSTM's state differs from step to step. Run it by `node examples/oneToMany.js`.
 */
import { init, layers, losses, optimizers, schedules, sequential } from "lanegrad";

await init();
const steps = 40;
/** @param {number} frequency waves in the whole picture @returns {number[][]} (T, 1) */
const wave = (frequency) => Array.from({ length: steps }, (_, t) => [Math.sin((2 * Math.PI * frequency * t) / steps)]);

const frequencies = Array.from({ length: 256 }, (_, i) => 1 + i / 128); // from 1 to 3
const model = sequential([
  layers.dense({ units: 16, activation: "tanh", inputShape: [1] }),
  layers.repeatVector({ n: steps }), // (N, 16) → (N, T, 16)
  layers.lstm({ units: 32, returnSequences: true }),
  layers.timeDistributed({ layer: layers.dense({ units: 1 }) }), // (N, T, 32) → (N, T, 1)
]);
const [epochs, batchSize] = [100, 32];
const learningRate = schedules.oneCycle({ maxLearningRate: 0.02, totalSteps: (epochs * 256) / batchSize });
model.compile({ optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }), loss: losses.meanSquaredError() });
await model.fit(frequencies, frequencies.map(wave), { epochs, batchSize });

let worst = 0;
for (const frequency of [1.25, 2.5]) {
  const drawn = Array.from((await model.predict([frequency])).toTypedArray());
  const bars = drawn.map((value) => "▁▂▃▄▅▆▇█"[Math.min(7, Math.max(0, Math.floor(4 * value + 4)))]);
  console.log(`${frequency} waves  ${bars.join("")}`);
  worst = Math.max(worst, ...drawn.map((value, t) => Math.abs(value - wave(frequency)[t][0])));
}
console.log(`largest error ${worst.toFixed(2)}`);
if (!(worst < 0.35)) throw new Error("that is another wave");
