/**
 * A text, character by character: an LSTM learns to predict the next character by truncated back-propagation through
 * time. The text is cut into as many streams as a batch has rows. Each window begins with the states at the end of the
 * one before; no gradient crosses the border.
 * Letters: N streams, T characters of a window. The settings were chosen in short trials on the last tenth of Tiny
 * Shakespeare.
 */
import { DataError, initializers, layers, losses, optimizers, schedules, sequential, text } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import type { DataSource } from "../stage.js";
import { count } from "../support/format.js";
import { type TrainingData, network } from "../support/network.js";
import { writing } from "../support/writing.js";

const window = 64;
/** Share of the text for training; the rest is the test set. */
const trainingPart = 0.9;

/** Tiny Shakespeare, or any other text. */
export const textSource: DataSource<string> = {
  name: "text",
  title: "a text, such as Tiny Shakespeare",
  files: [],
  url: "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
  async read(files) {
    const [bytes] = files.values();
    return text.readText(bytes);
  },
};

/** An LSTM of 512 units. */
export const shakespeare = network({
  name: "shakespeare",
  title: "A network that writes",
  about: "an LSTM of 512 units on a text, character by character",
  chapter: "recurrent",
  settings: { epochs: epochs(8), batch: batch(16), lr: learningRate(0.003) },
  sources: [textSource],
  loss: losses.categoricalCrossentropy({ fromLogits: true }),
  metrics: [],
  task: writing,
  fit: { shuffle: false },
  showsTest: true,
  async data(stage) {
    const { data, place } = await stage.data(textSource);
    return textData(data!, place, stage.settings.batch);
  },
  callbacks: (model) => [{ onEpochBegin: () => model.resetStates() }],
  model(seed, { classNames, train }, batchSize) {
    const model = sequential(
      [
        layers.embedding({
          inputDim: classNames.length,
          outputDim: 64,
          embeddingsInitializer: initializers.randomNormal({ stddev: 1 }),
        }),
        layers.lstm({ units: 512, returnSequences: true, stateful: true, batchSize }),
        layers.dropout({ rate: 0.3 }),
        layers.dense({ units: classNames.length }),
      ],
      { name: "shakespeare", seed },
    );
    model.build(train.x.shape.slice(1));
    return model;
  },
  optimizer: ({ lr, steps }) =>
    optimizers.adam({
      learningRate: schedules.oneCycle({ maxLearningRate: lr, totalSteps: steps, warmupFraction: 0.1 }),
      globalClipNorm: 1,
    }),
});

/**
 * The vocabulary has the characters of the whole text: a character that only the test part had would need infinitely
 * many bits.
 */
function textData(whole: string, place: string, batchSize: number): TrainingData {
  const tokenizer = text.fitTokenizer(whole, { unit: "characters", padding: false, unknown: false });
  const tokens = tokenizer.encode(whole);
  const border = Math.floor(tokens.length * trainingPart);
  const least = Math.round((batchSize * window + 1) / (1 - trainingPart));
  if (tokens.length < least) {
    const expected = `${count(least)} characters (${batchSize} streams, windows of ${window}, a tenth for validation)`;
    const got = count(tokens.length);
    throw new DataError(`train: the text is too short; expected ${expected}, got ${got}. Try a smaller batch.`);
  }
  const part = (range: Int32Array): TrainingData["train"] => text.streams(range, { batchSize, window });
  const classNames = Array.from({ length: tokenizer.size }, (_, token) => tokenizer.unitOf(token));
  const sizes = `${count(border)} characters to train on, ${count(tokens.length - border)} held out`;
  return {
    kind: "text",
    description: `${place}, ${sizes}, ${tokenizer.size} different`,
    train: part(tokens.subarray(0, border)),
    test: part(tokens.subarray(border)),
    classNames,
    hasImages: false,
  };
}
