/**
 * Parts of speech: a tag for each word of a sentence, many to many. A recurrent network reads the words, each as its own
 * embedding, those of its first and last syllable, and what a small network makes of its characters, which is all that
 * is known of a word that training never had. Simple RNN, LSTM and GRU, in one direction and in both. Letters: N
 * sentences, T words of a sentence, C characters of a word.
 */
import type { Layer, Model } from "lanegrad";
import { Random, asLayer, callbacks, datasets, initializers, layers, losses, metrics, model } from "lanegrad";
import { optimizers, schedules, sequential, text } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import type { DataSource, Lesson, Result, Stage } from "../stage.js";
import { classes } from "../support/classes.js";
import { count, duration, percent } from "../support/format.js";
import { weightCount } from "../support/networkLesson.js";
import { TrainingProgress } from "../support/progress.js";
import { type Samples, WordNumbers, characters, mostFrequent, syllableSize, wordsOf } from "./tags/wordNumbers.js";

const [wordSize, characterSize, characterUnits, units, dropped] = [64, 24, 24, 96, 0.4];
/** The share of words that are hidden in a second copy of the training sentences, so that unknown ones are practised. */
const hidden = 0.3;

/** A treebank, and running text in the same language where there is some, from which syllables get their vectors. */
export interface TreebankAndText {
  readonly treebank: datasets.Treebank;
  readonly runningText?: string;
}

/** Universal Dependencies Vietnamese-VTB. */
export const treebankSource: DataSource<TreebankAndText> = {
  name: "treebank",
  title: "a treebank of Universal Dependencies",
  files: [
    ...datasets.treebankFiles.map((names) => ({ names })),
    { names: datasets.vietnameseFiles[0], isOptional: true },
  ],
  url: "https://github.com/UniversalDependencies/UD_Vietnamese-VTB",
  async read(files) {
    const [train, validation, test] = datasets.treebankFiles.map((names) =>
      names.map((name) => files.get(name)).find((bytes) => bytes !== undefined),
    );
    const treebank = await datasets.treebank({ train: train!, validation: validation!, test: test! });
    const bytes = datasets.vietnameseFiles[0].map((name) => files.get(name)).find((one) => one !== undefined);
    return { treebank, ...(bytes && { runningText: await text.readText(bytes) }) };
  },
};

/** The recurrent layer of each network, for one direction. */
const readers = {
  "simple RNN": () =>
    layers.simpleRnn({ units, returnSequences: true, recurrentInitializer: initializers.orthogonal() }),
  LSTM: () => layers.lstm({ units, returnSequences: true }),
  GRU: () => layers.gru({ units, returnSequences: true }),
} as const satisfies Record<string, () => Recurrent>;

/** A layer that bidirectional takes. */
type Recurrent = Parameters<typeof layers.bidirectional>[0]["layer"];

const settings = { epochs: epochs(8), batch: batch(16), lr: learningRate(0.003) };
type Settings = typeof settings;

/** Six networks on one treebank. */
export const tagging: Lesson<Settings> = {
  name: "tagging",
  title: "A tag for each word",
  about: "parts of speech by simple RNN, LSTM and GRU in one direction and in both",
  chapter: "sequences",
  kind: "comparison",
  settings,
  sources: [treebankSource],
  async run(stage) {
    const { data, place } = await stage.data(treebankSource);
    const { train, validation, test } = data!.treebank;
    const [n, m] = [train, test].map((part) => count(wordsOf(part)));
    stage.show({ kind: "fact", name: "data", text: `${place}, ${n} words to train on and ${m} to test` });
    const { runningText } = data!;
    const pretrained = runningText === undefined ? "no running text" : "vectors of syllables from running text";
    stage.show({ kind: "fact", name: "words", text: pretrained });
    const longest = Math.max(...[train, validation, test].flat().map(({ words }) => words.length));
    const numbers = new WordNumbers(train, longest, runningText);
    const baseline = mostFrequent(train, test);
    stage.show({ kind: "fact", name: "baseline", text: `the most frequent tag of each word: ${percent(baseline, 1)}` });
    const header = ["network", "directions", "words right", "weights", "time"];
    stage.show({ kind: "table", title, section: "Networks", header, rows: [], widths: [10, 10, 11, 9, 7] });
    const all = new Random(stage.seed).fork("unknown words");
    const samples = [
      numbers.samples([...train, ...train], (n) => n >= train.length && all.uniform() < hidden),
      ...[validation, test].map((part) => numbers.samples(part)),
    ];
    const results: Trained[] = [];
    for (const [name, reader] of Object.entries(readers))
      for (const directions of [1, 2]) {
        const trained = await trainOne(stage, numbers, samples, { name, reader, directions });
        results.push(trained);
        const { accuracy, weights, seconds } = trained;
        const cells = [name, String(directions), percent(accuracy), count(weights), duration(seconds)];
        stage.show({ kind: "row", table: title, cells });
      }
    return findings(stage, numbers, results, baseline);
  },
};

const title = "tagging";

/** A network that was trained, and what it makes of the test sentences. */
interface Trained {
  readonly name: string;
  readonly directions: number;
  readonly accuracy: number;
  readonly weights: number;
  readonly seconds: number;
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
}

interface Network {
  readonly name: string;
  readonly reader: () => Recurrent;
  readonly directions: number;
}

