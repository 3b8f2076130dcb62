/**
 * Pre-training of a network with two hidden layers: a restricted Boltzmann machine learns the pixels of digits without
 * labels, a second one the features of the first; their weights are where back-propagation begins, and few labels are
 * enough. Sources: Hinton, Osindero & Teh 2006; Hinton & Salakhutdinov 2006.
 */
import {
  type Dataset, type Model, type Split, type Tensor,
  datasets, layers, losses, metrics, optimizers, sequential, tensor,
} from "lanegrad"; // prettier-ignore
import { RestrictedBoltzmannMachine } from "lanegrad/classic";
import { epochs, integer, learningRate } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";
import { mnistSource } from "../support/digits.js";
import { count, percent } from "../support/format.js";

const settings = {
  labelled: integer({ about: "digits with labels", default: 500, least: 10, slider: [100, 5000] }),
  unlabelled: integer({ about: "digits without labels, at most", default: 20_000, least: 100, slider: [1000, 60_000] }),
  hidden: integer({ about: "units of each hidden layer", default: 300, least: 1, slider: [16, 500] }),
  pretraining: { ...epochs(10), about: "epochs of each machine" },
  epochs: epochs(60),
  lr: learningRate(0.002),
  runs: integer({ about: "runs, with other labelled digits each", default: 5, least: 2, slider: [2, 10] }),
} as const;
type Settings = typeof settings;

/** A difference of more than this many standard errors of its mean over the runs is called clear. */
const clearly = 4;

/** Test errors from random weights and from pre-trained ones, run by run. */
export const deepBelief: Lesson<Settings> = {
  name: "deep-belief",
  title: "Pre-training without labels",
  about: "two restricted Boltzmann machines give a network its first weights; few labels do the rest",
  chapter: "classic",
  kind: "comparison",
  settings,
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { show, seed, signal, settings } = stage;
    const { data, place } = await stage.data(mnistSource, true);
    const split: Split = data ?? (await datasets.digits({ train: 6000, test: 2000, seed, signal }));
    const unlabelled = rowsOf(split.train.x, settings.unlabelled);
    const [N, unseen] = [unlabelled.shape[0], split.test.x.shape[0]];
    const labelled = Math.min(settings.labelled, split.train.x.shape[0]);
    const from = data === undefined ? "drawn digits" : `MNIST from ${place}`;
    const text = `${from}: ${count(N)} without labels, ${count(labelled)} with, ${count(unseen)} to test`;
    show({ kind: "fact", name: "data", text });
    const machines = await pretrain(stage, unlabelled);
    const axes = { xLabel: "epoch", marks: "lines" } as const;
    show({ kind: "chart", title: "Test error, first run", ...axes, yLabel: "test error, %", series: [] });
    const pairs: { random: number; pretrained: number }[] = [];
    for (let run = 0; run < settings.runs; run++) {
      const few = blockOf(split.train, labelled, run);
      const errorFrom = (start: string, first?: readonly RestrictedBoltzmannMachine[]) =>
        train(stage, { start, run, few, test: split.test, machines: first });
      const pair = { random: await errorFrom("random weights"), pretrained: await errorFrom("pre-trained", machines) };
      pairs.push(pair);
      show({ kind: "now", text: `run ${run + 1}: ${percent(pair.random)} from random weights, ${percent(pair.pretrained)} pre-trained` }); // prettier-ignore
      for (const one of [few.x, few.y]) one.dispose();
    }
    for (const one of [...machines, unlabelled]) one.dispose();
    const rows = pairs.map(({ random, pretrained }, run) => [String(run + 1), percent(random), percent(pretrained)]);
    show({ kind: "table", title: "Test errors", header: ["run", "random weights", "pre-trained"], rows });
    const gains = pairs.map(({ random, pretrained }) => random - pretrained);
    const gain = meanOf(gains);
    const error = Math.sqrt(meanOf(gains.map((one) => (one - gain) ** 2)) / (gains.length - 1)) || Number.EPSILON;
    const means = {
      random: meanOf(pairs.map(({ random }) => random)),
      pretrained: meanOf(pairs.map(({ pretrained }) => pretrained)),
    };
    const verdict = gain > clearly * error ? "Pre-training helps" : gain < -clearly * error ? "Pre-training harms" : "Pre-training makes no clear difference"; // prettier-ignore
    const conclusion = `${verdict}: with ${count(labelled)} labels the network errs on ${percent(means.random)} of the test digits from random weights, and on ${percent(means.pretrained)} from weights learnt on ${count(N)} digits without labels. The difference, ${(100 * gain).toFixed(2)} points, is ${(gain / error).toFixed(1)} times its standard error over ${gains.length} runs (clear is more than ${clearly} times).`; // prettier-ignore
    show({ kind: "conclusion", text: conclusion });
    return { randomErrorPercent: 100 * means.random, errorPercent: 100 * means.pretrained, standardErrors: gain / error, results: pairs.map(({ random, pretrained }, run) => ({ seed: seed + run, randomErrorPercent: 100 * random, errorPercent: 100 * pretrained })) }; // prettier-ignore
  },
};

