// @ts-check
/**
 * One long text, character by character: a stateful LSTM learns it in windows (truncated back-propagation through
 * time), then continues it by itself. The text is short and repeats, so that this takes seconds; with
 * `await text.readText("shakespeare.txt")` the code is the same. Run it by `node examples/longText.js`.
 */
import { bptt, init, layers, losses, noGrad, optimizers, scope, sequential, tensor, text } from "lanegrad";

await init();
const song =
  "row, row, row your boat, gently down the stream. merrily, merrily, merrily, merrily, life is but a dream. ";
const tokenizer = text.fitTokenizer(song, { unit: "characters", padding: false, unknown: false });

/** @param {number} batchSize streams @param {number} steps characters of a window */
function network(batchSize, steps) {
  return sequential([
    layers.embedding({ inputDim: tokenizer.size, outputDim: 16, inputLength: steps }),
    layers.lstm({ units: 48, returnSequences: true, stateful: true, batchSize }),
    layers.dense({ units: tokenizer.size }),
  ]);
}

const model = network(4, 25);
const loss = losses.categoricalCrossentropy({ fromLogits: true });
model.compile({ optimizer: optimizers.adam({ learningRate: 0.01, globalClipNorm: 1 }), loss });
const streams = text.streams(tokenizer.encode(song.repeat(8)), { batchSize: 4 });
let bits = Infinity;
for (let pass = 0; pass < 40; pass++) {
  const { loss: nats } = await bptt(model, streams, { window: 25 });
  bits = nats / Math.LN2;
}

// The same weights for one stream, one step at a time; the states begin at zero.
const writer = network(1, 1);
for (const [i, { name, value }] of writer.weights.entries()) {
  const isState = name.endsWith("/h") || name.endsWith("/c");
  if (!isState) value.assign(model.weights[i].value.toTypedArray());
}
const draw = text.sampler({ temperature: 0.5, seed: 1 });
let written = "row, ";
let next = 0;
for (const token of tokenizer.encode(written)) next = step(token);
while (written.length < 80) {
  written += tokenizer.decode([next]);
  next = step(next);
}

/** Reads a character. @param {number} token @returns {number} the next character, drawn at random */
function step(token) {
  return scope(() => noGrad(() => draw(writer.call([tensor([[token]], { dtype: "int32" })])[0])));
}

console.log(`${bits.toFixed(2)} bits a character; it writes on: ${written}`);
if (!(bits < 0.3)) throw new Error("the song was not learnt");
if (!song.repeat(2).includes(written.slice(0, 40))) throw new Error("that is another song");
