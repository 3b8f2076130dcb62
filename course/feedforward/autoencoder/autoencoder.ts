/**
 * Autoencoders: digits through 2 and through 16 numbers, plain and variational. What is lost on the way, where digits
 * lie in the plane of two numbers, what lies between two digits, and an autoencoder that removes noise. Whether a place
 * between two codes is a digit is asked of a classifier: a network that reads the same training digits. Letters: N
 * digits, K numbers of a code.
 */
import {
  type Callback,
  Random,
  type Tensor,
  drawNormal,
  layers,
  losses,
  optimizers,
  schedules,
  sequential,
  tensor,
  zeros,
} from "lanegrad";
import { batch, epochs, integer, learningRate, real } from "../../settings.js";
import type { Lesson, Stage } from "../../stage.js";
import { fitOn, pairedDifference } from "../../support/comparison.js";
import { fewDigits, freeDigits, mnistSource } from "../../support/digits.js";
import { count, decimal, percent } from "../../support/format.js";
import { type Autoencoder, type Form, autoencoderOf, lossesOf, pixels } from "./networks.js";
import { middlesOf, outputsOf, planeOf, row, walksOf } from "./pictures.js";

const tested = 2000;
/** Digits that are drawn in a row, walks that are drawn, pairs whose middles are classified. */
const [shown, walks, pairs] = [10, 3, 1000]; // prettier-ignore
/** A middle is taken for a digit if the classifier gives it at least this probability. */
const sure = 0.9;

const curves = "Training loss";

const settings = {
  samples: integer({ about: "digits to train on", default: 10_000, least: 500, slider: [1000, 60_000] }),
  numbers: integer({ about: "numbers of the larger code", default: 16, least: 3, slider: [3, 64] }),
  epochs: epochs(15),
  batch: batch(100),
  lr: learningRate(0.003),
  noise: real({ about: "standard deviation of the noise that is removed", default: 0.5, least: 0, slider: [0.1, 1] }),
} as const;
type Settings = typeof settings;

/** Plain, variational and denoising autoencoders. */
export const autoencoder: Lesson<Settings> = {
  name: "autoencoder",
  title: "Digits through a few numbers",
  about: "plain and variational autoencoders: the plane of codes, walks between digits, noise removed",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { show, settings } = stage;
    const data = await fewDigits(stage, settings.samples, tested);
    show({ kind: "fact", name: "data", text: data.description });
    const [train, test] = [data.train, data.test].map(({ x, y }) => ({
      x: Float32Array.from(x.toTypedArray(), (value) => value / 255),
      labels: Int32Array.from(y.toTypedArray()),
    }));
    freeDigits(data);
    const x = tensor(train.x, [train.labels.length, pixels]);
    let classifier: Classifier | undefined;
    try {
      classifier = await classifierOf(stage, x, train.labels);
      const axes = { xLabel: "epoch", yLabel: "loss", marks: "lines" } as const;
      show({ kind: "chart", title: curves, section: "Training", ...axes, series: [] });
      const learnt: Learnt[] = [];
      const rebuilt = [row(test.x, shown, "test digits")];
      for (const numbers of [2, settings.numbers])
        for (const isVariational of [false, true]) {
          const name = `${isVariational ? "variational" : "plain"}, ${numbers} numbers`;
          learnt.push(await learn(stage, { name, numbers, isVariational }, x, test, classifier.reads));
          rebuilt.push(row(learnt.at(-1)!.rebuilt, shown, name));
          show({ kind: "images", title: "Digits rebuilt", scale: 2, pictures: rebuilt });
        }
      const denoised = await removeNoise(stage, x, test.x);
      conclude(stage, learnt, denoised);
      const networks = learnt.map(({ name, error, middles, seconds }) => ({ name, error, surelyDigits: shareOf(middles), seconds })); // prettier-ignore
      return { data: data.kind, networks, noise: denoised };
    } finally {
      classifier?.dispose();
      x.dispose();
    }
  },
};

/** Digits that were not trained on. */
interface TestDigits {
  /** (N, 784), 0 … 1 */
  readonly x: Float32Array;
  readonly labels: Int32Array;
}
/** For each picture of (N, 784) whether the classifier is sure of it. */
type Reads = (pictures: Float32Array) => Promise<boolean[]>;

/** A network that reads, until it is disposed. */
interface Classifier {
  readonly reads: Reads;
  readonly dispose: () => void;
}

/** What became of an autoencoder. */
interface Learnt {
  readonly name: string;
  /** The first test digits as they come out, (N, 784). */
  readonly rebuilt: Float32Array;
  /** Mean squared error of a pixel, on the test digits. */
  readonly error: number;
  /** For each pair of test digits whether what lies in the middle of their codes is read as a digit. */
  readonly middles: readonly boolean[];
  readonly seconds: number;
}

/** Trains an autoencoder. */
async function fit(
  stage: Stage<Settings>,
  form: Form,
  x: Tensor,
): Promise<{ readonly network: Autoencoder; readonly seconds: number }> {
  const { epochs, batch: batchSize, lr: maxLearningRate } = stage.settings;
  const network = autoencoderOf(form, stage.seed);
  const N = x.shape[0];
  const codes = form.isVariational === true ? [zeros([N, 2 * form.numbers])] : [];
  try {
    const totalSteps = epochs * Math.ceil(N / batchSize);
    const learningRate = schedules.oneCycle({ maxLearningRate, totalSteps });
    network.whole.compile({ optimizer: optimizers.adam({ learningRate }), ...lossesOf(form) });
    const curve: Callback = {
      onEpochEnd: (epoch, { loss: y }) =>
        stage.show({ kind: "point", chart: curves, series: form.name, x: epoch + 1, y }),
    };
    const options = { epochs, batchSize, seed: stage.seed, callbacks: [curve] };
    const { seconds } = await fitOn(stage, form.name, network.whole, { x, y: [x, ...codes] }, options);
    return { network, seconds };
  } catch (error) {
    free(network);
    throw error;
  } finally {
    for (const one of codes) one.dispose();
  }
}

