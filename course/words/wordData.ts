/**
 * What the lessons on word vectors share: the text, the evaluations, and how vectors are shown. Letters: V words.
 */
import { datasets, memoryUsage } from "lanegrad";
import * as words from "lanegrad/words";
import type { DataSource, Result, Stage } from "../stage.js";
import { count, percent } from "../support/format.js";

const { wordFiles } = datasets;

/** A long English text, and files that vectors of its words are evaluated by. */
export const enwikiSource: DataSource<datasets.WordFiles> = {
  name: "enwiki",
  title: "English Wikipedia, or any long text",
  files: [
    { names: wordFiles.text },
    ...[wordFiles.analogies, wordFiles.wordSim, wordFiles.simLex].map((names) => ({ names, isOptional: true })),
  ],
  url: "https://github.com/ag-gipp/wikiextractor",
  async read(files) {
    const one = (names: readonly string[]) => names.map((name) => files.get(name)).find((file) => file !== undefined);
    const { text, analogies, wordSim, simLex } = wordFiles;
    return { text: one(text)!, analogies: one(analogies), wordSim: one(wordSim), simLex: one(simLex) };
  },
};

/** What a word is: as in the usual preparation of Wikipedia for word vectors. */
export const wordPattern = /[a-z]+/;

/** The text as tokens, and its files. Words that occur less than five times are left out. */
export async function readWords(stage: Stage): Promise<{ corpus: words.Corpus; files: datasets.WordFiles }> {
  const { data, place } = await stage.data(enwikiSource);
  stage.show({ kind: "now", text: "reading the text" });
  const files = data!;
  const corpus = await words.readCorpus(files.text, { pattern: wordPattern });
  const sizes = `${count(corpus.wordCount)} words, ${count(corpus.vocabulary.size)} different ones at least 5 times`;
  stage.show({ kind: "fact", name: "data", text: `${place}, ${sizes}` });
  return { corpus, files };
}

/** Memory that tensors have held at most, and the text as tokens, in MiB. */
export function peakMiB({ tokens }: words.Corpus): number {
  return (memoryUsage().peakBytes + tokens.byteLength) / 2 ** 20;
}

/** Analogies are answered with the most frequent words, as the word2vec program does. */
const answerWords = 30_000;

/** Words whose neighbours are shown. */
export const shownWords = ["king", "music", "river", "physics", "red", "seven", "running", "berlin", "war", "cell"];

/** Countries and their capitals, to be drawn on a map. */
const countries = ["france", "germany", "italy", "spain", "russia", "china", "japan", "egypt", "greece", "poland"];
const capitals = ["paris", "berlin", "rome", "madrid", "moscow", "beijing", "tokyo", "cairo", "athens", "warsaw"];

/** How good vectors are, as keys of a result; an evaluation whose file is missing is left out. */
export async function evaluate(vectors: words.WordVectors, files: datasets.WordFiles, stage: Stage): Promise<Result> {
  const { show } = stage;
  show({ kind: "now", text: "evaluating the vectors" });
  await stage.turn();
  const scores: Record<string, number> = {};
  if (files.analogies !== undefined) {
    const { accuracy, answered, sections } = await words.evaluateAnalogies(vectors, files.analogies, { maxWords: answerWords }); // prettier-ignore
    scores.analogiesPercent = 100 * accuracy;
    show({ kind: "fact", name: "analogies", text: `${percent(accuracy)} of ${count(answered)}`, isResult: true });
    const rows = sections.map((one) => [one.name, count(one.answered), percent(one.accuracy, 1)]);
    show({ kind: "table", title: "Analogies", header: ["section", "questions", "right"], rows, isDetail: true });
  }
  for (const [key, name, file] of [
    ["wordSim", "WordSim-353", files.wordSim],
    ["simLex", "SimLex-999", files.simLex],
  ] as const) {
    // prettier-ignore
    if (file === undefined) continue;
    const { spearman, compared } = await words.evaluateSimilarity(vectors, file);
    scores[key] = spearman;
    show({ kind: "fact", name, text: `Spearman's ρ ${spearman.toFixed(3)} on ${count(compared)} pairs`, isResult: true }); // prettier-ignore
  }
  return scores;
}

/** Shows the nearest neighbours of some words, and a map of countries and capitals. */
export function showVectors(vectors: words.WordVectors, { show }: Stage): void {
  const known = shownWords.filter((word) => vectors.rowOf(word) !== undefined);
  const rows = known.map((word) => [word, vectors.nearest(word, { count: 6 }).map((one) => one.word).join(", ")]); // prettier-ignore
  show({ kind: "table", title: "Nearest neighbours", header: ["word", "nearest"], wordColumns: 2, rows });
  const mapped = [...countries, ...capitals].filter((word) => vectors.rowOf(word) !== undefined);
  if (mapped.length < 2) return;
  const { points, explained } = words.pcaMap(vectors, { words: mapped });
  const series = [["countries", countries] as const, ["capitals", capitals] as const].map(([name, group]) => {
    const here = points.filter(({ word }) => group.includes(word));
    return { name, x: here.map(({ x }) => x), y: here.map(({ y }) => y), labels: here.map(({ word }) => word) };
  });
  const [first, second] = explained.map((share) => percent(share, 0));
  show({
    ...{ kind: "chart", title: "Countries and capitals", marks: "points", series },
    xLabel: `first principal component (${first} of the variance)`,
    yLabel: `second (${second})`,
  });
}