async function trainOne(
  stage: Stage<Settings>,
  numbers: WordNumbers,
  [train, validation, test]: readonly Samples[],
  { name, reader, directions }: Network,
): Promise<Trained> {
  const { epochs, batch, lr } = stage.settings;
  const network = tagger(numbers, directions === 1 ? reader() : layers.bidirectional({ layer: reader() }), stage.seed);
  try {
    const steps = epochs * Math.ceil(train.y.shape[0] / batch);
    const learningRate = schedules.oneCycle({ maxLearningRate: lr, totalSteps: steps, warmupFraction: 0.1 });
    network.compile({
      optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }),
      loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: [metrics.accuracy()],
    });
    stage.show({
      kind: "now",
      name: "network",
      text: `${name}, ${directions === 1 ? "one direction" : "two directions"}`,
    });
    const start = performance.now();
    await network.fit([...train.x], train.y, {
      ...{ epochs, batchSize: batch, groupByLength: true, signal: stage.signal },
      validationData: { x: [...validation.x], y: validation.y },
      callbacks: [
        callbacks.earlyStopping({ monitor: "valAccuracy", patience: epochs, restoreBestWeights: true }),
        new TrainingProgress(stage, classes.wording),
      ],
    });
    const seconds = (performance.now() - start) / 1000;
    const { labels, predictions } = await tagged(network, test);
    const right = labels.reduce((sum, label, i) => sum + Number(label === predictions[i]), 0);
    return {
      name,
      directions,
      seconds,
      labels,
      predictions,
      accuracy: right / labels.length,
      weights: weightCount(network),
    };
  } finally {
    network.dispose();
  }
}

function tagger(numbers: WordNumbers, reader: Layer, seed: number): Model {
  const { words, syllables, letters, length: T, tags, vectors } = numbers;
  const [word, syllable, character] = [[T], [T, 2], [T, characters]].map((shape) => layers.input({ shape }));
  const own = layers.embedding({ inputDim: words.size, outputDim: wordSize, maskZero: true }).apply(word);
  const syllableTable = layers.embedding({ name: "syllables", inputDim: syllables.size, outputDim: syllableSize });
  syllableTable.trainable = vectors === undefined;
  const both = syllableTable.apply(syllable);
  const ends = layers.reshape({ targetShape: [-1, 2 * syllableSize] }).apply(both); // (T, 128)
  const spelling = sequential([
    layers.embedding({ inputDim: letters.size, outputDim: characterSize, maskZero: true, inputShape: [characters] }),
    layers.bidirectional({ layer: layers.gru({ units: characterUnits }) }),
  ]);
  const spelt = layers.timeDistributed({ layer: asLayer(spelling) }).apply(character); // (T, 48)
  const joined = layers.dropout({ rate: dropped }).apply(layers.concatenate().apply([own, ends, spelt]));
  const states = layers.dropout({ rate: dropped }).apply(reader.apply(joined));
  const outputs = layers.dense({ units: tags.length }).apply(states);
  const network = model({ inputs: [word, syllable, character], outputs, seed });
  if (vectors !== undefined) network.weights.find(({ name }) => name === "syllables/embeddings")!.value.assign(vectors);
  return network;
}

/** The labels of all words of the sentences, and the likeliest tags. */
async function tagged(network: Model, { x, y }: Samples): Promise<Pick<Trained, "labels" | "predictions">> {
  const outputs = await network.predict([...x], { batchSize: 64, groupByLength: true });
  const [logits, labels, tokens] = [outputs, y, x[0]].map((one) => one.toTypedArray());
  const K = outputs.shape.at(-1)!;
  outputs.dispose();
  const counting = Array.from(tokens.keys()).filter((i) => tokens[i] !== 0);
  return {
    labels: Int32Array.from(counting, (i) => labels[i]),
    predictions: Int32Array.from(counting, (i) => {
      const scores = logits.subarray(i * K, (i + 1) * K);
      return scores.indexOf(Math.max(...scores));
    }),
  };
}

function findings(
  stage: Stage<Settings>,
  { tags }: WordNumbers,
  results: readonly Trained[],
  baseline: number,
): Result {
  const best = results.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const { labels, predictions } = best;
  stage.show({
    ...{ kind: "confusion", title: "Which tag was taken for which", classNames: tags },
    caption: `${best.name}, ${best.directions} directions. A row for each true tag, a column for each that was given.`,
    counts: metrics.confusionMatrix({ labels, predictions, classes: tags.length }),
  });
  const gains = Object.keys(readers).map((name) => {
    const [one, two] = results.filter((result) => result.name === name);
    return `${name} ${percent(two.accuracy - one.accuracy, 1)}`;
  });
  stage.show({ kind: "conclusion", text: `The second direction adds, of all words: ${gains.join(", ")}.` });
  stage.show({
    kind: "conclusion",
    text: `Best: ${best.name}, ${percent(best.accuracy)} of words; the most frequent tag of each word ${percent(baseline, 1)}.`,
  });
  return {
    mostFrequentTagPercent: 100 * baseline,
    results: results.map(({ name, directions, accuracy, weights, seconds }) => {
      return { network: name, directions, accuracyPercent: 100 * accuracy, weights, seconds };
    }),
  };
}
