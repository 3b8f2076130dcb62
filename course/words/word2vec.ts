/**
 * Word vectors by word2vec: each word gets a vector such that words which occur in the same company lie near each other,
 * and differences of vectors mean something. By skip-gram, where a word predicts those around it, or by CBOW, where
 * those around it predict it.
 * Source: Mikolov, Chen, Corrado, Dean 2013; negative sampling: Mikolov, Sutskever et al. 2013.
 */
import { word2vec as train, type Word2vecModel } from "lanegrad/words";
import { type NumberSetting, epochs, integer, learningRate } from "../settings.js";
import type { Lesson, Result } from "../stage.js";
import { count, duration, percent } from "../support/format.js";
import { enwikiSource, evaluate, peakMiB, readWords, showVectors } from "./wordData.js";

const settings = {
  model: {
    kind: "choice",
    about: "whether a word predicts those around it, or they predict it",
    default: "skipgram",
    choices: ["skipgram", "cbow"],
  },
  ...{ epochs: epochs(5), lr: learningRate(0.025) },
  dimensions: integer({ about: "numbers of a vector", default: 100, least: 1, slider: [10, 300] }),
  window: integer({ about: "how far a word's company reaches", default: 5, least: 1, slider: [1, 10] }),
  negatives: integer({ about: "drawn words that a word is told apart from", default: 5, least: 1, slider: [1, 20] }),
  subsample: {
    kind: "number",
    about: "share of the text above which a word is frequent and partly left out",
    ...{ isInteger: false, least: 0, default: 1e-4, slider: [1e-6, 1e-2], isLogarithmic: true },
  } as NumberSetting,
  free: { kind: "flag", about: "threads do not wait for each other, so that the vectors differ from run to run" },
} as const;

/** Skip-gram or CBOW on a long text. */
export const word2vec: Lesson<typeof settings> = {
  name: "word2vec",
  title: "Words as vectors",
  about: "vectors of words by skip-gram or CBOW with negative sampling",
  chapter: "words",
  kind: "comparison",
  settings,
  sources: [enwikiSource],
  saves: "the vectors",
  async run(stage): Promise<Result> {
    const { model, epochs, lr, free, ...sizes } = stage.settings;
    const { corpus, files } = await readWords(stage);
    const begun = performance.now();
    const vectors = await train(corpus, {
      ...{ ...sizes, epochs, model: model as Word2vecModel, learningRate: lr, seed: stage.seed },
      ...{ deterministic: !free, signal: stage.signal },
      onProgress: ({ epoch, done, wordsPerSecond }) => {
        const text = `epoch ${epoch} of ${epochs}, ${percent(done, 0)}, ${count(wordsPerSecond)} words/s`;
        stage.show({ kind: "now", text });
      },
    });
    const trainingSeconds = (performance.now() - begun) / 1000;
    const wordsPerSecond = (epochs * corpus.wordCount) / trainingSeconds;
    const peak = peakMiB(corpus);
    const text = `${duration(trainingSeconds)}, ${count(wordsPerSecond)} words/s, ${count(peak)} MiB`;
    stage.show({ kind: "fact", name: "training", text, isResult: true });
    await stage.keep("trained", async () => Promise.resolve(vectors.toBytes({ format: "binary" })));
    const scores = await evaluate(vectors, files, stage);
    showVectors(vectors, stage);
    return { ...scores, wordsPerSecond, peakMiB: peak, trainingSeconds };
  },
};
