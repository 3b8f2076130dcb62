/**
 * The same text as the LSTM's, read by a small transformer: four blocks see the last 64 characters at once, and no state
 * is carried. Each epoch has new windows, which begin anywhere. Letters: T characters of a window.
 * Source: nanoGPT's recipe for a CPU (Karpathy 2022), with Adam's decoupled weight decay and without dropout.
 */
import { type Callback, Random, losses, models, optimizers, schedules, text } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import { characterData, textSource } from "../support/characters.js";
import { type TrainingData, network } from "../support/network.js";
import { writing } from "../support/writing.js";

/** T */
const context = 64;
/** Windows of an epoch: 200 steps of the recipe's 12. */
const windowsPerEpoch = 2400;

/** A GPT of 0.8 million weights. */
export const shakespeareGpt = network({
  name: "shakespeare-gpt",
  title: "A transformer that writes",
  family: { name: "shakespeare", model: "gpt" },
  about: "a transformer of 4 blocks on a text, character by character",
  chapter: "sequences",
  settings: { epochs: epochs(10), batch: batch(12), lr: learningRate(0.002) },
  sources: [textSource],
  loss: losses.categoricalCrossentropy({ fromLogits: true }),
  metrics: [],
  task: writing,
  showsTest: true,
  async data(stage) {
    const least = { characters: context + 1, why: `a window of ${context} and one more` };
    const { train, test, ...about } = await characterData(stage, least);
    return {
      ...about,
      context,
      text: train,
      train: text.windows(train, { length: context, count: windowsPerEpoch }),
      test: text.streams(test, { batchSize: 1, window: context }),
    };
  },
  callbacks: (_model, _epochs, data, seed) => [newWindows(data as GptData, seed)],
  model: (seed, { classNames }) => {
    const model = models.gpt({ vocabulary: classNames.length, context, name: "shakespeare-gpt", seed });
    model.build([context]);
    return model;
  },
  optimizer: ({ lr, steps }) =>
    optimizers.adamw({
      learningRate: schedules.oneCycle({ maxLearningRate: lr, totalSteps: steps, warmupFraction: 0.05 }),
      ...{ weightDecay: 0.1, beta2: 0.99, globalClipNorm: 1 },
    }),
});

/** The samples, with the text from which they are cut. */
interface GptData extends TrainingData {
  readonly text: Int32Array;
}

/** Writes new windows over the samples before each epoch; the same ones for the same seed and epoch. */
function newWindows({ train, text: tokens }: GptData, seed: number): Callback {
  const random = new Random(seed).fork("windows");
  return {
    onEpochBegin(epoch) {
      const drawn = text.windows(tokens, {
        ...{ length: context, count: windowsPerEpoch, seed: random.fork(epoch).integer(2 ** 31) },
      });
      train.x.assign(drawn.x);
      train.y.assign(drawn.y);
      drawn.x.dispose();
      drawn.y.dispose();
    },
  };
}
