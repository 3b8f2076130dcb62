/**
 * Latent semantic analysis: words that occur in the same documents get vectors that lie near each other. Nothing is
 * trained: the vectors are a factorization of how often each word occurs in each article.
 * Source: Deerwester, Dumais, Furnas, Landauer & Harshman 1990.
 */
import { text } from "lanegrad";
import { lsa as factorize } from "lanegrad/words";
import { type ChoiceSetting, integer } from "../settings.js";
import type { Lesson, Result } from "../stage.js";
import { count, duration } from "../support/format.js";
import { enwikiSource, evaluate, showVectors, wordPattern } from "./wordData.js";

const settings = {
  dimensions: integer({ about: "numbers of a vector", default: 100, least: 1, slider: [10, 300] }),
  documents: {
    ...{ kind: "choice", about: "what a document is", default: "articles", choices: ["articles", "lines"] },
  } as ChoiceSetting,
  iterations: integer({ about: "how often the subspace is improved", default: 2, least: 0, slider: [0, 8] }),
};
/** Shorter ones, such as headings, are left out. */
const leastCharacters = 100;

/** Vectors from counts. */
export const lsa: Lesson<typeof settings> = {
  name: "lsa",
  title: "Words by the articles they occur in",
  about: "vectors of words by latent semantic analysis",
  chapter: "words",
  kind: "comparison",
  settings,
  sources: [enwikiSource],
  saves: "the vectors",
  async run(stage): Promise<Result> {
    const { dimensions, documents, iterations } = stage.settings;
    const { data: files, place } = await stage.data(enwikiSource);
    const whole = await text.readText(files!.text);
    const parts = whole.split(documents === "articles" ? /\n{2,}/ : "\n");
    const kept = parts.filter((part) => part.length >= leastCharacters);
    stage.show({ kind: "fact", name: "data", text: `${place}, ${count(kept.length)} documents` });
    stage.show({ kind: "now", text: "factorizing the counts, which takes a minute" });
    await stage.turn();
    const begun = performance.now();
    const vectors = factorize(kept, { dimensions, iterations, pattern: wordPattern, seed: stage.seed });
    const factorizingSeconds = (performance.now() - begun) / 1000;
    const sizes = `${duration(factorizingSeconds)}, ${count(vectors.words.length)} words`;
    stage.show({ kind: "fact", name: "vectors", text: sizes, isResult: true });
    await stage.keep("trained", async () => Promise.resolve(vectors.toBytes({ format: "binary" })));
    const scores = await evaluate(vectors, files!, stage);
    showVectors(vectors, stage);
    return { ...scores, factorizingSeconds };
  },
};
