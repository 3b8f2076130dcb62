/**
 * 5,000 digits of 20 × 20 pixels by L-BFGS on all of them at once: multi-class regression, to the optimum, and a network
 * with a hidden layer of 25 units; beside it Adam, in passes through the data and in seconds. Both have the penalty
 * λ / 2m · Σw² of the course, m samples. Letters: N samples.
 */
import {
  type Callback,
  type Split,
  type Tensor,
  datasets,
  layers,
  losses,
  metrics,
  optimizers,
  regularizers,
  sequential,
  tensor,
} from "lanegrad";
import { integer } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";
import { mnistSource } from "../support/digits.js";
import { count, percent } from "../support/format.js";

const side = 20;
/** The most digits of each set. */
const most = 5000;
/** The regression is at its optimum where its loss is this near to the least one that was found. */
const near = 1e-5;
/** Epochs of Adam on all samples, and on batches of 50. */
const [adamSteps, adamEpochs] = [300, 40];

const settings = {
  epochs: integer({
    about: "the most iterations of L-BFGS for the hidden layer",
    default: 200,
    least: 1,
    slider: [10, 1000],
  }),
  units: integer({ about: "units of the hidden layer", default: 25, least: 1, slider: [5, 200] }),
  penalty: { kind: "number", about: "λ of the penalty", default: 1, isInteger: false, least: 0, slider: [0.01, 100], isLogarithmic: true }, // prettier-ignore
} as const;
type Settings = typeof settings;

/** The two networks by L-BFGS, and regression by Adam. */
export const fiveThousand: Lesson<Settings> = {
  name: "five-thousand",
  title: "Five thousand digits at once",
  about: "regression and a small network by L-BFGS on all samples, beside Adam",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { show, settings } = stage;
    const data = await digitsOf(stage);
    show({ kind: "fact", name: "data", text: data.description });
    const runs: Run[] = [];
    const train = async (name: string, options: Options): Promise<Run> => {
      show({ kind: "now", text: name });
      const run = await trained(stage, data, name, options);
      runs.push(run);
      draw(stage, runs);
      return run;
    };
    const full = { batchSize: "full" } as const;
    const lbfgs = optimizers.lbfgs();
    const regression = await train("regression by L-BFGS", { ...full, optimizer: lbfgs, epochs: 2000 });
    const adam = optimizers.adam({ learningRate: 0.01 });
    await train("regression by Adam, all samples", { ...full, optimizer: adam, epochs: adamSteps });
    await train("regression by Adam, batches of 50", {
      batchSize: 50,
      optimizer: optimizers.adam(),
      epochs: adamEpochs,
    });
    const hidden = await train("a hidden layer by L-BFGS", { ...full, optimizer: lbfgs, epochs: settings.epochs, units: settings.units }); // prettier-ignore
    const header = ["network", "epochs", "passes", "seconds", "loss", "training accuracy", "test error"];
    const rows = runs.map((run) => [
      ...[run.name, count(run.losses.length), count(run.passes.at(-1)!), run.seconds.at(-1)!.toFixed(1)],
      ...[run.losses.at(-1)!.toFixed(5), percent(run.trainAccuracy), percent(1 - run.testAccuracy)],
    ]);
    const caption = "A pass evaluates loss and gradient of all samples once.";
    show({ kind: "table", title: "Comparison", caption, header, rows });
    const [optimum, ...others] = runs.slice(0, 3).map((run) => arrival(run, Math.min(...runs.slice(0, 3).flatMap(({ losses }) => losses)))); // prettier-ignore
    show({ kind: "conclusion", text: conclusionOf(runs, optimum, others) });
    return {
      trainAccuracyPercent: 100 * hidden.trainAccuracy,
      testErrorPercent: 100 * (1 - hidden.testAccuracy),
      regressionTestErrorPercent: 100 * (1 - regression.testAccuracy),
      ...(optimum && { secondsToOptimum: optimum.seconds, passesToOptimum: optimum.passes }),
      results: runs.map(({ losses: [...all], passes, seconds, ...run }) => ({ ...run, epochs: all.length, loss: all.at(-1), passes: passes.at(-1), seconds: seconds.at(-1) })), // prettier-ignore
    };
  },
};

interface Digits {
  readonly description: string;
  readonly train: { readonly x: Tensor; readonly y: Tensor };
  readonly test: { readonly x: Tensor; readonly y: Tensor };
}

interface Options {
  readonly optimizer: ReturnType<typeof optimizers.adam>;
  readonly epochs: number;
  readonly batchSize: number | "full";
  readonly units?: number;
}

/** A training: loss, passes through the data and seconds at the end of each epoch. */
interface Run {
  readonly name: string;
  readonly losses: readonly number[];
  readonly passes: readonly number[];
  readonly seconds: readonly number[];
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
}

