/**
 * A text, character by character: an LSTM learns to predict the next character by truncated back-propagation through
 * time. The text is cut into as many streams as a batch has rows. Each window begins with the states at the end of the
 * one before; no gradient crosses the border.
 * Letters: N streams, T characters of a window. The settings were chosen in short trials on the last tenth of Tiny
 * Shakespeare.
 */
import { initializers, layers, losses, optimizers, schedules, sequential, text } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import { characterData, textSource } from "../support/characters.js";
import { type TrainingData, network } from "../support/network.js";
import { writing } from "../support/writing.js";

const window = 64;

/** An LSTM of 512 units. */
export const shakespeare = network({
  name: "shakespeare",
  title: "A network that writes",
  family: { name: "shakespeare", model: "lstm" },
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
    const { batch: batchSize } = stage.settings;
    const least = { characters: batchSize * window + 1, why: `${batchSize} streams, windows of ${window}` };
    const { train, test, ...about } = await characterData(stage, least);
    const cut = (part: Int32Array): TrainingData["train"] => text.streams(part, { batchSize, window });
    return { ...about, train: cut(train), test: cut(test) };
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
