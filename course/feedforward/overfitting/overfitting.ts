/**
 * Overfitting: a large network on 1,000 digits learns them by heart; six trainings, one of them plain, on five seeds
 * each, with other digits for each seed; and how many of the weights the plain network can do without. Letters: N
 * digits.
 */
import { type Callback, type Dataset, type Model, tensor } from "lanegrad";
import { batch, epochs, integer, learningRate } from "../../settings.js";
import type { Lesson, Stage } from "../../stage.js";
import { fewDigits, freeDigits, mnistSource } from "../../support/digits.js";
import { count, percent } from "../../support/format.js";
import { type Pruned, prune } from "./pruning.js";
import { type Remedy, remedies, trainWith } from "./remedies.js";

/** Test digits of a curve, and of a result. */
const [glanced, tested] = [1000, 10_000]; // prettier-ignore
/** A remedy helps if its mean gain over the seeds is more than so many times the standard error of that mean. */
const clearly = 2;
/** Deleted weights are called free up to this loss of accuracy. */
const free = 0.002;

const settings = {
  samples: integer({ about: "digits to train on", default: 1000, least: 100, slider: [200, 5000] }),
  units: integer({ about: "units of both hidden layers", default: 300, least: 1, slider: [50, 1000] }),
  seeds: integer({ about: "trainings of each kind", default: 5, least: 2, slider: [2, 10] }),
  epochs: epochs(20),
  batch: batch(50),
  lr: learningRate(0.001),
};
type Settings = typeof settings;

const [curves, sparse] = ["Test error of the first seed", "Error against the weights that are kept"] as const; // prettier-ignore

/** What helps against overfitting, and pruning. */
export const overfitting: Lesson<Settings> = {
  name: "overfitting",
  title: "Learning by heart, and what helps against it",
  about: "a large network on few digits: L2, L1, dropout, early stopping, augmentation, pruning",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  quick: { seeds: 3 },
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { show, settings } = stage;
    const data = await fewDigits(stage, settings.seeds * settings.samples, tested);
    const glance = rows(data.test, 0, glanced);
    try {
      show({ kind: "fact", name: "data", text: `${data.description}: ${count(settings.samples)} for each seed` });
      const axes = { yLabel: "% of the test digits", marks: "lines" } as const;
      show({ kind: "chart", title: curves, xLabel: "epoch", ...axes, series: [] });
      const results: Tried[] = [];
      let pruned: Pruned[] = [];
      for (const remedy of remedies) {
        const errors: Errors[] = [];
        for (let k = 0; k < settings.seeds; k++) {
          const train = rows(data.train, k, settings.samples);
          try {
            const model = await trainWith(
              stage,
              remedy,
              settings,
              train,
              stage.seed + k,
              watching(stage, glance, remedy, k),
            );
            try {
              const [training, test] = [await errorOf(model, train, stage), await errorOf(model, data.test, stage)];
              errors.push({ training, test });
              if (remedy === remedies[0] && k === 0) pruned = await pruning(stage, model, train, data.test);
            } finally {
              model.dispose();
            }
          } finally {
            freeSet(train);
          }
        }
        results.push({ remedy, errors });
      }
      const compared = compare(results);
      conclude(stage, compared, pruned);
      return { data: data.kind, remedies: compared, pruned };
    } finally {
      freeSet(glance);
      freeDigits(data);
    }
  },
};

/** Shares of digits read wrong. */
interface Errors {
  readonly training: number;
  readonly test: number;
}

interface Tried {
  readonly remedy: Remedy;
  /** One for each seed. */
  readonly errors: readonly Errors[];
}

/** What a remedy gained over nothing, on the same seeds. */
interface Compared {
  readonly name: string;
  readonly about: string;
  readonly trainingError: number;
  readonly testErrors: readonly number[];
  readonly testError: number;
  /** Mean over the seeds of the error by nothing less that by this. */
  readonly gain: number;
  /** Of that mean. */
  readonly standardError: number;
  readonly helps: boolean;
}

/** The k-th so many digits. */
function rows({ x, y }: Dataset, k: number, most: number): Dataset {
  const [N, ...shape] = x.shape;
  const from = Math.min(k * most, Math.max(0, N - most));
  const n = Math.min(most, N);
  const size = x.size / N;
  const cut = x.toTypedArray().slice(from * size, (from + n) * size);
  return { x: tensor(cut, [n, ...shape]), y: tensor(Int32Array.from(y.toTypedArray().slice(from, from + n))) };
}

function freeSet({ x, y }: Dataset): void {
  x.dispose();
  y.dispose();
}

