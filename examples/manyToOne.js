// @ts-check
/**
 * Many to one: a network reads words of different lengths and says at the end which of two letters came first, a or b,
 * however long ago. Shorter words are padded with 0, which maskZero skips. Run it by `node examples/manyToOne.js`.
 */
import { init, layers, losses, metrics, optimizers, sequential, text } from "lanegrad";

await init();
const letters = "_abcdefgh"; // token 0 is padding
const length = 20;

/** @param {number} i @returns {string} a word of 3 to 20 letters, different for each i */
function wordOf(i) {
  const random = (/** @type {number} */ k) => Math.abs(Math.sin(1000 * i + k)) * 1e4;
  const word = Array.from({ length: 3 + (i % 18) }, (_, k) => letters[3 + (Math.floor(random(k)) % 6)]);
  const place = Math.floor(random(50)) % (word.length - 1);
  [word[place], word[place + 1 + (Math.floor(random(51)) % (word.length - place - 1))]] = i % 2 === 0 ? "ab" : "ba";
  return word.join("");
}
/** @param {string} word */
const tokensOf = (word) => Int32Array.from(word, (letter) => letters.indexOf(letter));
/** @param {string[]} words */
const encode = (words) => text.padSequences(words.map(tokensOf), { maxLength: length });

const words = Array.from({ length: 3000 }, (_, i) => wordOf(i));
const labels = words.map((word) => Number(word.indexOf("b") < word.indexOf("a")));
const model = sequential([
  layers.embedding({ inputDim: letters.length, outputDim: 8, inputLength: length, maskZero: true }),
  layers.gru({ units: 24 }), // the last state alone
  layers.dense({ units: 2 }),
]);
const loss = losses.categoricalCrossentropy({ fromLogits: true });
model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss, metrics: [metrics.accuracy()] });
await model.fit(encode(words), labels, { epochs: 8, batchSize: 32 });

const fresh = ["chagdefb", "begach", "hhghgbeefggacddeg"];
const outputs = /** @type {number[][]} */ ((await model.predict(encode(fresh))).toArray());
const said = outputs.map(([a, b]) => (a > b ? "a" : "b"));
console.log(fresh.map((word, i) => `${word}: ${said[i]} came first`).join("\n"));
if (said.join("") !== "abb") throw new Error("that is not what came first");
