/**
 * A text, character by character: an LSTM learns to say the next one, by truncated back-propagation through time. The text is cut into as many streams as
 * a batch has rows; each window goes on with the states in which the one before ended, and no gradient goes back over the border.
 * Letters: N streams, T characters of a window. The settings were chosen in short trials by the last tenth of Tiny Shakespeare.
 */
import { DataError, message, show } from "../../errors.js";
import { datasets, initializers, layers, losses, optimizers, schedules, sequential, text } from "../../index.js";
import { count } from "../format.js";
import { writing } from "../tasks/writing.js";
import { placesOf } from "./folder.js";
import type { DataRequest, Recipe, RecipeData } from "./recipe.js";

const streamCount = 16;
const window = 64;
/** The rest is to judge by. */
const trainingPart = 0.9;
const warmupFraction = 0.1;

/** An LSTM of 512 units. */
export const shakespeare: Recipe = {
  name: "shakespeare",
  about: "an LSTM of 512 units on a text, character by character",
  settings: { epochs: 8, batch: streamCount, lr: 0.003 },
  loss: losses.categoricalCrossentropy({ fromLogits: true }),
  metrics: [],
  task: writing,
  fit: { shuffle: false },
  showsTest: true,
  load: loadText,
  callbacks: ({ model }) => [{ onEpochBegin: () => model.resetStates() }],
  model(seed, { data: { classNames, train }, batch: batchSize }) {
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
  optimizer: (maxLearningRate, totalSteps) =>
    optimizers.adam({
      learningRate: schedules.oneCycle({ maxLearningRate, totalSteps, warmupFraction }),
      globalClipNorm: 1,
    }),
};

/** The text at --data (any text file), LANEGRAD_DATA, in the cache, or, if asked for, from the network. Errors: DataError. */
async function loadText(request: DataRequest): Promise<RecipeData> {
  const { folder, defaultFolder, mayDownload, signal, onProgress, batch } = request;
  for (const place of await placesOf(request)) {
    const file = await datasets.findShakespeare(place);
    if (file !== undefined) return textData(await datasets.shakespeare({ file }), file, batch);
  }
  if (!mayDownload || folder !== undefined) {
    const place = folder || defaultFolder ? show(folder || defaultFolder) : "the cache";
    const hint = "Pass --data FILE with a text of your own, or --download to fetch it once into the cache (1.1 MB).";
    throw new DataError(message("train", `the text of shakespeare is not in ${place}`, { hint }));
  }
  const downloaded = await datasets.shakespeare({
    signal,
    onProgress: ({ receivedBytes, totalBytes, mirror }) =>
      onProgress(`downloading: ${count(receivedBytes)} of ${count(totalBytes)} bytes from ${new URL(mirror).host}`),
  });
  return textData(downloaded, "the cache", batch);
}

/** The characters are those of the whole text: one that only the held-out part has would be no number of bits at all. */
function textData(whole: string, place: string, batchSize: number): RecipeData {
  const tokenizer = text.fitTokenizer(whole, { unit: "characters", padding: false, unknown: false });
  const tokens = tokenizer.encode(whole);
  const border = Math.floor(tokens.length * trainingPart);
  const least = Math.round((batchSize * window + 1) / (1 - trainingPart));
  if (tokens.length < least) {
    const expected = `${count(least)} characters (${batchSize} streams, windows of ${window}, a tenth to judge by)`;
    throw new DataError(
      message("train", "the text is too short", {
        expected,
        got: count(tokens.length),
        hint: "Try a smaller --batch.",
      }),
    );
  }
  const part = (range: Int32Array): RecipeData["train"] => text.streams(range, { batchSize, window });
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
