/**
 * Latent semantic analysis: words that occur in the same documents get vectors that lie near each other. Nothing is
 * trained: the vectors are a factorization of how often each word occurs in each document, a line or an article.
 * Source: Deerwester, Dumais, Furnas, Landauer & Harshman 1990.
 */
import { text } from "lanegrad";
import { type TermWeights, lsa as factorize } from "lanegrad/words";
import { type ChoiceSetting, type NumberSetting, integer } from "../settings.js";
import type { Lesson, Result } from "../stage.js";
import { count, duration, percent } from "../support/format.js";
import { enwikiSource, evaluate, showVectors, wordPattern } from "./wordData.js";

const settings = {
  dimensions: integer({ about: "numbers of a vector", default: 100, least: 1, slider: [10, 300] }),
  documents: {
    ...{ kind: "choice", about: "what a document is", default: "lines", choices: ["articles", "lines"] },
  } as ChoiceSetting,
  weights: {
    ...{ kind: "choice", about: "how counts are weighed", default: "logEntropy" },
    choices: ["counts", "tfidf", "logEntropy"],
  } as ChoiceSetting,
  power: {
    ...{ kind: "number", about: "vectors are U·Σ to this power", isInteger: false },
    ...{ default: 0.5, least: 0, slider: [0.1, 1] },
  } as NumberSetting,
  iterations: integer({ about: "how often the subspace is improved", default: 4, least: 0, slider: [0, 8] }),
};
/** Shorter ones, such as headings, are left out. */
const leastCharacters = 100;

/** Vectors from counts. */
export const lsa: Lesson<typeof settings> = {
  name: "lsa",
  title: "Words by the documents they occur in",
  about: "vectors of words by latent semantic analysis",
  chapter: "words",
  kind: "comparison",
  settings,
  sources: [enwikiSource],
  saves: "the vectors",
  async run(stage): Promise<Result> {
    const { documents, weights, ...sizes } = stage.settings;
    const { data: files, place } = await stage.data(enwikiSource);
    const whole = await text.readText(files!.text);
    const parts = whole.split(documents === "articles" ? /\n{2,}/ : "\n");
    const kept = parts.filter((part) => part.length >= leastCharacters);
    stage.show({ kind: "fact", name: "data", text: `${place}, ${count(kept.length)} documents` });
    const begun = performance.now();
    const vectors = await factorize(kept, {
      ...{ ...sizes, weights: weights as TermWeights, pattern: wordPattern, seed: stage.seed, signal: stage.signal },
      onProgress: ({ stage: part, done }) => stage.show({ kind: "now", text: `${part}, ${percent(done, 0)}` }),
    });
    const factorizingSeconds = (performance.now() - begun) / 1000;
    const made = `${duration(factorizingSeconds)}, ${count(vectors.words.length)} words`;
    stage.show({ kind: "fact", name: "vectors", text: made, isResult: true });
    await stage.keep("trained", async () => Promise.resolve(vectors.toBytes({ format: "binary" })));
    const scores = await evaluate(vectors, files!, stage);
    showVectors(vectors, stage);
    return { ...scores, factorizingSeconds };
  },
};