/** MNIST's first digits, or drawn ones, cut to the 20 × 20 pixels that they were made in. */
async function digitsOf({ data, seed, signal }: Stage<Settings>): Promise<Digits> {
  const { data: mnist, place } = await data(mnistSource, true);
  const split: Split = mnist ?? (await datasets.digits({ train: most, test: most, seed, signal }));
  const cut = ({ x, y }: Split["train"]): Digits["train"] => {
    const n = Math.min(most, x.shape[0]);
    const [rows, labels] = [x.toTypedArray(), y.toTypedArray()];
    const pixels = new Float32Array(n * side * side);
    for (let i = 0; i < n; i++) copyDigit(pixels.subarray(i * side * side), rows.subarray(784 * i, 784 * (i + 1)));
    return { x: tensor(pixels, [n, side * side]), y: tensor(Int32Array.from(labels.subarray(0, n)), [n]) };
  };
  const from = mnist === undefined ? "drawn digits" : `MNIST from ${place}`;
  const [train, test] = [cut(split.train), cut(split.test)];
  const sizes = [train, test].map(({ x }) => count(x.shape[0]));
  const description = `${from}: ${sizes[0]} to train on, ${sizes[1]} to test, ${side} × ${side} pixels`;
  return { description, train, test };
}

/** The window of 20 × 20 that holds the digit, as fractions of 255. @param from (28, 28) bytes */
function copyDigit(to: Float32Array, from: ArrayLike<number>): void {
  const indices = Array.from({ length: 784 }, (_, i) => i).filter((i) => from[i] > 0);
  const first = (of: (i: number) => number): number => {
    const at = indices.map(of);
    const middle = Math.floor((Math.min(...at) + Math.max(...at) + 1 - side) / 2);
    return Math.max(0, Math.min(28 - side, middle));
  };
  const [top, left] = indices.length === 0 ? [4, 4] : [first((i) => Math.floor(i / 28)), first((i) => i % 28)];
  for (let i = 0; i < side * side; i++) to[i] = from[28 * (top + Math.floor(i / side)) + left + (i % side)] / 255;
}

async function trained(stage: Stage<Settings>, { train, test }: Digits, name: string, options: Options): Promise<Run> {
  const { optimizer, epochs, batchSize, units } = options;
  const kernelRegularizer = regularizers.l2(stage.settings.penalty / (2 * train.x.shape[0]));
  const model = sequential(
    [
      ...(units === undefined ? [] : [layers.dense({ units, activation: "sigmoid", kernelRegularizer })]),
      layers.dense({ units: 10, kernelRegularizer }),
    ],
    { name: "digits", seed: stage.seed },
  );
  let passes = 0;
  const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
  model.build([side * side]);
  model.compile({ optimizer, loss, metrics: [metrics.accuracy()] });
  const seen = { losses: [] as number[], passes: [] as number[], seconds: [] as number[] };
  const start = performance.now();
  let waited = 0;
  const watch: Callback = {
    async onEpochEnd(_, logs, training) {
      passes += training.evaluations ?? 1;
      seen.losses.push(logs.loss);
      seen.passes.push(passes);
      seen.seconds.push((performance.now() - start - waited) / 1000);
      const began = performance.now();
      await stage.turn();
      waited += performance.now() - began;
    },
  };
  const { signal } = stage;
  await model.fit(train.x, train.y, { batchSize, epochs, callbacks: [watch], signal });
  const [onTraining, onTest] = [await model.evaluate(train.x, train.y, { signal }), await model.evaluate(test.x, test.y, { signal })]; // prettier-ignore
  model.dispose();
  return { name, ...seen, trainAccuracy: onTraining.accuracy, testAccuracy: onTest.accuracy };
}

function draw({ show }: Stage<Settings>, runs: readonly Run[]): void {
  const least = Math.min(...runs.slice(0, 3).flatMap(({ losses }) => losses));
  for (const axis of ["passes", "seconds"] as const) {
    const series = runs.slice(0, 3).map((run) => ({ name: run.name, x: run[axis], y: run.losses.map((one) => one - least) })); // prettier-ignore
    const section = "Regression: how far the loss is above the least";
    const labels = { xLabel: axis === "passes" ? "passes through all samples" : axis, yLabel: "loss above the least" };
    show({ kind: "chart", title: `Loss against ${axis}`, section, ...labels, xLogarithmic: true, yLogarithmic: true, marks: "lines", series }); // prettier-ignore
  }
}

/** When a training comes within {@link near} of the least loss. */
function arrival(run: Run, least: number): { readonly passes: number; readonly seconds: number } | undefined {
  const at = run.losses.findIndex((loss) => loss <= least + near);
  return at < 0 ? undefined : { passes: run.passes[at], seconds: run.seconds[at] };
}

function conclusionOf(
  runs: readonly Run[],
  optimum: ReturnType<typeof arrival>,
  others: readonly ReturnType<typeof arrival>[],
): string {
  const words = (at: ReturnType<typeof arrival>): string => (at === undefined ? "never" : `after ${count(at.passes)} passes, ${at.seconds.toFixed(1)} s`); // prettier-ignore
  const [whole, batches] = others;
  const [regression, , , hidden] = runs;
  return `Regression comes to within ${near} of the least loss: by L-BFGS ${words(optimum)}; by Adam on all samples ${words(whole)}, on batches of 50 ${words(batches)}. Of the training digits it gets ${percent(regression.trainAccuracy)} right, the hidden layer ${percent(hidden.trainAccuracy)}; on unseen ones they err in ${percent(1 - regression.testAccuracy)} and ${percent(1 - hidden.testAccuracy)}.`; // prettier-ignore
}
