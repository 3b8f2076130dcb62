/**
 * Where the vectors of words come from: pairs of words that stand near each other. First the pairs of a sentence, then
 * two small skip-gram networks that learn from the same pairs of a toy text, side by side: one says how likely every word
 * of the vocabulary is (the full softmax), the other only tells the right word from a few drawn ones (negative sampling).
 * Letters: V words, D numbers of a vector, B pairs of a batch, k drawn words.
 * Sources: Mikolov, Chen, Corrado & Dean 2013; negative sampling: Mikolov, Sutskever, Chen, Corrado & Dean 2013; the
 * sentence and its pairs: McCormick 2016, "Word2Vec tutorial: the skip-gram model".
 */
import {
  Random,
  type Tensor,
  add,
  embedding,
  matmul,
  mean,
  mul,
  negate,
  optimizers,
  record,
  reshape,
  softmaxCrossEntropy,
  softplus,
  sum,
  tensor,
  zeros,
} from "lanegrad";
import { WordVectors, corpusOf, pcaMap, windowPairs } from "lanegrad/words";
import type { Shown } from "lanegrad/report";
import { integer, learningRate } from "../settings.js";
import type { Lesson, Result, Stage } from "../stage.js";
import { count, duration, percent } from "../support/format.js";
import { kinds, toyText } from "./toyText.js";

const sentence = "The quick brown fox jumps over the lazy dog";
const sentences = 1500;
const batch = 128;
/** How often the maps are drawn while the networks learn. */
const drawings = 20;
/** Words of an English vocabulary, to say what a step would cost there. */
const englishWords = 56_045;

const settings = {
  window: integer({ about: "how many words on each side are neighbours", default: 2, least: 1, slider: [1, 5] }),
  dimensions: integer({ about: "how many numbers a vector has", default: 10, least: 2, slider: [2, 50] }),
  negatives: integer({ about: "how many words are drawn for each right one", default: 5, least: 1, slider: [1, 20] }),
  steps: integer({ about: "how many batches of 128 pairs are learnt", default: 1500, least: 20, slider: [200, 5000] }),
  lr: learningRate(0.003),
};
type Settings = typeof settings;

const methods = ["full softmax", "negative sampling"] as const;
type Method = (typeof methods)[number];
const chartTitle = "Words of a kind come together";

/** What is learnt from. */
interface Pairs {
  /** The words of the vocabulary, V of them, and how often each occurs. */
  readonly words: readonly string[];
  readonly counts: ArrayLike<number>;
  /** The numbers of a word and of a neighbour. */
  readonly pairs: readonly (readonly [centre: number, context: number])[];
}

/** What became of a network. */
interface Learnt {
  readonly method: Method;
  /** The share of the nouns whose nearest noun is of their kind, 0 … 1. */
  readonly together: number;
  readonly seconds: number;
}

/** Pairs of a sentence; then two skip-gram networks on the same pairs of a toy text. */
export const wordPairs: Lesson<Settings> = {
  name: "word-pairs",
  title: "Pairs of words and their vectors",
  about: "the pairs of a sentence, and skip-gram by full softmax and by negative sampling",
  chapter: "words",
  kind: "comparison",
  settings,
  sources: [],
  async run(stage) {
    const { window } = stage.settings;
    stage.show(pairsOfSentence(window));
    const words = toyText(new Random(stage.seed).fork("text"), sentences);
    const { vocabulary } = corpusOf(words.join(" "), { minCount: 1 });
    const pairs = windowPairs(words, { window }).map((pair) => pair.map((word) => vocabulary.tokenOf(word)!));
    const data = { words: vocabulary.words, counts: vocabulary.counts, pairs: pairs as [number, number][] };
    const sizes = `${vocabulary.size} different ones, ${count(pairs.length)} pairs`;
    stage.show({ kind: "fact", name: "data", text: `${count(words.length)} words of a toy text, ${sizes}` });
    const axes = {
      xLabel: "batches",
      yLabel: "% of nouns by their kind",
      marks: "lines",
    } as const;
    stage.show({ kind: "chart", title: chartTitle, section: "Charts", ...axes, series: [] });
    const results: Learnt[] = [];
    for (const method of methods) results.push(await learn(stage, data, method));
    return findings(stage, results, vocabulary.size);
  },
};