/** The two machines, the second trained on the features of the first. */
async function pretrain(stage: Stage<Settings>, pixels: Tensor): Promise<RestrictedBoltzmannMachine[]> {
  const { show, seed, signal, settings } = stage;
  const { hidden, pretraining } = settings;
  const machines: RestrictedBoltzmannMachine[] = [];
  let x = pixels; // (N, 784), then (N, hidden)
  show({ kind: "chart", title: "Reconstruction", xLabel: "epoch", yLabel: "mean squared error", marks: "lines", series: [] }); // prettier-ignore
  for (const [i, series] of ["pixels", "features"].entries()) {
    const machine = new RestrictedBoltzmannMachine({ visible: x.shape[1], hidden, seed: seed + i });
    machines.push(machine);
    for (let epoch = 0; epoch < pretraining; epoch++) {
      await stage.turn();
      const rate = epoch === 0 ? 0.05 : 0.2 * (1 - epoch / pretraining) + 0.005;
      const [y] = await machine.fit(x, { epochs: 1, learningRate: rate, seed: seed + epoch, signal });
      show({ kind: "point", chart: "Reconstruction", series, x: epoch + 1, y });
      show({ kind: "now", text: `machine ${i + 1} of 2: epoch ${epoch + 1} of ${pretraining}` });
    }
    const features = machine.features(x);
    if (x !== pixels) x.dispose();
    x = features;
  }
  x.dispose();
  return machines;
}

/** What one training of the network has. */
interface Training {
  readonly start: string;
  readonly run: number;
  readonly few: Dataset;
  readonly test: Dataset;
  /** Whose weights it begins with; random ones without. */
  readonly machines: readonly RestrictedBoltzmannMachine[] | undefined;
}

/** Trains the network on the digits with labels. @returns the test error */
async function train(stage: Stage<Settings>, { start, run, few, test, machines }: Training): Promise<number> {
  const { show, seed, signal, settings } = stage;
  const { hidden, epochs, lr } = settings;
  const dense = () => layers.dense({ units: hidden, activation: "sigmoid" });
  const network = [layers.flatten({ inputShape: [28, 28, 1] }), dense(), dense(), layers.dense({ units: 10 })];
  const model = sequential(network, { seed: seed + run });
  model.build([28, 28, 1]);
  for (const [i, machine] of (machines ?? []).entries()) takeOver(model, i, machine);
  model.compile({
    optimizer: optimizers.adam({ learningRate: lr }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  try {
    const evaluate = async (): Promise<number> => 1 - (await model.evaluate(test.x, test.y, { signal })).accuracy;
    const onEpochEnd = async (epoch: number): Promise<void> => {
      await stage.turn();
      if (run > 0) return;
      show({ kind: "point", chart: "Test error, first run", series: start, x: epoch + 1, y: 100 * (await evaluate()) });
    };
    const batchSize = Math.min(50, few.x.shape[0]);
    await model.fit(few.x, few.y, { epochs, batchSize, signal, seed: seed + run, callbacks: [{ onEpochEnd }] });
    return await evaluate();
  } finally {
    model.dispose();
  }
}

/** Sets the weights of a hidden layer to those by which a machine finds its features. */
function takeOver(
  model: Model,
  layer: number,
  { parameters: { weights, hiddenBias } }: RestrictedBoltzmannMachine,
): void {
  const [kernel, bias] = model.weights.slice(2 * layer);
  kernel.value.assign(weights);
  bias.value.assign(hiddenBias);
}

/** The first samples as rows of fractions, (n, 784). */
function rowsOf(x: Tensor, most: number): Tensor {
  const n = Math.min(most, x.shape[0]);
  return tensor(x.toTypedArray().subarray(0, 784 * n), [n, 784]);
}

/** Block `run` of n digits with their labels; blocks begin anew where the set ends. */
function blockOf({ x, y }: Dataset, n: number, run: number): Dataset {
  const from = (run * n) % (x.shape[0] - n + 1);
  const cut = (all: Tensor): Tensor => {
    const size = all.size / all.shape[0];
    return tensor(all.toTypedArray().slice(from * size, (from + n) * size), [n, ...all.shape.slice(1)]);
  };
  return { x: cut(x), y: cut(y) };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
