/**
 * Several answers true at once: which digits are on a picture. Sigmoid outputs give each digit a probability of its own,
 * and the binary cross-entropy asks ten questions; softmax shares one among all, so the more digits there are, the less
 * is left for each, and no threshold fits all pictures. The softmax network learns by the cross-entropy from equal
 * shares of the digits that are there. Letters: N pictures, P places.
 */
import { type Model, Random, layers, losses, optimizers, schedules, sequential, tensor } from "lanegrad";
import { pictureOf } from "lanegrad/report";
import { batch, epochs, integer, learningRate } from "../../settings.js";
import type { Lesson, Stage } from "../../stage.js";
import { fitOn, pairedDifference } from "../../support/comparison.js";
import { fewDigits, freeDigits, mnistSource } from "../../support/digits.js";
import { count, percent } from "../../support/format.js";
import { type Right, bestThreshold, rightAnswers, thresholds } from "./answers.js";
import { type Pictures, side, sideBySide } from "./sideBySide.js";

/** Digits that pictures are made of, to train, to choose thresholds and to test. */
const [trainDigits, heldOutDigits, testDigits] = [10_000, 2000, 10_000]; // prettier-ignore
const [heldOut, tested, drawn] = [1000, 5000, 12]; // prettier-ignore

const settings = {
  pictures: integer({ about: "pictures to train on", default: 6000, least: 100, slider: [500, 20_000] }),
  places: { ...integer({ about: "places for digits", default: 2, least: 2, slider: [2, 4] }) },
  epochs: epochs(5),
  batch: batch(32),
  lr: learningRate(0.004),
};
type Settings = typeof settings;

const chart = "Pictures with all answers right, by threshold";

/** Sigmoid outputs and softmax on pictures of several digits. */
export const multiLabel: Lesson<Settings> = {
  name: "multi-label",
  title: "Several answers at once",
  about: "which digits are on a picture: sigmoid outputs against softmax",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { show, seed, settings } = stage;
    const digits = await fewDigits(stage, trainDigits + heldOutDigits, testDigits);
    const [all, test] = [digits.train.x.shape[0], digits.test.x.shape[0]];
    const kept = all - Math.round(all / (1 + trainDigits / heldOutDigits));
    const random = new Random(seed);
    const make = (set: typeof digits.train, rows: readonly [number, number], N: number): Pictures =>
      sideBySide(set, rows, N, settings.places, random);
    const sets = {
      train: make(digits.train, [0, kept], settings.pictures),
      heldOut: make(digits.train, [kept, all], heldOut),
      test: make(digits.test, [0, test], tested),
    };
    freeDigits(digits);
    try {
      show({ kind: "fact", name: "data", text: `${digits.description}; ${count(settings.pictures)} pictures to train on, ${count(heldOut)} to choose thresholds, ${count(tested)} to test` }); // prettier-ignore
      const results: Answering[] = [];
      for (const output of ["sigmoid", "softmax"] as const) results.push(await trained(stage, sets, output));
      report(stage, sets.test, results);
      return {
        data: digits.kind,
        networks: results.map(({ output, threshold, atHalf, atBest, seconds }) => ({ output, threshold, atHalf: shares(atHalf), atBest: shares(atBest), seconds })), // prettier-ignore
      };
    } finally {
      for (const { x } of Object.values(sets)) x.dispose();
    }
  },
};

const shares = ({ labels, pictures }: Right) => ({ labels, pictures });

/** What became of a network. */
interface Answering {
  readonly output: "sigmoid" | "softmax";
  /** (N, 10) on the test pictures */
  readonly outputs: ArrayLike<number>;
  /** Chosen on held-out training pictures. */
  readonly threshold: number;
  readonly atHalf: Right;
  readonly atBest: Right;
  readonly seconds: number;
}

/** @param places P */
function network(places: number, output: Answering["output"], seed: number): Model {
  const same = { kernelSize: 3, padding: "same", activation: "relu" } as const;
  return sequential(
    [
      layers.conv2d({ ...same, filters: 8, kernelSize: 5, strides: 2, inputShape: [side, side * places, 1] }),
      layers.conv2d({ ...same, filters: 16 }),
      layers.maxPooling2d(),
      layers.conv2d({ ...same, filters: 32 }),
      layers.conv2d({ ...same, filters: 32 }),
      layers.globalMaxPooling2d(),
      layers.dense({ units: 10, activation: output }),
    ],
    { name: output, seed },
  );
}

