/**
 * A text, character by character: an LSTM learns to predict the next character by truncated back-propagation through
 * time. The text is cut into as many streams as a batch has rows. Each window begins with the states at the end of the
 * one before; no gradient crosses the border.
 * Letters: N streams, T characters of a window. The settings were chosen in short trials on the last tenth of Tiny
 * Shakespeare.
 */
import { initializers, layers, losses, optimizers, schedules, sequential, text } from "lanegrad";
import { batch, epochs, integer, learningRate } from "../settings.js";
import type { Values } from "../stage.js";
import { characterData, textSource } from "../support/characters.js";
import { type NetworkSettings, type TrainingData, network } from "../support/network.js";
import { writing } from "../support/writing.js";

const window = 64;

const settings = {
  epochs: epochs(8),
  batch: batch(16),
  lr: learningRate(0.003),
  layers: integer({ about: "layers of LSTM, one above the other", default: 2, least: 1, slider: [1, 3] }),
  units: integer({ about: "units of each layer", default: 512, least: 8, slider: [64, 1024], isLogarithmic: true }),
} as const;
/** The share of what a layer says that the next does not hear in training: more of it where there is more to learn by heart. */
const [dropped, droppedOfOne] = [0.5, 0.3];

/** One layer of LSTM or several. */
export const shakespeare = network({
  name: "shakespeare",
  title: "A network that writes",
  family: { name: "shakespeare", model: "lstm" },
  about: "two layers of LSTM, 512 units each, on a text, character by character",
  chapter: "recurrent",
  settings,
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
  model(seed, { classNames, train }, batchSize, given) {
    const { layers: count, units } = given as Values<NetworkSettings & typeof settings>;
    const rate = count > 1 ? dropped : droppedOfOne;
    const model = sequential(
      [
        layers.embedding({
          inputDim: classNames.length,
          outputDim: 64,
          embeddingsInitializer: initializers.randomNormal({ stddev: 1 }),
        }),
        ...Array.from({ length: count }, () => [
          layers.lstm({ units, returnSequences: true, stateful: true, batchSize }),
          layers.dropout({ rate }),
        ]).flat(),
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
