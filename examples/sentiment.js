// @ts-check
/**
 * Sentiment: is a sentence praise or blame? An LSTM reads words; sentences have different lengths, which are handed to
 * `fit` beside the tokens. "Not" turns a sentence round. Run it by `node examples/sentiment.js`.
 */
import { Random, init, layers, losses, metrics, optimizers, sequential, text } from "lanegrad";

await init();
const good = ["good", "fine", "lovely", "moving", "clever", "funny"];
const bad = ["bad", "dull", "awful", "silly", "slow", "tired"];
const subjects = ["the film", "the plot", "it", "every scene", "the acting of all of them"];
const random = new Random(1);

/** @template T @param {readonly T[]} list @returns {T} */
const pick = (list) => list[random.integer(list.length)];

/** @param {number} count @returns sentences and their labels, 1 for praise */
function write(count) {
  const sentences = Array.from({ length: count }, () => {
    const [isGood, isTurned] = [random.uniform() < 0.5, random.uniform() < 0.4];
    const words = `${pick(subjects)} was ${isTurned ? pick(["not", "never"]) + " " : ""}${pick(["", "very ", "really "])}${pick(isGood ? good : bad)}`;
    return { words, label: Number(isGood !== isTurned) };
  });
  return { sentences: sentences.map(({ words }) => words), labels: sentences.map(({ label }) => label) };
}

const train = write(600);
const tokenizer = text.fitTokenizer(train.sentences, { unit: "words" });

/** Tokens padded to one length, and how many of each row count. @param {readonly string[]} sentences */
function read(sentences) {
  const tokens = sentences.map((sentence) => tokenizer.encode(sentence));
  return { x: text.padSequences(tokens, { maxLength, padding: "post" }), lengths: tokens.map(({ length }) => length) };
}

const maxLength = 12;
const model = sequential(
  [
    layers.embedding({ inputDim: tokenizer.size, outputDim: 16, inputLength: maxLength }),
    layers.lstm({ units: 24 }),
    layers.dense({ units: 1 }), // a logit
  ],
  { seed: 1 },
);
model.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: losses.binaryCrossentropy({ fromLogits: true }),
  metrics: [metrics.accuracy()],
});
const { x, lengths } = read(train.sentences);
await model.fit(x, train.labels, { lengths, epochs: 15, batchSize: 32 });

const test = read(["the plot was not bad", "it was really funny", "the acting of all of them was never very clever"]);
const logits = (await model.predict(test.x, { lengths: test.lengths })).toTypedArray();
console.log([...logits].map((logit) => (logit > 0 ? "praise" : "blame")).join(", "));
if (!(logits[0] > 0 && logits[1] > 0 && logits[2] < 0)) throw new Error(`not learned: ${logits.join()}`);