async function trained(
  stage: Stage<Settings>,
  sets: { readonly train: Pictures; readonly heldOut: Pictures; readonly test: Pictures },
  output: Answering["output"],
): Promise<Answering> {
  const { settings, seed, signal } = stage;
  const { epochs, batch: batchSize, lr: maxLearningRate, pictures: N } = settings;
  const { present, counts, x } = sets.train;
  const shares = output === "sigmoid" ? present : present.map((one, i) => one / counts[Math.floor(i / 10)]);
  const [model, y] = [network(settings.places, output, seed), tensor(shares, [N, 10])];
  try {
    const totalSteps = epochs * Math.ceil(N / batchSize);
    model.compile({
      optimizer: optimizers.adam({ learningRate: schedules.oneCycle({ maxLearningRate, totalSteps }) }),
      loss: output === "sigmoid" ? losses.binaryCrossentropy() : losses.categoricalCrossentropy(),
    });
    const { seconds } = await fitOn(stage, output, model, { x, y }, { epochs, batchSize, seed });
    const predicted = async ({ x }: Pictures): Promise<ArrayLike<number>> => {
      const outputs = await model.predict(x, { batchSize: 250, signal });
      const values = outputs.toTypedArray().slice();
      outputs.dispose();
      return values;
    };
    const threshold = bestThreshold(await predicted(sets.heldOut), sets.heldOut.present);
    const outputs = await predicted(sets.test);
    const at = (limit: number): Right => rightAnswers(outputs, sets.test.present, limit);
    return { output, outputs, threshold, atHalf: at(0.5), atBest: at(threshold), seconds };
  } finally {
    model.dispose();
    y.dispose();
  }
}

function report({ show, settings }: Stage<Settings>, test: Pictures, results: readonly Answering[]): void {
  const series = results.map(({ output, outputs }) => ({
    ...{ name: output, x: thresholds },
    y: thresholds.map((threshold) => 100 * rightAnswers(outputs, test.present, threshold).pictures),
  }));
  const axes = { xLabel: "a digit is there above this output", yLabel: "% of the test pictures" } as const;
  show({ kind: "chart", title: chart, ...axes, marks: "lines", series });
  show({
    ...{ kind: "table", title: "Right answers on test pictures", wordColumns: 2 },
    caption: "The best threshold was chosen on held-out training pictures.",
    header: ["output", "threshold", "labels right", "pictures wholly right"],
    rows: results.flatMap(({ output, threshold, atHalf, atBest }) =>
      [{ at: 0.5, right: atHalf }, { at: threshold, right: atBest }].map(({ at, right }, i) => [
        ...[output, i === 0 ? "0.5" : `best, ${at}`, percent(right.labels), percent(right.pictures, 1)],
      ]),
    ), // prettier-ignore
  });
  showPictures(show, settings.places, test, results);
  const [sigmoid, softmax] = results;
  const half = pairedDifference(sigmoid.atHalf.wholly, softmax.atHalf.wholly, "test pictures");
  const best = pairedDifference(sigmoid.atHalf.wholly, softmax.atBest.wholly, "test pictures");
  const lesson = half.isClear
    ? "Softmax is clearly worse: it shares one probability among all digits, so that what is left for each depends on how many there are."
    : "Softmax is not clearly worse here.";
  for (const sentence of [
    `Sigmoid outputs get ${percent(sigmoid.atHalf.labels)} of the labels right and ${percent(sigmoid.atHalf.pictures, 1)} of the pictures wholly; softmax ${percent(softmax.atHalf.labels)} and ${percent(softmax.atHalf.pictures, 1)}.`,
    `${half.text}. ${lesson}`,
    `With a threshold of its own, ${softmax.threshold}, softmax gets ${percent(softmax.atBest.labels)} of the labels and ${percent(softmax.atBest.pictures, 1)} of the pictures; this is ${best.isClear ? "still" : "no longer"} clearly worse. ${best.text}.`,
  ])
    show({ kind: "conclusion", text: sentence });
}

/** The first test pictures with what both networks say. */
function showPictures(
  show: Stage["show"],
  places: number,
  { x, present }: Pictures,
  [sigmoid, softmax]: readonly Answering[],
): void {
  const pixels = x.toTypedArray();
  const size = side * side * places;
  const above = (values: ArrayLike<number>, n: number, threshold: number): string =>
    Array.from({ length: 10 }, (_, digit) => digit).filter((digit) => values[10 * n + digit] >= threshold).join(" ") || "–"; // prettier-ignore
  const pictures = Array.from({ length: drawn }, (_, n) => {
    const caption = `${above(present, n, 1)}: sigmoid ${above(sigmoid.outputs, n, 0.5)}, softmax ${above(softmax.outputs, n, softmax.threshold)}`;
    return pictureOf(pixels.subarray(n * size, (n + 1) * size), side * places, caption);
  });
  show({
    ...{ kind: "images", title: "Some test pictures", scale: 3, pictures },
    caption: "What is there, and what the networks say: sigmoid above 0.5, softmax above its best threshold.",
  });
  const rows = [0, 1, 2].flatMap((n) =>
    [sigmoid, softmax].map(({ output, outputs }, i) => [
      ...[i === 0 ? above(present, n, 1) : "", output],
      ...Array.from({ length: 10 }, (_, digit) => outputs[10 * n + digit].toFixed(2)),
    ]),
  );
  const header = ["digits", "output", ...Array.from({ length: 10 }, (_, digit) => String(digit))];
  show({ kind: "table", title: "Outputs for the first three", wordColumns: 2, header, rows });
}