function free({ whole, encoder, decoder }: Autoencoder): void {
  for (const one of [encoder, decoder, whole]) one.dispose();
}

async function learn(stage: Stage<Settings>, form: Form, x: Tensor, test: TestDigits, reads: Reads): Promise<Learnt> {
  const { network, seconds } = await fit(stage, form, x);
  try {
    const { name, numbers: K } = form;
    const codes = await outputsOf(network.encoder, test.x, pixels);
    const rebuilt = await outputsOf(network.decoder, codes, K);
    if (K === 2) (await planeOf(network.decoder, codes, test.labels, name)).forEach(stage.show);
    else {
      const pictures = await walksOf(network.decoder, codes.subarray(0, 2 * walks * K), K, name);
      stage.show({ kind: "images", section: "Walks between two digits", title: name, scale: 2, pictures });
    }
    const middles = await reads(await middlesOf(network.decoder, codes.subarray(0, 2 * pairs * K), K));
    return { name, rebuilt: rebuilt.slice(0, shown * pixels), error: squaredError(rebuilt, test.x), middles, seconds };
  } finally {
    free(network);
  }
}

/** An autoencoder that sees noisy digits in training: mean squared errors of noisy test digits before and after it. */
async function removeNoise(
  stage: Stage<Settings>,
  x: Tensor,
  digits: Float32Array,
): Promise<{ readonly before: number; readonly after: number; readonly seconds: number }> {
  const { noise, numbers } = stage.settings;
  const { network, seconds } = await fit(stage, { name: "noise removed", numbers: 2 * numbers, noise }, x);
  try {
    const random = new Random(stage.seed + 1);
    const noisy = digits.map((value) => value + noise * drawNormal(random));
    const clean = await outputsOf(network.whole, noisy, pixels);
    const pictures = [row(digits, shown, "test digits"), row(noisy, shown, "with noise"), row(clean, shown, "removed")];
    stage.show({ kind: "images", title: "Noise removed", scale: 2, pictures });
    return { before: squaredError(noisy, digits), after: squaredError(clean, digits), seconds };
  } finally {
    free(network);
  }
}

/** A network that reads the training digits. */
async function classifierOf(stage: Stage<Settings>, x: Tensor, labels: Int32Array): Promise<Classifier> {
  const network = [
    layers.dense({ units: 100, activation: "relu", inputShape: [pixels] }),
    layers.dense({ units: 10, activation: "softmax" }),
  ];
  const [model, y] = [sequential(network, { name: "classifier", seed: stage.seed }), tensor(labels)];
  try {
    model.compile({ optimizer: optimizers.adam(), loss: losses.sparseCategoricalCrossentropy() });
    await fitOn(stage, "classifier", model, { x, y }, { epochs: 5, batchSize: 50, seed: stage.seed });
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    y.dispose();
  }
  const reads: Reads = async (pictures) => {
    const outputs = await outputsOf(model, pictures, pixels);
    return Array.from({ length: outputs.length / 10 }, (_, n) => Math.max(...outputs.subarray(10 * n, 10 * n + 10)) >= sure); // prettier-ignore
  };
  return { reads, dispose: () => model.dispose() };
}

/** The mean squared error of a pixel. */
function squaredError(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;
}

const shareOf = (all: readonly boolean[]): number => all.filter(Boolean).length / all.length;

function conclude(
  { show, settings: { numbers } }: Stage<Settings>,
  learnt: readonly Learnt[],
  noise: { readonly before: number; readonly after: number },
): void {
  show({
    ...{ kind: "table", title: "What is lost, and what lies between", wordColumns: 1 },
    caption: `Mean squared error of a pixel of ${count(tested)} test digits (0 … 1), and how often the middle between the codes of two of them is surely a digit, for a classifier that gives it at least ${percent(sure, 0)}.`,
    header: ["autoencoder", "error", "middles that are surely digits", "seconds"],
    rows: learnt.map(({ name, error, middles, seconds }) => [
      ...[name, decimal(error), percent(shareOf(middles), 1), seconds.toFixed(1)],
    ]),
  });
  const [two, , plain, variational] = learnt;
  const { isClear, text } = pairedDifference(variational.middles, plain.middles, "pairs");
  const between = `${text}. ${
    isClear
      ? "The variational codes leave fewer gaps: what lies between two digits is a digit more often."
      : "What lies between variational codes is not clearly more often a digit."
  }`;
  const helped = noise.after < noise.before ? "falls" : "does not fall";
  for (const sentence of [
    `Through 2 numbers the squared error of a pixel is ${decimal(two.error)}, through ${numbers} it is ${decimal(plain.error)}, ${(two.error / plain.error).toFixed(1)} times less; variational ones pay for their order with ${decimal(learnt[1].error)} and ${decimal(variational.error)}.`,
    `Halfway between two digits the classifier is sure in ${percent(shareOf(plain.middles), 1)} of the pairs (plain) and ${percent(shareOf(variational.middles), 1)} (variational). ${between}`,
    `Noise: the squared error ${helped}, from ${decimal(noise.before)} to ${decimal(noise.after)}.`,
  ])
    show({ kind: "conclusion", text: sentence });
}
