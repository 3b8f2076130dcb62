/**
 * The adding problem: of a long sequence of numbers two are marked, and at the end their sum is to be said. Whoever always says 1 has an error of 1/6.
 * A simple recurrent network must carry a number over hundreds of steps through its weights; the gates of LSTM and GRU let it pass.
 * Letters: N sequences, T steps, H units.
 * Source: Hochreiter & Schmidhuber 1997, §5.4, with one mark in each half, as Le, Jaitly & Hinton 2015 have it.
 */
import { type Tensor, layers, losses, optimizers, sequential, tensor } from "../../index.js";
import { Random } from "../../tensor/random.js";
import { count, decimal, duration } from "../format.js";
import { ProgressDisplay } from "../progress.js";
import type { Experiment, ExperimentContext, Findings } from "./experiment.js";

const units = 32;
/** Steps of an epoch; each epoch has sequences of its own. */
const stepsPerEpoch = 100;
const testSequences = 1000;
/** The error of one who always says 1: the variance of the sum of two uniform numbers. */
const baseline = 1 / 6;
/** An error below this counts as learnt; the networks stop at a fifth of it. */
const learnt = 0.01;
const enough = learnt / 5;

const networks = [
  { name: "simple RNN", layer: (T: number) => layers.simpleRnn({ units, inputShape: [T, 2] }) },
  { name: "LSTM", layer: (T: number) => layers.lstm({ units, inputShape: [T, 2] }) },
  { name: "GRU", layer: (T: number) => layers.gru({ units, inputShape: [T, 2] }) },
];

interface Settings {
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly length: number;
}

/** Simple RNN, LSTM and GRU on sequences of one length. */
export const adding: Experiment<Settings> = {
  name: "adding",
  about: "which recurrent networks add two numbers far apart in a sequence",
  settings: { epochs: 40, batch: 50, lr: 0.01, length: 100 },
  takesData: false,
  async run(context) {
    const results: Result[] = [];
    for (const network of networks) results.push(await trained(network, context));
    return findings(results, context.settings);
  },
};

/** How a network did. */
interface Result {
  readonly network: string;
  readonly parameters: number;
  /** At the end of each epoch, on sequences never seen. */
  readonly errors: readonly number[];
  readonly seconds: number;
}

async function trained(
  { name, layer }: (typeof networks)[number],
  { settings, seed, signal, terminal }: ExperimentContext<Settings>,
): Promise<Result> {
  const { epochs, batch: batchSize, lr: learningRate, length: T } = settings;
  const random = new Random(seed).fork("adding"); // the same sequences for each network
  const test = emptyProblems(testSequences, T);
  fill(test, random.fork("test"));
  const train = emptyProblems(stepsPerEpoch * batchSize, T);
  const model = sequential([layer(T), layers.dense({ units: 1 })], { name, seed });
  terminal.fact("network", name);
  model.compile({
    optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }),
    loss: losses.meanSquaredError(),
  });
  const start = performance.now();
  const { history } = await model.fit(train.x, train.y, {
    ...{ epochs, batchSize, signal, shuffle: false, validationData: test },
    callbacks: [
      { onEpochBegin: (epoch) => fill(train, random.fork("train").fork(epoch)) },
      {
        onEpochEnd(_, { valLoss }, training) {
          if (valLoss < enough) training.stop("learnt");
        },
      },
      new ProgressDisplay(terminal),
    ],
  });
  const seconds = (performance.now() - start) / 1000;
  const parameters = model.weights.reduce((sum, { value }) => sum + value.size, 0);
  for (const { x, y } of [train, test]) for (const each of [x, y]) each.dispose();
  model.dispose();
  return { network: name, parameters, errors: history.valLoss, seconds };
}

/** Sequences and their sums. */
interface Problems {
  /** (N, T, 2): a number in [0, 1), and 1 where it is marked. */
  readonly x: Tensor;
  /** (N, 1) */
  readonly y: Tensor;
}

function emptyProblems(N: number, T: number): Problems {
  return { x: tensor(new Float32Array(N * T * 2), [N, T, 2]), y: tensor(new Float32Array(N), [N, 1]) };
}

/** Draws other problems: one mark in the first half of a sequence, one in the second. */
function fill({ x, y }: Problems, random: Random): void {
  const [N, T] = x.shape;
  const half = Math.ceil(T / 2);
  const values = new Float32Array(x.size);
  const sums = new Float32Array(N);
  for (let n = 0; n < N; n++) {
    const row = values.subarray(2 * n * T, 2 * (n + 1) * T);
    for (let t = 0; t < T; t++) row[2 * t] = random.uniform();
    for (const t of [Math.floor(random.uniform(0, half)), Math.floor(random.uniform(half, T))]) {
      row[2 * t + 1] = 1;
      sums[n] += row[2 * t];
    }
  }
  x.assign(values);
  y.assign(sums);
}

function findings(results: readonly Result[], { length, batch }: Settings): Findings {
  const judged = results.map((result) => {
    const best = Math.min(...result.errors);
    const epoch = result.errors.findIndex((error) => error < learnt);
    return { ...result, best, steps: epoch < 0 ? undefined : (epoch + 1) * stepsPerEpoch };
  });
  const longest = Math.max(...results.map(({ errors }) => errors.length));
  const stepsOf = (epochs: number): number[] => Array.from({ length: epochs }, (_, e) => (e + 1) * stepsPerEpoch);
  const [simple, ...gated] = judged;
  const solvers = gated.filter(({ steps }) => steps !== undefined).map(({ network }) => network);
  return {
    tables: [
      {
        title: `Adding two numbers of ${length}: mean squared error on ${count(testSequences)} sequences never seen (saying 1: ${decimal(baseline)})`,
        header: ["network", "error", `steps to ${learnt}`, "steps in all", "parameters", "time"],
        rows: judged.map(({ network, best, steps, errors, parameters, seconds }) => [
          network,
          decimal(best),
          steps === undefined ? "never" : count(steps),
          count(errors.length * stepsPerEpoch),
          count(parameters),
          duration(seconds),
        ]),
      },
    ],
    charts: [
      {
        title: `Mean squared error, T = ${length}`,
        ...{ xLabel: `steps of ${batch} sequences`, yLabel: "error", yLogarithmic: true, kind: "lines" as const },
        series: [
          ...results.map(({ network, errors }) => ({ name: network, x: stepsOf(errors.length), y: errors })),
          { name: "always 1", x: stepsOf(longest), y: stepsOf(longest).map(() => baseline) },
        ],
      },
    ],
    conclusions: [
      solvers.length === 0
        ? `Neither LSTM nor GRU has learnt to add over ${length} steps: give them more --epochs.`
        : `${solvers.join(" and ")} add${solvers.length === 1 ? "s" : ""} over ${length} steps: what a gate keeps, no weight multiplies.`,
      simple.steps === undefined
        ? `The simple network stays at ${decimal(simple.best)}; one who always says 1 has ${decimal(baseline)}.`
        : `The simple network has learnt it too: take a greater --length.`,
    ],
    result: {
      baseline,
      networks: judged.map(({ steps = null, ...rest }) => ({ ...rest, stepsToLearn: steps })),
    },
  };
}
