/**
 * What a convolutional network sees: a digit on its way through a trained network, map by map; what each kernel responds
 * to most; and the gradient over the picture, which is put to the test by blanking out the ink where it is greatest.
 * Sources: Zeiler & Fergus 2014; Simonyan, Vedaldi & Zisserman 2014.
 */
import { type Model, layers, losses, metrics, optimizers, schedules, sequential } from "lanegrad";
import { batch, epochs, integer, learningRate, real } from "../../settings.js";
import type { Lesson, Stage } from "../../stage.js";
import { fitOn, pairedDifference } from "../../support/comparison.js";
import { fewDigits, freeDigits, mnistSource } from "../../support/digits.js";
import { percent } from "../../support/format.js";
import { imageOf, lookInside } from "../../support/lookInside.js";
import { blankedOut } from "./blanking.js";
import { type Field, responsesOf } from "./responses.js";

const tested = 1000;

const settings = {
  digit: integer({ about: "which test digit is drawn, from 0", default: 0, least: 0, slider: [0, tested - 1] }),
  samples: integer({ about: "digits to train on", default: 6000, least: 100, slider: [500, 20_000] }),
  epochs: epochs(3),
  batch: batch(32),
  lr: learningRate(0.004),
  blanked: real({
    about: "the share of the ink that is blanked out",
    default: 0.2,
    least: 0,
    most: 1,
    slider: [0.05, 0.9],
  }),
} as const;
type Settings = typeof settings;

/** What the places of both convolutions see. */
const fields: readonly Field[] = [
  { layer: "first", size: 5, step: 1, first: -2 },
  { layer: "second", size: 14, step: 2, first: -6 },
];

/** The maps, kernels and gradients of a small convolutional network. */
export const featureMaps: Lesson<Settings> = {
  name: "feature-maps",
  title: "What a convolutional network sees",
  about: "a digit's way through a trained network, what kernels respond to, the gradient over the picture",
  chapter: "convolution",
  kind: "comparison",
  settings,
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { show, settings, signal, seed } = stage;
    const data = await fewDigits(stage, settings.samples, tested);
    show({ kind: "fact", name: "data", text: data.description });
    const model = network(seed);
    try {
      await train(model, data.train, stage);
      const { x, y } = data.test;
      const labels = Int32Array.from(y.toTypedArray());
      const at = Math.min(settings.digit, labels.length - 1);
      const label = await readAs(model, data, at, signal);
      const picture = imageOf(data, at, `${labels[at]}, read as ${label}`);
      show({ kind: "images", title: "The digit", scale: 6, pictures: [picture] });
      for (const block of lookInside(model, data, { at, picture, label })) show(block);
      let silent = 0;
      for (const field of fields) {
        await stage.turn();
        const responses = await responsesOf(model, x, field, signal);
        silent += responses.silent;
        const section = "What kernels respond to most";
        const caption = `Windows of ${field.size} × ${field.size} pixels of test digits, the greatest response first.`;
        const images = { section, title: `The ${field.layer} convolution`, caption, scale: field.layer === "first" ? 4 : 2 }; // prettier-ignore
        show({ kind: "images", ...images, isDetail: true, pictures: responses.pictures });
      }
      const digits = Float32Array.from(x.toTypedArray(), (value) => value / 255);
      const found = await blankedOut(model, digits, labels, { share: settings.blanked, seed, signal });
      return { data: data.kind, digit: labels[at], readAs: label, silentKernels: silent, ...conclude(stage, found, silent) }; // prettier-ignore
    } finally {
      model.dispose();
      freeDigits(data);
    }
  },
};

function network(seed: number): Model {
  const same = { kernelSize: 5, padding: "same", activation: "relu" } as const;
  return sequential(
    [
      layers.conv2d({ ...same, filters: 8, name: "first", inputShape: [28, 28, 1] }),
      layers.maxPooling2d(),
      layers.conv2d({ ...same, filters: 16, name: "second" }),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dense({ units: 10 }),
    ],
    { name: "feature-maps", seed },
  );
}

async function train(model: Model, { x, y }: Parameters<typeof fitOn>[3], stage: Stage<Settings>): Promise<void> {
  const { epochs, batch: batchSize, lr: maxLearningRate } = stage.settings;
  const totalSteps = epochs * Math.ceil(x.shape[0] / batchSize);
  model.compile({
    optimizer: optimizers.adam({ learningRate: schedules.oneCycle({ maxLearningRate, totalSteps }) }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  await fitOn(stage, "convolutional", model, { x, y }, { epochs, batchSize, seed: stage.seed });
}

/** The class that test digit `at` is read as. */
async function readAs(model: Model, data: Parameters<typeof imageOf>[0], at: number, signal: AbortSignal) {
  const outputs = await model.predict(data.test.x, { batchSize: 250, signal });
  const ten = outputs.toTypedArray().slice(10 * at, 10 * at + 10);
  outputs.dispose();
  return ten.indexOf(Math.max(...ten));
}

function conclude(
  { show, settings: { blanked } }: Stage<Settings>,
  found: Awaited<ReturnType<typeof blankedOut>>,
  silent: number,
): Record<"accuracy" | "withoutGreatestGradient" | "withoutInkByLot", number> {
  const shareOf = (all: readonly boolean[]): number => all.filter(Boolean).length / all.length;
  const [accuracy, withoutGreatestGradient, withoutInkByLot] = [found.whole, found.byGradient, found.byLot].map(shareOf); // prettier-ignore
  const share = percent(blanked, 0);
  show({
    ...{ kind: "table", title: "Test digits read right", wordColumns: 1 },
    header: ["ink", "read right"],
    rows: [
      ["all of it", percent(accuracy, 1)],
      [`without ${share} by lot`, percent(withoutInkByLot, 1)],
      [`without the ${share} of the greatest gradient`, percent(withoutGreatestGradient, 1)],
    ],
  });
  const { isClear, text } = pairedDifference(found.byLot, found.byGradient, "test digits");
  const lesson = isClear
    ? "The gradient finds the pixels that the network reads by."
    : "The gradient does not clearly find the pixels that the network reads by.";
  for (const sentence of [
    `Of the test digits ${percent(accuracy, 1)} are read right; without ${share} of their ink by lot ${percent(withoutInkByLot, 1)}, without the ${share} of the greatest gradient ${percent(withoutGreatestGradient, 1)}.`,
    `${text}. ${lesson}`,
    silent === 0
      ? "Every kernel responds to something."
      : `Kernels that respond to nothing in any test digit: ${silent}.`,
  ])
    show({ kind: "conclusion", text: sentence });
  return { accuracy, withoutGreatestGradient, withoutInkByLot };
}
