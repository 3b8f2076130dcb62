/**
 * A restricted Boltzmann machine learns digits without their labels: what its units look for, what it dreams, whether it
 * learns its samples by heart, and how good its features are for a linear classifier.
 * Sources: Hinton 2002, 2010; Tieleman 2008.
 */
import {
  type Split,
  type Tensor,
  datasets,
  layers,
  losses,
  metrics,
  optimizers,
  schedules,
  sequential,
  tensor,
} from "lanegrad";
import { RestrictedBoltzmannMachine } from "lanegrad/classic";
import { type Picture, pictureOf } from "lanegrad/report";
import { epochs, integer } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";
import { mnistSource } from "../support/digits.js";
import { count, percent } from "../support/format.js";

const settings = {
  hidden: integer({ about: "hidden units", default: 500, least: 1, slider: [16, 1000] }),
  epochs: epochs(12),
  method: {
    kind: "choice",
    about: "where chains begin: at each batch's samples, or where they were",
    default: "cd",
    choices: ["cd", "pcd"],
  },
  steps: integer({ about: "steps of a chain", default: 1, least: 1, slider: [1, 10] }),
  classifier: integer({
    about: "epochs of the linear classifier on the features",
    default: 30,
    least: 1,
    slider: [1, 60],
  }),
} as const;
type Settings = typeof settings;

/** Held-out samples whose free energy is compared with that of as many training samples. */
const compared = 2000;

/** Filters, fantasies, free energies, features. */
export const rbm: Lesson<Settings> = {
  name: "rbm",
  title: "Digits without labels",
  about: "a restricted Boltzmann machine: filters, fantasies, and its features for a linear classifier",
  chapter: "classic",
  kind: "comparison",
  settings,
  sources: [mnistSource],
  runsWithoutSources: true,
  saves: "the machine",
  async run(stage) {
    const { settings, show, seed, signal } = stage;
    const { data, place } = await stage.data(mnistSource, true);
    const split: Split = data ?? (await datasets.digits({ train: 4000, test: 1000, seed, signal }));
    const [train, test] = [split.train.x.shape[0], split.test.x.shape[0]];
    const from = data === undefined ? "drawn digits" : `MNIST from ${place}`;
    show({ kind: "fact", name: "data", text: `${from}: ${count(train)} to train on, ${count(test)} held out` });
    const { hidden, epochs, steps } = settings;
    const method = settings.method as "cd" | "pcd";
    const machine = new RestrictedBoltzmannMachine({ visible: 784, hidden, seed });
    const [some, heldOut] = [firstOf(split.train.x), firstOf(split.test.x)];
    const section = "Training";
    const axes = { xLabel: "epoch", marks: "lines" } as const;
    show({
      kind: "chart",
      title: "Reconstruction",
      section,
      ...axes,
      yLabel: "mean squared error",
      series: [],
    });
    show({ kind: "chart", title: "Free energy", section, ...axes, yLabel: "mean free energy", series: [] });
    const start = performance.now();
    let gap = NaN;
    let error = NaN;
    for (let epoch = 0; epoch < epochs; epoch++) {
      await stage.turn();
      const learningRate = epoch === 0 ? 0.05 : 0.2 * (1 - epoch / epochs) + 0.005;
      [error] = await machine.fit(split.train.x, {
        epochs: 1,
        method,
        steps,
        learningRate,
        weightDecay: 1e-4,
        seed: seed + epoch,
        signal,
      });
      const [own, other] = [some, heldOut].map((x) => meanOf(machine.freeEnergy(x)));
      gap = other - own;
      const x = epoch + 1;
      show({ kind: "point", chart: "Reconstruction", series: method, x, y: error });
      show({ kind: "point", chart: "Free energy", series: "training", x, y: own });
      show({ kind: "point", chart: "Free energy", series: "held out", x, y: other });
      show({ kind: "now", text: `epoch ${x} of ${epochs}: reconstruction ${error.toFixed(5)}` });
      drawFilters(stage, machine);
    }
    const seconds = (performance.now() - start) / 1000;
    drawFantasies(stage, machine, heldOut);
    await stage.keep("trained", async () => Promise.resolve(machine.toBytes()));
    const errors = { pixels: NaN, features: NaN };
    errors.features = await classify(stage, split, (x) => machine.features(x));
    errors.pixels = await classify(stage, split, (x) => firstOf(x, Infinity));
    machine.dispose();
    const rows = [["784 pixels", percent(errors.pixels)], [`${hidden} features`, percent(errors.features)]]; // prettier-ignore
    show({ kind: "table", title: "A linear classifier on", header: ["inputs", "test error"], rows });
    const better = errors.features < errors.pixels ? "better" : "no better";
    const text = `Learnt without labels, ${hidden} features are ${better} for a linear classifier than the pixels: ${percent(errors.features)} of the test digits are wrong, not ${percent(errors.pixels)}. Held-out digits have a free energy ${Math.abs(gap).toFixed(1)} ${gap >= 0 ? "above" : "below"} that of training digits.`; // prettier-ignore
    show({ kind: "conclusion", text });
    return { errorPercent: 100 * errors.features, pixelErrorPercent: 100 * errors.pixels, reconstructionError: error, freeEnergyGap: gap, secondsPerEpoch: seconds / epochs }; // prettier-ignore
  },
};

