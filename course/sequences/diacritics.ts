/**
 * Vietnamese without its diacritics, restored: a recurrent network reads the bare syllables in both directions and
 * chooses the marks of each. A step is a syllable. It comes as five numbers, each with an embedding: the syllable, the
 * pairs with its neighbours, all three together, and how it is written; so what neighbours say need not be learnt by the
 * recurrent layers, and they are left with what lies further away. Letters: T syllables of a window.
 */
import {
  DataError,
  type Dataset,
  type Tensor,
  datasets,
  layers,
  losses,
  metrics,
  model,
  optimizers,
  schedules,
  tensor,
} from "lanegrad";
import { batch, defaultsOf, epochs, learningRate } from "../settings.js";
import type { DataSource, Lesson, Result, Stage } from "../stage.js";
import { count, duration } from "../support/format.js";
import { type NetworkLesson, type NetworkSettings, network } from "../support/network.js";
import { type MarkedTexts, restoring, windowLength } from "./restoring.js";
import { type SyllableNumbers, type Syllables, columns, fitSyllables, syllablesOf } from "./syllables.js";

const [embedding, units, dropped] = [64, 192, 0.2];

/** Vietnamese text for training, validation and test. */
export const vietnameseSource: DataSource<datasets.VietnameseText> = {
  name: "vietnamese",
  title: "Vietnamese text",
  files: datasets.vietnameseFiles.map((names) => ({ names })),
  url: "https://github.com/undertheseanlp/corpus.viwiki",
  async read(files) {
    const [train, validation, test] = datasets.vietnameseFiles.map((names) =>
      names.map((name) => files.get(name)).find((bytes) => bytes !== undefined),
    );
    return datasets.vietnamese({ train: train!, validation: validation!, test: test! });
  },
};

const lesson = network({
  name: "diacritics",
  title: "Vietnamese gets its diacritics back",
  about: "one or two bidirectional GRU of 192 units that restore the diacritics of Vietnamese",
  chapter: "sequences",
  settings: {
    epochs: epochs(3),
    batch: batch(32),
    lr: learningRate(0.003),
    layers: { kind: "choice", about: "how many recurrent layers", default: "2", choices: ["1", "2"] },
  },
  sources: [vietnameseSource],
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: [metrics.accuracy()],
  task: restoring,
  data: markedTexts,
  model(seed, data, _, { layers: depth }) {
    const { numbers } = data as MarkedTexts;
    const inputs = layers.input({ shape: [windowLength, columns] });
    const embedded = layers.embedding({ inputDim: numbers.size, outputDim: embedding }).apply(inputs);
    const joined = layers.reshape({ targetShape: [windowLength, columns * embedding] }).apply(embedded);
    const read = layers.dropout({ rate: dropped }).apply(joined); // (T, 5 · 64)
    let states = read;
    for (let layer = 0; layer < Number(depth); layer++) {
      const both = layers.bidirectional({ layer: layers.gru({ units, returnSequences: true }) }).apply(states);
      states = layers.dropout({ rate: dropped }).apply(both); // (T, 2 · 192)
    }
    // what neighbours say also reaches the output directly
    const outputs = layers.dense({ units: numbers.patterns }).apply(layers.concatenate().apply([states, read]));
    return model({ inputs, outputs, name: `diacritics-${depth}`, seed });
  },
  optimizer: ({ lr, steps }) =>
    optimizers.adam({
      learningRate: schedules.oneCycle({ maxLearningRate: lr, totalSteps: steps, warmupFraction: 0.1 }),
      globalClipNorm: 1,
    }),
});

/** One or two bidirectional GRU. */
export const diacritics: NetworkLesson = {
  ...lesson,
  async run(stage) {
    const result = await lesson.run(stage);
    const { syllableAccuracyPercent, bareAccuracyPercent, seconds } = result;
    const layers = Number(stage.settings.layers);
    return { ...result, layers, results: [{ layers, syllableAccuracyPercent, bareAccuracyPercent, seconds }] };
  },
};

/** Both depths, one after the other, with the lesson's own settings. */
export const diacriticsTable: Lesson = {
  name: "diacritics-depths",
  title: "Diacritics with one and with two recurrent layers",
  about: "one and two bidirectional GRU on the diacritics of Vietnamese",
  chapter: "sequences",
  kind: "table",
  settings: {},
  sources: [vietnameseSource],
  async run(stage) {
    const title = "diacritics";
    const header = ["layers", "syllables right", "left bare", "time"];
    stage.show({ kind: "table", title, section: "Depths", header, rows: [], widths: [6, 15, 9, 9] });
    const results: Result[] = [];
    for (const depth of ["1", "2"]) {
      const settings = { ...defaultsOf(diacritics.settings), layers: depth };
      const own: Stage<NetworkSettings> = { ...stage, settings, resumed: undefined, keep: async () => undefined };
      const { results: rows } = await diacritics.run(own);
      const [row] = rows as readonly Record<string, number>[];
      const { syllableAccuracyPercent: right, bareAccuracyPercent: bare, seconds } = row;
      results.push(row);
      stage.show({
        kind: "row",
        table: title,
        cells: [depth, `${right.toFixed(2)} %`, `${bare.toFixed(1)} %`, duration(seconds)],
      });
    }
    return { results };
  },
};

/** The text in windows, for training and validation, and as paragraphs for the test. */
async function markedTexts(stage: Pick<Stage, "data">): Promise<MarkedTexts> {
  const { data, place } = await stage.data(vietnameseSource);
  const [train, validation, test] = [data!.train, data!.validation, data!.test].map(paragraphsOf);
  const numbers = fitSyllables(train);
  const [n, m] = [train, test].map((texts) => count(texts.reduce((sum, { forms }) => sum + forms.length, 0)));
  return {
    kind: "vietnamese",
    description: `${place}, ${n} syllables to train on and ${m} to test`,
    train: windows("train", train, numbers),
    validation: windows("valid", validation, numbers),
    test: windows("test", test, numbers),
    classNames: numbers.config.patterns,
    hasImages: false,
    numbers,
    testParagraphs: test,
  };
}

/** The paragraphs of a text that have syllables. */
function paragraphsOf(text: string): Syllables[] {
  return text
    .split("\n")
    .map(syllablesOf)
    .filter(({ forms }) => forms.length > 0);
}

/**
 * Paragraphs one after the other, cut into windows of T syllables; what is left at the end is dropped. Windows know
 * where a paragraph begins by how its syllables are written.
 * @throws {DataError} for a text of less than T syllables
 */
function windows(part: string, paragraphs: readonly Syllables[], numbers: SyllableNumbers): Dataset {
  const length = paragraphs.reduce((sum, { forms }) => sum + forms.length, 0);
  const N = Math.floor(length / windowLength);
  if (N === 0) {
    const expected = `at least ${windowLength} syllables`;
    throw new DataError(`train: the text for ${part} is too short; expected ${expected}, got ${length}.`);
  }
  const x = new Int32Array(length * columns);
  const y = new Int32Array(length);
  let at = 0;
  for (const paragraph of paragraphs) {
    x.set(numbers.encode(paragraph), at * columns);
    y.set(paragraph.forms.map(numbers.patternOf), at);
    at += paragraph.forms.length;
  }
  const rows = (values: Int32Array, width: number, shape: readonly number[]): Tensor =>
    tensor(values.subarray(0, N * windowLength * width), [N, ...shape]);
  return { x: rows(x, columns, [windowLength, columns]), y: rows(y, 1, [windowLength]) };
}
