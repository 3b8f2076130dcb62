/**
 * The adding problem: two numbers of a long sequence are marked, and the network must output their sum at the end. The
 * constant answer 1 has an error of 1/6. A simple recurrent network must carry a number through its weights over
 * hundreds of steps; the gates of LSTM and GRU let it pass.
 * Letters: N sequences, T steps, H units.
 * Source: Hochreiter & Schmidhuber 1997, §5.4, with one mark in each half, as in Le, Jaitly & Hinton 2015.
 */
import { Random, type Tensor, layers, losses, optimizers, sequential, tensor } from "lanegrad";
import { batch, epochs, integer, learningRate } from "../settings.js";
import type { Lesson, Result, Stage } from "../stage.js";
import { fitOn } from "../support/comparison.js";
import { count, decimal, duration } from "../support/format.js";
import { weightCount } from "../support/networkLesson.js";
import { addTwo } from "./memoryTasks.js";

const units = 32;
/** Steps of an epoch; each epoch has new sequences. */
const stepsPerEpoch = 100;
const testSequences = 1000;
/** The error of the constant answer 1: the variance of the sum of two uniform numbers. */
const baseline = 1 / 6;
/** An error below this counts as learnt; training stops at a fifth of it. */
const learnt = 0.01;
const enough = learnt / 5;

const networks = [
  { name: "simple RNN", layer: (T: number) => layers.simpleRnn({ units, inputShape: [T, 2] }) },
  { name: "LSTM", layer: (T: number) => layers.lstm({ units, inputShape: [T, 2] }) },
  { name: "GRU", layer: (T: number) => layers.gru({ units, inputShape: [T, 2] }) },
];

const settings = {
  ...{ epochs: epochs(40), batch: batch(50), lr: learningRate(0.01) },
  length: integer({
    about: "how many steps a sequence has",
    default: 100,
    least: 2,
    slider: [10, 400],
    isLogarithmic: true,
  }),
};
type Settings = typeof settings;

/** Simple RNN, LSTM and GRU on sequences of one length. */
export const adding: Lesson<Settings> = {
  name: "adding",
  title: "Adding two numbers far apart",
  about: "which recurrent networks add two numbers far apart in a sequence",
  chapter: "recurrent",
  kind: "comparison",
  settings,
  quick: { length: 50, epochs: 20 },
  sources: [],
  async run(stage) {
    const { length, batch, epochs } = stage.settings;
    const axes = {
      xLabel: `steps of ${batch} sequences`,
      yLabel: "error",
      yLogarithmic: true,
      marks: "lines",
    } as const;
    const x = [stepsPerEpoch, epochs * stepsPerEpoch];
    const series = [{ name: "always answering 1", x, y: [baseline, baseline] }];
    stage.show({ kind: "chart", title: chartOf(length), section: "Charts", ...axes, series });
    const results: Adder[] = [];
    for (const network of networks) results.push(await trained(network, stage));
    return findings(results, stage);
  },
};

const chartOf = (T: number): string => `Mean squared error, T = ${T}`;

/** The results of one network. */
interface Adder {
  readonly network: string;
  readonly parameters: number;
  /** Errors at the end of each epoch, on new sequences. */
  readonly errors: readonly number[];
  readonly seconds: number;
}

async function trained({ name, layer }: (typeof networks)[number], stage: Stage<Settings>): Promise<Adder> {
  const { epochs, batch: batchSize, lr: learningRate, length: T } = stage.settings;
  const random = new Random(stage.seed).fork("adding"); // the same sequences for each network
  const test = emptyProblems(testSequences, T);
  addTwo.fill(test, random.fork("test"));
  const train = emptyProblems(stepsPerEpoch * batchSize, T);
  const model = sequential([layer(T), layers.dense({ units: 1 })], { name, seed: stage.seed });
  model.compile({
    optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }),
    loss: losses.meanSquaredError(),
  });
  const { history, seconds } = await fitOn(stage, name, model, train, {
    ...{ epochs, batchSize, shuffle: false, validationData: test },
    callbacks: [
      {
        onEpochBegin: (epoch) => addTwo.fill(train, random.fork("train").fork(epoch)),
        onEpochEnd(epoch, { valLoss }, training) {
          const x = (epoch + 1) * stepsPerEpoch;
          stage.show({ kind: "point", chart: chartOf(T), series: name, x, y: valLoss });
          if (valLoss < enough) training.stop("learnt");
        },
      },
    ],
  });
  const parameters = weightCount(model);
  for (const { x, y } of [train, test]) for (const each of [x, y]) each.dispose();
  model.dispose();
  return { network: name, parameters, errors: history.valLoss, seconds };
}

/** Sequences and their sums. */
interface Problems {
  /** (N, T, 2): a number in [0, 1), and 1 if it is marked. */
  readonly x: Tensor;
  /** (N, 1) */
  readonly y: Tensor;
}

function emptyProblems(N: number, T: number): Problems {
  return { x: tensor(new Float32Array(N * T * 2), [N, T, 2]), y: tensor(new Float32Array(N), [N, 1]) };
}

function findings(results: readonly Adder[], { settings: { length, epochs }, show }: Stage<Settings>): Result {
  const networks = results.map((result) => {
    const epoch = result.errors.findIndex((error) => error < learnt);
    const stepsToLearn = epoch < 0 ? null : (epoch + 1) * stepsPerEpoch;
    return { ...result, best: Math.min(...result.errors), stepsToLearn };
  });
  const constant = `the constant answer 1: ${decimal(baseline)}`;
  show({
    kind: "table",
    title: `Adding two of ${length} numbers: mean squared error on ${count(testSequences)} new sequences (${constant})`,
    header: ["network", "error", `steps to ${learnt}`, "steps in all", "parameters", "time"],
    rows: networks.map(({ network, best, stepsToLearn, errors, parameters, seconds }) => [
      network,
      decimal(best),
      stepsToLearn === null ? "never" : count(stepsToLearn),
      count(errors.length * stepsPerEpoch),
      count(parameters),
      duration(seconds),
    ]),
  });
  const [simple, ...gated] = networks;
  const solvers = gated.filter(({ stepsToLearn }) => stepsToLearn !== null).map(({ network }) => network);
  for (const text of [
    solvers.length === 0
      ? `Neither LSTM nor GRU has learnt to add over ${length} steps: try epochs = ${4 * epochs}.`
      : `${solvers.join(" and ")} add${solvers.length === 1 ? "s" : ""} over ${length} steps: ${solvers.length === 1 ? "its" : "their"} gates pass the sum on without multiplying it by a weight.`,
    simple.stepsToLearn === null
      ? `The simple network stays at ${decimal(simple.best)}; the constant answer 1 has ${decimal(baseline)}.`
      : `The simple network has learnt it too: try length = ${4 * length}.`,
  ])
    show({ kind: "conclusion", text });
  return { baseline, networks };
}
