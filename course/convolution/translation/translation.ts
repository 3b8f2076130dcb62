/**
 * Translation: networks trained only on centred digits read moved and scaled ones. A dense layer has a weight for each
 * pixel, so a moved digit is a different input; a convolution finds the same strokes anywhere. And how many more
 * pictures, moved by lot, the dense network needs to read moved digits as well. Letters: N images, d the shift in pixels.
 */
import { type Dataset, type Model, Random } from "lanegrad";
import { batch, epochs, integer, learningRate } from "../../settings.js";
import type { Lesson, Stage } from "../../stage.js";
import { differenceOf } from "../../support/comparison.js";
import { anyDigits, mnistSource } from "../../support/digits.js";
import { count, percent } from "../../support/format.js";
import { weightCount } from "../../support/networkLesson.js";
import { convolutionalNetwork, denseNetwork, trainOn } from "./networks.js";
import { type Place, anywhere, firstOf, largestShift, placed } from "./pictures.js";

const tested = 1000;
const shifts = [0, 1, 2, 4, 6, largestShift];
const scales = [0.6, 0.8, 1, 1.2, 1.4];
/** How many times as many pictures the dense network gets, until it has caught up. */
const factors = [1, 4, 16];

const settings = {
  samples: integer({ about: "centred digits to train on", default: 4000, least: 100, slider: [500, 10_000] }),
  epochs: epochs(4),
  batch: batch(64),
  lr: learningRate(0.004),
};
type Settings = typeof settings;

const chart = "Digits read correctly";
const catchingUp = "Moved digits read correctly, by pictures of the dense network";

/** A dense and a convolutional network, trained on centred digits, tested on moved and scaled ones. */
export const translation: Lesson<Settings> = {
  name: "translation",
  title: "Digits that are not where they were",
  about: "dense and convolutional network on moved and scaled digits, and the pictures that dense needs to catch up",
  chapter: "convolution",
  kind: "comparison",
  settings,
  quick: { samples: 2000, epochs: 3 },
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { settings, seed, show } = stage;
    const data = await anyDigits(stage);
    show({ kind: "fact", name: "data", text: data.description });
    const axes = { xLabel: "shift right and down, pixels", yLabel: "% of the digits", marks: "lines" } as const;
    show({ kind: "chart", title: chart, section: "Charts", ...axes, series: [] });
    const rows = firstOf(data.train, settings.samples);
    const readers: Reader[] = [];
    for (const network of [denseNetwork, convolutionalNetwork]) {
      const model = network(seed);
      try {
        const set = (): Dataset => placed(data.train, rows, () => ({ right: 0, down: 0, scale: 1 }));
        await trainOn(stage, model, model.name, settings, { sets: settings.epochs, samples: rows.length, set });
        readers.push(await readerOf(model, data.test, stage));
      } finally {
        model.dispose();
      }
    }
    const [dense, convolutional] = readers;
    const attempts = await catchUp(stage, data, convolutional.moved);
    conclude(stage, [dense, convolutional], attempts);
    return {
      ...{ data: data.kind, shifts, scales, networks: readers },
      ...{ attempts, caughtUpWith: attempts.find(({ hasCaughtUp }) => hasCaughtUp)?.pictures ?? null },
    };
  },
};

/** What a network that saw only centred digits reads. */
interface Reader {
  readonly network: string;
  readonly parameters: number;
  /** Shares of digits read correctly that are shifted right alone, and right and down, by 0, 1, 2, … pixels. */
  readonly right: readonly number[];
  readonly rightAndDown: readonly number[];
  /** The same right and down: a row for each shift, a column for each scale. */
  readonly accuracies: readonly (readonly number[])[];
  /** The same of digits moved by lot. */
  readonly moved: number;
}

async function accuracyOf(
  model: Model,
  test: Dataset,
  signal: AbortSignal,
  place: (i: number) => Place,
): Promise<number> {
  const { x, y } = placed(test, firstOf(test, tested), place);
  try {
    return (await model.evaluate(x, y, { batchSize: 250, signal })).accuracy;
  } finally {
    x.dispose();
    y.dispose();
  }
}

/** Digits moved by lot, the same ones for all networks. */
async function movedAccuracy(model: Model, test: Dataset, { seed, signal }: Stage<Settings>): Promise<number> {
  const random = new Random(seed + 1);
  return accuracyOf(model, test, signal, () => anywhere(random));
}

async function readerOf(model: Model, test: Dataset, stage: Stage<Settings>): Promise<Reader> {
  const { show, turn, signal } = stage;
  const at = async (right: number, down: number, scale = 1): Promise<number> => {
    await turn();
    return accuracyOf(model, test, signal, () => ({ right, down, scale }));
  };
  const [right, rightAndDown]: [number[], number[]] = [[], []];
  for (let d = 0; d <= largestShift; d++) {
    show({ kind: "now", text: `reading digits shifted by ${d} of ${largestShift} pixels` });
    right.push(await at(d, 0));
    rightAndDown.push(await at(d, d));
    show({ kind: "point", chart, series: model.name, x: d, y: 100 * rightAndDown[d] });
  }
  const accuracies: number[][] = [];
  for (const d of shifts) {
    const row: number[] = [];
    for (const scale of scales) row.push(scale === 1 ? rightAndDown[d] : await at(d, d, scale));
    accuracies.push(row);
  }
  show({
    ...{ kind: "table", section: "Errors against shift and scale", title: `The ${model.name} network`, wordColumns: 1 },
    caption: `Trained on centred digits; test error in % of ${count(Math.min(tested, test.x.shape[0]))} digits, shifted right and down.`,
    header: ["shift, pixels", ...scales.map((scale) => `scale ${scale}`)],
    rows: accuracies.map((row, i) => [String(shifts[i]), ...row.map((accuracy) => (100 * (1 - accuracy)).toFixed(1))]),
  });
  const moved = await movedAccuracy(model, test, stage);
  return { network: model.name, parameters: weightCount(model), right, rightAndDown, accuracies, moved };
}

