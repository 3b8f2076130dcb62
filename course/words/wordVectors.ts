/**
 * Four ways to vectors of words, on the same text with the same evaluations: two that learn from windows, one that learns from
 * counts of neighbours, and one that factorizes counts of words in documents.
 */
import { type WordVectors, loadWordVectors, tsneMap } from "lanegrad/words";
import { defaultsOf, integer } from "../settings.js";
import type { Lesson, Result, Stage } from "../stage.js";
import { count, duration, percent } from "../support/format.js";
import { glove } from "./glove.js";
import { lsa } from "./lsa.js";
import { word2vec } from "./word2vec.js";
import { enwikiSource, shownWords } from "./wordData.js";

const settings = {
  dimensions: integer({ about: "numbers of a vector", default: 100, least: 1, slider: [10, 300] }),
};
type Own = typeof settings;

/** A row: a lesson and those of its settings that are not its defaults. */
interface Method {
  readonly name: string;
  readonly lesson: Lesson;
  readonly own: Readonly<Record<string, number | string>>;
}

const methods: readonly Method[] = [
  { name: "skip-gram", lesson: word2vec, own: { model: "skipgram" } },
  { name: "CBOW", lesson: word2vec, own: { model: "cbow", lr: 0.05 } }, // as in the word2vec program
  { name: "GloVe", lesson: glove, own: {} },
  { name: "LSA", lesson: lsa, own: {} },
];

/** Words on the map, a few of each kind. */
const kinds = {
  countries: "france germany italy spain russia china japan egypt greece poland",
  cities: "paris berlin rome madrid moscow beijing tokyo cairo athens warsaw",
  music: "music song album band guitar piano opera concert melody symphony",
  animals: "dog cat horse bird fish lion bear wolf snake whale",
  numbers: "one two three four five six seven eight nine ten",
  family: "father mother son daughter brother sister king queen prince princess",
  science: "physics chemistry biology mathematics theory energy electron atom cell protein",
  colours: "red green blue white black yellow brown grey purple orange",
} as const;

const title = "Vectors of words by four methods";

/** Skip-gram, CBOW, GloVe and LSA, one after the other. */
export const wordVectors: Lesson<Own> = {
  name: "word-vectors",
  title: "Four ways to vectors of words",
  about: "vectors of words by skip-gram, CBOW, GloVe and LSA on the same text: analogies, likeness, time, neighbours",
  chapter: "words",
  kind: "table",
  settings,
  sources: [enwikiSource],
  async run(stage): Promise<Result> {
    const header = ["method", "analogies", "WordSim-353", "SimLex-999", "time"];
    stage.show({ kind: "table", title, section: "Methods", header, rows: [], widths: [9, 9, 11, 10, 7] });
    const made: Made[] = [];
    for (const method of methods) {
      const one = await madeBy(method, stage);
      made.push(one);
      const { analogiesPercent, wordSim, simLex, seconds } = one;
      const cells = [method.name, percent(analogiesPercent / 100, 1), ...[wordSim, simLex].map(rho), duration(seconds)];
      stage.show({ kind: "row", table: title, cells });
    }
    showNeighbours(made, stage);
    const best = made.reduce((a, b) => (b.analogiesPercent > a.analogiesPercent ? b : a));
    showMap(best, stage);
    stage.show({ kind: "conclusion", text: conclusionOf(made) });
    const results = made.map(({ vectors: _, name: method, ...numbers }) => ({ method, ...numbers }));
    return { analogiesPercent: best.analogiesPercent, best: best.name, results };
  },
};

/** What became of a method; NaN where the file of an evaluation is missing. */
interface Made {
  readonly name: string;
  readonly vectors: WordVectors;
  readonly analogiesPercent: number;
  readonly wordSim: number;
  readonly simLex: number;
  /** Of training or factorizing, without reading the text and evaluating. */
  readonly seconds: number;
}

async function madeBy({ name, lesson, own }: Method, stage: Stage<Own>): Promise<Made> {
  let bytes = new Uint8Array();
  const result = await lesson.run({
    ...(stage as unknown as Stage),
    settings: { ...defaultsOf(lesson.settings), ...stage.settings, ...own },
    show: (one) => {
      if (one.kind === "now") stage.show({ ...one, text: `${name}: ${one.text}` });
    },
    keep: async (_, made) => {
      bytes = new Uint8Array(await made(false));
    },
  });
  const { analogiesPercent = NaN, wordSim = NaN, simLex = NaN, ...others } = result as Record<string, number>;
  const seconds = others.trainingSeconds ?? others.factorizingSeconds;
  return { name, vectors: await loadWordVectors(bytes), analogiesPercent, wordSim, simLex, seconds };
}

const rho = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : "–");

function showNeighbours(made: readonly Made[], { show }: Stage<Own>): void {
  const known = shownWords.filter((word) => made.every(({ vectors }) => vectors.rowOf(word) !== undefined));
  const near = (vectors: WordVectors, word: string): string =>
    vectors
      .nearest(word, { count: 4 })
      .map((one) => one.word)
      .join(", ");
  const rows = known.map((word) => [word, ...made.map(({ vectors }) => near(vectors, word))]);
  const header = ["word", ...made.map(({ name }) => name)];
  show({ kind: "table", title: "Nearest neighbours", section: "Neighbours", header, wordColumns: header.length, rows });
}

/** A map of words of several kinds; none where fewer than four of them have vectors. */
function showMap({ name, vectors }: Made, { seed, show }: Stage<Own>): void {
  const words = Object.values(kinds).flatMap((group) => group.split(" ")).filter((word) => vectors.rowOf(word) !== undefined); // prettier-ignore
  if (words.length < 4) return;
  const { points } = tsneMap(vectors, { words, seed });
  const series = Object.entries(kinds).map(([kind, group]) => {
    const here = points.filter(({ word }) => group.split(" ").includes(word));
    return { name: kind, x: here.map(({ x }) => x), y: here.map(({ y }) => y), labels: here.map(({ word }) => word) };
  });
  show({
    ...{ kind: "chart", title: `${count(words.length)} words by ${name}, as t-SNE maps them`, section: "Map" },
    ...{ marks: "points", series, xLabel: "neighbours stay neighbours", yLabel: "distances of groups mean little" },
  });
}

function conclusionOf(made: readonly Made[]): string {
  const [first, ...rest] = [...made].filter((one) => Number.isFinite(one.analogiesPercent)).sort((a, b) => b.analogiesPercent - a.analogiesPercent); // prettier-ignore
  const alike = [...made].filter((one) => Number.isFinite(one.wordSim)).sort((a, b) => b.wordSim - a.wordSim);
  const fastest = made.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  const sentences = [
    ...(first ? [`${first.name} answers most analogies, ${percent(first.analogiesPercent / 100, 1)}${rest.length > 0 ? `, ${rest.at(-1)!.name} the fewest` : ""}.`] : []), // prettier-ignore
    ...(alike.length > 0 ? [`${alike[0].name} finds words alike most as people do (ρ ${rho(alike[0].wordSim)}).`] : []),
    `${fastest.name} takes the least time, ${duration(fastest.seconds)}.`,
  ];
  return sentences.join(" ");
}
