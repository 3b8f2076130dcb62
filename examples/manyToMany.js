// @ts-check
/**
 * Many to many: after each bit of a sequence a network says whether the number of ones so far is even or odd. Sequences
 * of different lengths share a batch: their padding (token 0) counts neither in the states nor in the loss. Run it by
 * `node examples/manyToMany.js`.
 */
import { init, layers, losses, metrics, optimizers, sequential, text } from "lanegrad";

await init();
const length = 16;
/** Bits as tokens 1 and 2; 0 is padding. @param {string} bits */
const tokensOf = (bits) => Int32Array.from(bits, (bit) => 1 + Number(bit));
/** After each bit: 1 if the number of ones so far is odd. @param {string} bits */
const parities = (bits) => {
  let odd = 0;
  return Int32Array.from(bits, (bit) => (odd ^= Number(bit)));
};
/** @param {Int32Array[]} rows */
const padded = (rows) => text.padSequences(rows, { maxLength: length, padding: "post" });

const all = Array.from({ length: 1500 }, (_, i) =>
  Math.abs(Math.sin(i + 1))
    .toString(2)
    .slice(8, 12 + (i % 13)),
);
const model = sequential([
  layers.embedding({ inputDim: 3, outputDim: 4, inputLength: length, maskZero: true }),
  layers.lstm({ units: 16, returnSequences: true }), // (N, T, 16)
  layers.dense({ units: 2 }), // for each step
]);
const loss = losses.categoricalCrossentropy({ fromLogits: true });
model.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss, metrics: [metrics.accuracy()] });
await model.fit(padded(all.map(tokensOf)), padded(all.map(parities)), { epochs: 15, batchSize: 32 });

const fresh = ["1101", "0010111010", "1111111111111111"];
const outputs = /** @type {number[][][]} */ ((await model.predict(padded(fresh.map(tokensOf)))).toArray());
for (const [i, bits] of fresh.entries()) {
  const said = outputs[i].slice(0, bits.length).map(([even, odd]) => Number(odd > even)); // outputs for padding are ignored
  console.log(`bits ${bits}\nodd  ${said.join("")}`);
  if (said.join() !== parities(bits).join()) throw new Error("wrong parity");
}