const meanOf = (values: Float64Array): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** The first samples, (n, 784). */
function firstOf(x: Tensor, most = compared): Tensor {
  const n = Math.min(most, x.shape[0]);
  return tensor(x.toTypedArray().subarray(0, 784 * n), [n, 784]);
}

/** What the hidden units look for. */
function drawFilters({ show }: Stage<Settings>, machine: RestrictedBoltzmannMachine): void {
  const weights = machine.parameters.weights.toTypedArray();
  const H = machine.hidden;
  const pictures = Array.from({ length: Math.min(H, 40) }, (_, j) =>
    pictureOf(
      Float32Array.from({ length: 784 }, (_, i) => weights[i * H + j]),
      28,
      `unit ${j + 1}`,
    ),
  );
  show({ kind: "images", title: "Filters", isDetail: true, section: "What units look for", scale: 2, pictures });
}

/** What the machine makes of held-out digits, and what it dreams from them on. */
function drawFantasies({ show, seed }: Stage<Settings>, machine: RestrictedBoltzmannMachine, x: Tensor): void {
  const some = firstOf(x, 10);
  const rows = { digit: some, rebuilt: machine.reconstruct(some), "after 10 steps": machine.sample({ from: some, steps: 10, seed }), "after 1,000": machine.sample({ from: some, steps: 1000, seed }) }; // prettier-ignore
  const pictures: Picture[] = Object.entries(rows).flatMap(([name, own]) => {
    const values = own.toTypedArray();
    return Array.from({ length: some.shape[0] }, (_, i) => pictureOf(values.slice(784 * i, 784 * (i + 1)), 28, name));
  });
  const caption = "Digits that it has not seen, how it rebuilds them, and where chains that begin there wander.";
  show({ kind: "images", title: "Fantasies", caption, scale: 2, pictures });
}

/** Trains a linear classifier. @returns its error on the test set */
async function classify(
  stage: Stage<Settings>,
  { train, test }: Split,
  inputsOf: (x: Tensor) => Tensor,
): Promise<number> {
  const { seed, signal, settings } = stage;
  const [x, unseen] = [inputsOf(train.x), inputsOf(test.x)];
  const model = sequential([layers.dense({ units: 10, inputShape: [x.shape[1]] })], { name: "classifier", seed });
  const epochs = settings.classifier;
  const batchSize = Math.min(100, x.shape[0]);
  const totalSteps = epochs * Math.ceil(x.shape[0] / batchSize);
  const optimizer = optimizers.adam({
    learningRate: schedules.cosineDecay({ initialLearningRate: 0.01, decaySteps: totalSteps }),
  });
  model.compile({
    optimizer,
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  stage.show({ kind: "now", text: `a linear classifier on ${x.shape[1]} inputs` });
  await model.fit(x, train.y, { epochs, batchSize, signal });
  const { accuracy } = await model.evaluate(unseen, test.y, { signal });
  for (const one of [model, x, unseen]) one.dispose();
  return 1 - accuracy;
}