async function errorOf(model: Model, { x, y }: Dataset, { signal }: Stage<Settings>): Promise<number> {
  return 1 - (await model.evaluate(x, y, { batchSize: 500, signal })).accuracy;
}

/** Draws the test error of the first seed, epoch by epoch. */
function watching(stage: Stage<Settings>, glance: Dataset, { name }: Remedy, k: number): (model: Model) => Callback {
  return (model) => ({
    async onEpochEnd(epoch) {
      if (k > 0) return;
      stage.show({ kind: "point", chart: curves, series: name, x: epoch + 1, y: 100 * (await errorOf(model, glance, stage)) }); // prettier-ignore
    },
  });
}

/** Deletes the smallest weights of the first network that nothing was done to. */
async function pruning(stage: Stage<Settings>, model: Model, train: Dataset, test: Dataset): Promise<Pruned[]> {
  const axes = { xLabel: "% of the weights that are kept", yLabel: "% of the test digits", marks: "lines" } as const;
  stage.show({ kind: "chart", title: sparse, ...axes, xLogarithmic: true, series: [] });
  const measure = (one: Model): Promise<number> => errorOf(one, test, stage);
  return prune(stage, model, stage.settings, train, measure, ({ kept, before, after }) => {
    for (const [series, y] of [
      ["deleted", before],
      ["and trained on", after],
    ] as const)
      // prettier-ignore
      stage.show({ kind: "point", chart: sparse, series, x: 100 * kept, y: 100 * y });
  });
}

function compare(results: readonly Tried[]): Compared[] {
  const mean = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;
  const [nothing] = results;
  return results.map(({ remedy: { name, about }, errors }) => {
    const testErrors = errors.map(({ test }) => test);
    const gains = testErrors.map((error, k) => nothing.errors[k].test - error);
    const gain = mean(gains);
    const variance = gains.reduce((sum, one) => sum + (one - gain) ** 2, 0) / (gains.length - 1);
    const standardError = Math.sqrt(variance / gains.length);
    const trainingError = mean(errors.map(({ training }) => training));
    const helps = gain > clearly * standardError;
    return { name, about, trainingError, testErrors, testError: mean(testErrors), gain, standardError, helps };
  });
}

function conclude({ show, settings }: Stage<Settings>, compared: readonly Compared[], pruned: readonly Pruned[]): void {
  show({
    ...{ kind: "table", title: `Means of ${settings.seeds} seeds`, wordColumns: 2 },
    caption: `A remedy helps if its gain over nothing, on the same digits and seeds, is more than ${clearly} of its standard errors.`,
    header: ["remedy", "what it is", "training error", "test error", "gain", "standard error"],
    rows: compared.map(({ name, about, trainingError, testError, gain, standardError }, i) => [
      ...[name, about, percent(trainingError), percent(testError)],
      ...(i === 0 ? ["", ""] : [percent(gain), percent(standardError)]),
    ]),
  });
  const [whole, ...less] = pruned;
  show({
    ...{ kind: "table", title: "Pruning", wordColumns: 0 },
    caption:
      "Test errors of a network with nothing done to it, with the smallest weights deleted, before and after training on. The first row is trained on as well.",
    header: ["weights kept", "deleted", "and trained on"],
    rows: pruned.map(({ kept, before, after }) => [percent(kept, 0), percent(before), percent(after)]),
  });
  const list = (all: readonly Compared[]): string =>
    all.map(({ name, gain }) => `${name} (${percent(gain)})`).join(", ");
  const [nothing, ...others] = compared;
  const [helpful, useless] = [others.filter(({ helps }) => helps), others.filter(({ helps }) => !helps)]; // prettier-ignore
  const few = (of: "before" | "after"): Pruned | undefined => less.findLast((one) => one[of] <= whole[of] + free);
  const words = (one: Pruned | undefined): string => (one === undefined ? "less than half" : percent(1 - one.kept, 0));
  for (const sentence of [
    `With nothing done the network reads all but ${percent(nothing.trainingError)} of its training digits, and errs on ${percent(nothing.testError)} of others.`,
    ...(helpful.length > 0
      ? [`By more than ${clearly} standard errors of ${settings.seeds} seeds these help: ${list(helpful)}.`]
      : []),
    ...(useless.length > 0 ? [`${helpful.length > 0 ? "These do not" : "None of these helps clearly"}: ${list(useless)}.`] : []), // prettier-ignore
    `At a cost of at most ${percent(free, 1)}, ${words(few("before"))} of the weights can be deleted at once, and ${words(few("after"))} if the rest is trained on.`,
  ])
    show({ kind: "conclusion", text: sentence });
}
