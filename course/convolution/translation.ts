/**
 * Translation: networks trained only on centred digits read shifted ones. A dense layer has a weight for each pixel, so
 * a shifted digit is a different input; a convolution finds the same strokes anywhere. Letters: N images, S side of the
 * canvas, d the shift in pixels.
 */
import { type Dataset, type Model, layers, losses, metrics, optimizers, schedules, sequential, tensor } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import type { Lesson, Result, Stage } from "../stage.js";
import { differenceOf, fitOn } from "../support/comparison.js";
import { anyDigits, mnistSource } from "../support/digits.js";
import { count, percent } from "../support/format.js";
import { weightCount } from "../support/networkLesson.js";

const mostTraining = 10_000;
const mostTest = 2_000;
const largestShift = 8;
const side = 28;
/** Large enough that nothing is cut off. */
const canvas = side + 2 * largestShift;

/** The directions of shifts, in pixels per pixel of the shift. */
const directions = [
  { name: "shifted right", down: 0 },
  { name: "shifted right and down", down: 1 },
];

const networks = [
  {
    name: "dense",
    layers: () => [
      layers.flatten({ inputShape: [canvas, canvas, 1] }),
      layers.dense({ units: 29, activation: "relu" }),
      layers.dense({ units: 10 }),
    ],
  },
  {
    name: "convolutional",
    layers: () => [
      layers.conv2d({
        filters: 16,
        kernelSize: 3,
        padding: "same",
        activation: "relu",
        inputShape: [canvas, canvas, 1],
      }),
      layers.maxPooling2d(),
      layers.conv2d({ filters: 32, kernelSize: 3, padding: "same", activation: "relu" }),
      layers.maxPooling2d(),
      layers.conv2d({ filters: 64, kernelSize: 5, padding: "same", activation: "relu" }),
      layers.globalMaxPooling2d(),
      layers.dense({ units: 10 }),
    ],
  },
] as const;

const settings = { epochs: epochs(4), batch: batch(64), lr: learningRate(0.003) };
type Settings = typeof settings;

const chart = "Digits read correctly";

/** Two networks of the same size, trained on centred digits, tested on shifted ones. */
export const translation: Lesson<Settings> = {
  name: "translation",
  title: "Digits that are not where they were",
  about: "dense and convolutional network trained on centred digits, tested on shifted ones",
  chapter: "convolution",
  kind: "comparison",
  settings,
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const data = await anyDigits(stage);
    stage.show({ kind: "fact", name: "data", text: data.description });
    const axes = { xLabel: "shift, pixels", yLabel: "% of the digits", marks: "lines" } as const;
    stage.show({ kind: "chart", title: chart, section: "Charts", ...axes, series: [] });
    const train = shifted(data.train, mostTraining, 0, 0);
    const results: Reader[] = [];
    for (const network of networks) {
      const model = sequential(network.layers(), { name: network.name, seed: stage.seed });
      await fit(model, train, stage);
      const accuracies = await accuraciesOf(model, data.test, stage);
      results.push({ network: network.name, parameters: weightCount(model), accuracies });
      model.dispose();
    }
    const sizes = [train.x.shape[0], Math.min(mostTest, data.test.x.shape[0])] as const;
    return { data: data.kind, ...findings(results, sizes, stage) };
  },
};

/** The results of one network. */
interface Reader {
  readonly network: string;
  readonly parameters: number;
  /** For each direction: the share of digits read correctly, by shift from 0. */
  readonly accuracies: readonly (readonly number[])[];
}

/** The first images of a set on a larger canvas, (N, S, S, 1), shifted from its middle. */
function shifted({ x, y }: Dataset, most: number, right: number, down: number): Dataset {
  const N = Math.min(most, x.shape[0]);
  const pixels = x.toTypedArray();
  const moved = new Uint8Array(N * canvas * canvas);
  const margin = (canvas - side) / 2;
  for (let i = 0; i < N; i++) {
    for (let row = 0; row < side; row++) {
      const at = (i * side + row) * side;
      const to = (i * canvas + row + margin + down) * canvas + margin + right;
      for (let column = 0; column < side; column++) moved[to + column] = pixels[at + column];
    }
  }
  const labels = (y.toTypedArray() as Int32Array).slice(0, N);
  return { x: tensor(moved, [N, canvas, canvas, 1]), y: tensor(labels) };
}

async function fit(model: Model, data: Dataset, stage: Stage<Settings>): Promise<void> {
  const { epochs, batch: batchSize, lr: maxLearningRate } = stage.settings;
  const totalSteps = epochs * Math.ceil(data.x.shape[0] / batchSize);
  model.compile({
    optimizer: optimizers.adam({
      learningRate: schedules.oneCycle({ maxLearningRate, totalSteps, warmupFraction: 0.2 }),
    }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  await fitOn(stage, model.name, model, data, { epochs, batchSize });
}

const seriesOf = (network: string, direction: string): string => `${network}, ${direction}`;

async function accuraciesOf(model: Model, test: Dataset, { signal, show, turn }: Stage<Settings>): Promise<number[][]> {
  const all: number[][] = [];
  for (const { name, down } of directions) {
    const accuracies: number[] = [];
    for (let d = 0; d <= largestShift; d++) {
      show({ kind: "now", text: `reading digits shifted ${name} by ${d} of ${largestShift} pixels` });
      await turn();
      const { x, y } = shifted(test, mostTest, d, down * d);
      const { accuracy } = await model.evaluate(x, y, { batchSize: 250, signal });
      accuracies.push(accuracy);
      show({ kind: "point", chart, series: seriesOf(model.name, name), x: d, y: 100 * accuracy });
      x.dispose();
      y.dispose();
    }
    all.push(accuracies);
  }
  show({ kind: "now", text: "" });
  return all;
}

function findings(
  results: readonly Reader[],
  [training, test]: readonly [number, number],
  { settings: { epochs }, show }: Stage<Settings>,
): Result {
  const columns = results.flatMap(({ network, accuracies }) =>
    directions.map(({ name }, i) => ({ name: seriesOf(network, name), y: accuracies[i] })),
  );
  show({
    kind: "table",
    title: `Digits read correctly, by shift in pixels (${count(training)} to train on, ${count(test)} to test)`,
    header: ["shift", ...columns.map(({ name }) => name)],
    rows: Array.from({ length: largestShift + 1 }, (_, d) => [String(d), ...columns.map(({ y }) => percent(y[d], 1))]),
  });
  const [dense, convolutional] = results.map(({ accuracies }) => ({
    centred: accuracies[0][0],
    shifted: accuracies.at(-1)!.at(-1)!,
  }));
  const { isClear, text } = differenceOf(convolutional.shifted, dense.shifted, test);
  const lesson = isClear
    ? "A dense layer has a weight for each pixel and must learn each stroke again at every place; a convolution finds it anywhere."
    : `That is no clear difference: try epochs = ${4 * epochs}, or more digits.`;
  for (const sentence of [
    `Shifted by ${largestShift} pixels right and down, the dense network reads ${percent(dense.shifted, 1)} of the digits (centred ${percent(dense.centred, 1)}), the convolutional one ${percent(convolutional.shifted, 1)} (centred ${percent(convolutional.centred, 1)}).`,
    `${text}. ${lesson}`,
    `Parameters: ${results.map(({ network, parameters }) => `${count(parameters)} ${network}`).join(", ")}.`,
  ])
    show({ kind: "conclusion", text: sentence });
  return {
    networks: results.map(({ network, parameters, accuracies: [right, rightAndDown] }) => {
      return { network, parameters, right, rightAndDown };
    }),
  };
}