/** A row for each word of the sentence: what is in its window, and the pairs that come of it. */
function pairsOfSentence(window: number): Shown {
  const words = sentence.toLowerCase().split(" ");
  const pairs = windowPairs(sentence, { window });
  const rows = words.map((word, i) => {
    const before = words.slice(Math.max(0, i - window), i);
    const after = words.slice(i + 1, i + window + 1);
    const own = pairs.splice(0, before.length + after.length);
    const shown = [...before, word.toUpperCase(), ...after].join(" ");
    return [shown, own.map(([centre, context]) => `(${centre}, ${context})`).join(" ")];
  });
  const caption = `${sentence}: the word in capitals is paired with each word at most ${window} places away.`;
  return { kind: "table", title: "Pairs of a sentence", caption, header: ["window", "pairs"], wordColumns: 2, rows };
}

/** Trains one network by itself and shows how its vectors move. */
async function learn(stage: Stage<Settings>, data: Pairs, method: Method): Promise<Learnt> {
  const { steps, lr } = stage.settings;
  stage.show({ kind: "now", name: "network", text: method });
  const network = networkOf(stage, data, method);
  const optimizer = optimizers.adam({ learningRate: lr }).for([network.centres, network.contexts]);
  const step = record(() => {
    const loss = network.loss();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const shownEvery = Math.ceil(steps / drawings);
  let [seconds, together] = [0, 0];
  const look = (done: number): void => {
    const vectors = new WordVectors(data.words, Float32Array.from(network.centres.toTypedArray()));
    together = shareTogether(vectors);
    stage.show({ kind: "point", chart: chartTitle, series: method, x: done, y: 100 * together });
    stage.show(mapOf(vectors, method));
  };
  look(0);
  for (let done = 0; done < steps;) {
    const from = performance.now();
    for (const until = Math.min(steps, done + shownEvery); done < until; done++) {
      network.draw();
      step.replay();
    }
    seconds += (performance.now() - from) / 1000;
    look(done);
    await stage.turn();
  }
  step.dispose();
  return { method, together, seconds };
}

/** A network, and how the pairs of its next batch are drawn. */
interface Network {
  /** (V, D): a vector for each word in the middle, which is the one that is kept. */
  readonly centres: Tensor;
  /** (V, D): a vector for each word as a neighbour. */
  readonly contexts: Tensor;
  draw(): void;
  /** The mean loss of the pairs that were drawn. */
  loss(): Tensor;
}

function networkOf({ settings, seed }: Stage<Settings>, { counts, pairs }: Pairs, method: Method): Network {
  const { dimensions, negatives } = settings;
  const [V, D, B, k] = [counts.length, dimensions, batch, negatives];
  const ints = (shape: readonly number[]): Tensor => zeros(shape, { dtype: "int32" });
  const random = new Random(seed).fork("learning"); // the same vectors and pairs for both networks
  const beginning = (): Tensor => {
    return tensor(
      Float32Array.from({ length: V * D }, () => random.uniform(-0.5, 0.5)),
      [V, D],
      { requiresGrad: true },
    );
  };
  const [centres, contexts] = [beginning(), beginning()];
  const [centre, context, drawn] = [ints([B]), ints([B]), ints([B, k])];
  const drawPairs = (): void => {
    const batch = Array.from({ length: B }, () => pairs[random.integer(pairs.length)]);
    centre.assign(Int32Array.from(batch, ([word]) => word));
    context.assign(Int32Array.from(batch, ([, word]) => word));
  };
  if (method === "full softmax") {
    const loss = (): Tensor => {
      const logits = matmul(embedding(centres, centre), contexts, { transposeB: true }); // (B, V)
      return mean(softmaxCrossEntropy(logits, context));
    };
    return { centres, contexts, draw: drawPairs, loss };
  }
  const drawRare = rareWords(random.fork("drawn"), counts);
  const draw = (): void => {
    drawPairs();
    drawn.assign(Int32Array.from({ length: B * k }, drawRare));
  };
  const loss = (): Tensor => {
    const v = embedding(centres, centre); // (B, D)
    const right = sum(mul(v, embedding(contexts, context)), 1); // (B)
    const wrong = matmul(embedding(contexts, drawn), reshape(v, [B, D, 1])); // (B, k, 1)
    return add(mean(softplus(negate(right))), mul(mean(softplus(wrong)), k));
  };
  return { centres, contexts, draw, loss };
}

/** Draws words by their counts to the power of 3/4, so that rare ones come up more often than in the text. */
function rareWords(random: Random, counts: ArrayLike<number>): () => number {
  let total = 0;
  const ends = Array.from(counts, (times) => (total += times ** 0.75));
  return () => {
    const place = random.uniform(0, total);
    return ends.findIndex((end, word) => place < end || word === ends.length - 1);
  };
}

/** The share of the nouns whose nearest noun, by the cosine, is of their kind. */
function shareTogether(vectors: WordVectors): number {
  const nouns = Object.entries(kinds).flatMap(([kind, words]) => words.map((word) => ({ word, kind })));
  const together = nouns.filter(({ word, kind }) => {
    const others = nouns.filter((other) => other.word !== word);
    const near = others.map((other) => ({ kind: other.kind, cosine: vectors.similarity(word, other.word) }));
    return near.reduce((best, one) => (one.cosine > best.cosine ? one : best)).kind === kind;
  });
  return together.length / nouns.length;
}

/** The nouns along their two principal axes, each kind a group of points. */
function mapOf(vectors: WordVectors, method: Method): Shown {
  const nouns: readonly string[] = Object.values(kinds).flat();
  const { points } = pcaMap(vectors, { words: nouns });
  const series = Object.entries(kinds).map(([name, words]) => {
    const own = points.filter(({ word }) => (words as readonly string[]).includes(word));
    return { name, x: own.map(({ x }) => x), y: own.map(({ y }) => y), labels: own.map(({ word }) => word) };
  });
  const axes = { xLabel: "first principal axis", yLabel: "second", marks: "points" } as const;
  return { kind: "chart", title: `Map, ${method}`, section: "Maps", ...axes, series };
}

/** @param V  the words of the toy vocabulary */
function findings({ settings, show }: Stage<Settings>, results: readonly Learnt[], V: number): Result {
  const { dimensions: D, negatives } = settings;
  const outputs = { "full softmax": (words: number) => words, "negative sampling": () => negatives + 1 };
  const rows = results.map(({ method, together, seconds }) => [
    ...[method, percent(together, 0), duration(seconds)],
    ...[V, englishWords].map((words) => count(outputs[method](words) * D)),
  ]);
  const header = ["method", "nearest is of its kind", "time", "products a pair", `with ${count(englishWords)} words`];
  show({ kind: "table", title: "Two ways to learn from the same pairs", section: "Comparison", header, rows });
  const [full, sampled] = results;
  const [nouns, kind] = [Object.values(kinds).flat().length, kinds.animals.length];
  const chance = (kind - 1) / (nouns - 1);
  // Beyond chance by three standard errors of a share of that many nouns.
  const least = chance + 3 * Math.sqrt((chance * (1 - chance)) / nouns);
  const found = results.filter(({ together }) => together > least).map(({ method }) => method);
  const which = found.length === 2 ? "Both ways find" : found.length === 1 ? `Only ${found[0]} finds` : "Neither way finds"; // prettier-ignore
  const shares = `${percent(full.together, 0)} with the full softmax, ${percent(sampled.together, 0)} with negative sampling`;
  const text = `${which} out which words are of a kind: the nearest noun is of the same kind for ${shares}; by chance it would be ${percent(chance, 0)} (found: above ${percent(least, 0)}, three standard errors).`;
  show({ kind: "conclusion", text });
  return { results, chance };
}
