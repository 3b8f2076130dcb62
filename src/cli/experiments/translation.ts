/**
 * Translation: networks that saw only centred digits read shifted ones. A dense layer has a weight for each pixel, so a digit elsewhere is another input to it;
 * a convolution finds the same strokes anywhere. Letters: N images, S side of the canvas, d the shift in pixels.
 */
import {
  type Dataset,
  type Model,
  layers,
  losses,
  metrics,
  optimizers,
  schedules,
  sequential,
  tensor,
} from "../../index.js";
import { count, percent } from "../format.js";
import { ProgressDisplay } from "../progress.js";
import { anyDigits } from "../recipes/digitSets.js";
import type { Settings } from "../recipes/recipe.js";
import type { Experiment, ExperimentContext, Findings } from "./experiment.js";

const mostTraining = 10_000;
const mostTest = 2_000;
const largestShift = 8;
const side = 28;
/** So large that nothing is cut off. */
const canvas = side + 2 * largestShift;

/** Which way digits are shifted, in pixels for each pixel of the shift. */
const directions = [
  { name: "right", down: 0 },
  { name: "right and down", down: 1 },
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

/** Two networks of the same size, trained on centred digits, judged on shifted ones. */
export const translation: Experiment<Settings> = {
  name: "translation",
  about: "dense and convolutional network trained on centred digits, tested on shifted ones",
  settings: { epochs: 4, batch: 64, lr: 0.003 },
  takesData: true,
  async run(context) {
    const data = await context.load(anyDigits);
    const train = shifted(data.train, mostTraining, 0, 0);
    const results = [];
    for (const network of networks) {
      const model = sequential(network.layers(), { name: network.name, seed: context.seed });
      await fit(model, train, context);
      const accuracies = await accuraciesOf(model, data.test, context);
      const parameters = model.weights.reduce((sum, { value }) => sum + value.size, 0);
      results.push({ network: network.name, parameters, accuracies });
      model.dispose();
    }
    return findings(results, train.x.shape[0], Math.min(mostTest, data.test.x.shape[0]));
  },
};

/** What a network reads. */
interface Result {
  readonly network: string;
  readonly parameters: number;
  /** Of each direction: the part that is read right, by shift from 0. */
  readonly accuracies: readonly (readonly number[])[];
}

/** The first images of a set on a larger canvas, (N, S, S, 1), moved from its middle. */
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

async function fit(model: Model, { x, y }: Dataset, context: ExperimentContext<Settings>): Promise<void> {
  const { settings, terminal, signal } = context;
  const { epochs, batch: batchSize, lr: maxLearningRate } = settings;
  terminal.fact("network", model.name);
  const totalSteps = epochs * Math.ceil(x.shape[0] / batchSize);
  model.compile({
    optimizer: optimizers.adam({
      learningRate: schedules.oneCycle({ maxLearningRate, totalSteps, warmupFraction: 0.2 }),
    }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  await model.fit(x, y, { epochs, batchSize, callbacks: [new ProgressDisplay(terminal)], signal });
}

async function accuraciesOf(
  model: Model,
  test: Dataset,
  { terminal, signal }: ExperimentContext<Settings>,
): Promise<number[][]> {
  const all: number[][] = [];
  for (const { name, down } of directions) {
    const accuracies: number[] = [];
    for (let d = 0; d <= largestShift; d++) {
      terminal.note(`reading digits shifted ${name} by ${d} of ${largestShift} pixels`);
      const { x, y } = shifted(test, mostTest, d, down * d);
      accuracies.push((await model.evaluate(x, y, { batchSize: 250, signal })).accuracy);
      x.dispose();
      y.dispose();
    }
    all.push(accuracies);
  }
  terminal.clearLive();
  return all;
}

function findings(results: readonly Result[], training: number, test: number): Findings {
  const shifts = Array.from({ length: largestShift + 1 }, (_, d) => d);
  const columns = results.flatMap(({ network, accuracies }) =>
    directions.map(({ name }, i) => ({ name: `${network}, ${name}`, y: accuracies[i] })),
  );
  const [dense, convolutional] = results.map(({ accuracies }) => ({
    centred: accuracies[0][0],
    shifted: accuracies.at(-1)!.at(-1)!,
  }));
  const isShown = convolutional.shifted - dense.shifted > 0.2;
  const sizes = results.map(({ network, parameters }) => `${count(parameters)} ${network}`).join(", ");
  return {
    tables: [
      {
        title: `Digits read right, by shift in pixels (${count(training)} to train on, ${count(test)} to test)`,
        header: ["shift", ...columns.map(({ name }) => name)],
        rows: shifts.map((d) => [String(d), ...columns.map(({ y }) => percent(y[d], 1))]),
      },
    ],
    charts: [
      {
        title: "Digits read right",
        ...{ xLabel: "shift, pixels", yLabel: "%", kind: "lines" },
        series: columns.map(({ name, y }) => ({ name, x: shifts, y: y.map((accuracy) => 100 * accuracy) })),
      },
    ],
    conclusions: [
      `Shifted by ${largestShift} pixels right and down, the dense network reads ${percent(dense.shifted, 1)} of the digits (centred ${percent(dense.centred, 1)}), the convolutional one ${percent(convolutional.shifted, 1)} (centred ${percent(convolutional.centred, 1)}).`,
      isShown
        ? "A dense layer has a weight for each pixel and must learn each place anew; a convolution finds the same strokes anywhere."
        : "That is no clear difference: train longer, or on more digits.",
      `Parameters: ${sizes}.`,
    ],
    result: {
      networks: results.map(({ network, parameters, accuracies }) => ({
        ...{ network, parameters },
        ...{ right: accuracies[0], rightAndDown: accuracies[1] },
      })),
    },
  };
}
