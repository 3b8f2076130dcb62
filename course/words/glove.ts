/**
 * Word vectors by GloVe: how often two words occur near each other is counted first, and products of vectors learn the
 * logarithms of these counts. Frequent words are partly left out before, as for word2vec.
 * Source: Pennington, Socher & Manning 2014.
 */
import { type GloveProgress, glove as train, subsample as fewer } from "lanegrad/words";
import { type NumberSetting, epochs, integer, learningRate } from "../settings.js";
import type { Lesson, Result } from "../stage.js";
import { count, decimal, duration, percent } from "../support/format.js";
import { enwikiSource, evaluate, peakMiB, readWords, showVectors } from "./wordData.js";

const settings = {
  ...{ epochs: epochs(12), lr: learningRate(0.05) },
  dimensions: integer({ about: "numbers of a vector", default: 100, least: 1, slider: [10, 300] }),
  window: integer({ about: "how far apart words count as near", default: 10, least: 1, slider: [1, 20] }),
  xmax: {
    kind: "number",
    about: "how often a pair must occur for the full weight",
    ...{ isInteger: false, least: 1e-6, default: 10, slider: [1, 1000], isLogarithmic: true },
  } as NumberSetting,
  subsample: {
    kind: "number",
    about: "share of the text above which a word is frequent and partly left out",
    ...{ isInteger: false, least: 0, default: 1e-4, slider: [1e-6, 1e-2], isLogarithmic: true },
  } as NumberSetting,
} as const;

/** Vectors from counts, by descent. */
export const glove: Lesson<typeof settings> = {
  name: "glove",
  title: "Words by their company, counted",
  about: "vectors of words by GloVe, from counts of neighbours",
  chapter: "words",
  kind: "comparison",
  settings,
  sources: [enwikiSource],
  saves: "the vectors",
  async run(stage): Promise<Result> {
    const { epochs, lr, xmax: xMax, subsample: threshold, ...sizes } = stage.settings;
    const { corpus, files } = await readWords(stage);
    const begun = performance.now();
    let [countBytes, pairs, loss] = [0, 0, NaN];
    const onProgress = (progress: GloveProgress): void => {
      countBytes = Math.max(countBytes, progress.countBytes);
      ({ pairs, loss } = progress);
      stage.show({ kind: "now", text: wording(progress) });
    };
    const options = { ...sizes, epochs, xMax, learningRate: lr, seed: stage.seed, signal: stage.signal, onProgress };
    const tokens = fewer(corpus, { threshold, seed: stage.seed });
    const vectors = await train({ vocabulary: corpus.vocabulary, tokens }, options);
    const trainingSeconds = (performance.now() - begun) / 1000;
    const wordsPerSecond = (epochs * corpus.wordCount) / trainingSeconds;
    const peak = peakMiB(corpus) + countBytes / 2 ** 20;
    const sizesText = `${count(pairs)} pairs, loss ${decimal(loss)}`;
    const text = `${duration(trainingSeconds)}, ${count(wordsPerSecond)} words/s, ${sizesText}, ${count(peak)} MiB`;
    stage.show({ kind: "fact", name: "training", text, isResult: true });
    await stage.keep("trained", async () => Promise.resolve(vectors.toBytes({ format: "binary" })));
    const scores = await evaluate(vectors, files, stage);
    showVectors(vectors, stage);
    return { ...scores, wordsPerSecond, peakMiB: peak, trainingSeconds, pairs };
  },
};

function wording({ stage, epoch, epochs, done, pairs, loss }: GloveProgress): string {
  if (stage === "counting") return `counting, ${percent(done, 0)}`;
  return `epoch ${epoch} of ${epochs}, ${percent(done, 0)}, ${count(pairs)} pairs, loss ${decimal(loss)}`;
}