/** A dense network that was trained on moved digits. */
interface Attempt {
  readonly pictures: number;
  readonly accuracy: number;
  /** True if it reads moved digits not clearly worse than the convolutional network that saw only centred ones. */
  readonly hasCaughtUp: boolean;
}

/** Trains the dense network on more and more pictures, moved by lot. */
async function catchUp(
  stage: Stage<Settings>,
  data: Awaited<ReturnType<typeof anyDigits>>,
  goal: number,
): Promise<Attempt[]> {
  // prettier-ignore
  const { settings, seed, show } = stage;
  const axes = { xLabel: "pictures", yLabel: "% of the digits", xLogarithmic: true, marks: "lines" } as const;
  show({ kind: "chart", title: catchingUp, section: "Charts", ...axes, series: [] });
  const attempts: Attempt[] = [];
  const [all, test] = [data.train.x.shape[0], Math.min(tested, data.test.x.shape[0])];
  const samples = Math.min(settings.samples, all);
  for (const factor of factors) {
    const model = denseNetwork(seed);
    try {
      const pictures = factor * samples;
      // Picture p is the same in each epoch: its digit and its place go by its number.
      const set = (k: number): Dataset => {
        const part = k % factor;
        const random = new Random(seed + 2).fork(part);
        const rows = Int32Array.from({ length: samples }, (_, i) => (part * samples + i) % all);
        return placed(data.train, rows, () => anywhere(random));
      };
      const name = `dense, ${count(pictures)} moved digits`;
      await trainOn(stage, model, name, settings, { sets: settings.epochs * factor, samples, set });
      const accuracy = await movedAccuracy(model, data.test, stage);
      const hasCaughtUp = !differenceOf(goal, accuracy, test).isClear;
      attempts.push({ pictures, accuracy, hasCaughtUp });
      show({ kind: "point", chart: catchingUp, series: "dense", x: pictures, y: 100 * accuracy });
      show({ kind: "point", chart: catchingUp, series: "convolutional, centred digits", x: pictures, y: 100 * goal });
      if (hasCaughtUp) break;
    } finally {
      model.dispose();
    }
  }
  return attempts;
}

function conclude(
  { show, settings }: Stage<Settings>,
  [dense, convolutional]: readonly [Reader, Reader],
  attempts: readonly Attempt[],
): void {
  show({
    ...{ kind: "table", title: "Digits moved by lot, read correctly", wordColumns: 1 },
    header: ["network", "trained on", "read correctly"],
    rows: [
      ...[dense, convolutional].map(({ network, moved }) => [network, `${count(settings.samples)} centred`, percent(moved, 1)]), // prettier-ignore
      ...attempts.map(({ pictures, accuracy }) => ["dense", `${count(pictures)} moved`, percent(accuracy, 1)]),
    ],
  });
  const own = scales.indexOf(1);
  const far = (reader: Reader): number => reader.accuracies.at(-1)![own];
  const small = (reader: Reader): number => reader.accuracies[0][0];
  const { isClear, text } = differenceOf(far(convolutional), far(dense), tested);
  const lesson = isClear
    ? "A dense layer has a weight for each pixel and must learn each stroke again at every place; a convolution finds it anywhere."
    : `That is no clear difference: try epochs = ${4 * settings.epochs}, or more digits.`;
  const last = attempts.at(-1)!;
  const more = last.hasCaughtUp
    ? `The dense network reads moved digits as well (${percent(last.accuracy, 1)}) once it was trained on ${count(last.pictures)} moved ones, ${count(last.pictures / settings.samples)} times as many pictures.`
    : `Even ${count(last.pictures)} moved digits, ${count(last.pictures / settings.samples)} times as many pictures, are not enough for the dense network: it reads ${percent(last.accuracy, 1)} of them.`;
  for (const sentence of [
    `Shifted by ${largestShift} pixels right and down, the dense network reads ${percent(far(dense), 1)} of the digits (centred ${percent(dense.accuracies[0][own], 1)}), the convolutional one ${percent(far(convolutional), 1)} (centred ${percent(convolutional.accuracies[0][own], 1)}).`,
    `${text}. ${lesson}`,
    `Of digits of 0.6 times the size they read ${percent(small(dense), 1)} and ${percent(small(convolutional), 1)}: a convolution does not find strokes of another size.`,
    `Of digits moved by lot the convolutional network, which saw only centred ones, reads ${percent(convolutional.moved, 1)}, the dense one ${percent(dense.moved, 1)}. ${more}`,
    `Parameters: ${[dense, convolutional].map(({ network, parameters }) => `${count(parameters)} ${network}`).join(", ")}.`,
  ])
    show({ kind: "conclusion", text: sentence });
}
