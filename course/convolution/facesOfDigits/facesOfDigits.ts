/**
 * Metric learning, as in face verification: a network learns where to put digits so that those of a class lie together,
 * and is then asked of pairs whether they are the same; of unseen digits of the classes that it was trained on, and of
 * two classes that it never saw. Each class is left out once, in five trainings. Letters: N digits, K numbers.
 */
import { type Dataset, type Model, layers, optimizers, schedules, sequential, tensor } from "lanegrad";
import { pictureOf } from "lanegrad/report";
import { batch, epochs, integer, learningRate, real } from "../../settings.js";
import type { Lesson, Stage } from "../../stage.js";
import { fitOn } from "../../support/comparison.js";
import { fewDigits, freeDigits, mnistSource } from "../../support/digits.js";
import { tripletLoss } from "./triplets.js";
import { type Roc, mostLike, rocOf } from "./verification.js";

const pixels = 784;
/** Digits of which all pairs are asked. */
const [unseen, left] = [800, 400]; // prettier-ignore
/** The classes that are left out together. */
const leftOut = [[0, 9], [1, 2], [3, 7], [4, 6], [5, 8]] as const; // prettier-ignore
/** The areas that are called good. */
const good = { trained: 0.99, leftOut: 0.93 };
/** Digits drawn with those most like them, and how many of these. */
const [queries, neighbours] = [8, 9]; // prettier-ignore

const settings = {
  samples: integer({ about: "digits to train on", default: 8000, least: 500, slider: [1000, 30_000] }),
  numbers: integer({ about: "numbers of an embedding", default: 32, least: 2, slider: [2, 64] }),
  margin: real({ about: "the margin of the triplets", default: 0.2, least: 0, slider: [0.05, 1] }),
  epochs: epochs(3),
  batch: { ...batch(64), least: 8, slider: [8, 256] },
  lr: learningRate(0.003),
} as const;
type Settings = typeof settings;

/** Embeddings by a triplet loss, and how well they tell digits apart. */
export const facesOfDigits: Lesson<Settings> = {
  name: "faces-of-digits",
  title: "The same digit or not",
  about: "metric learning by a triplet loss: unseen digits of trained classes and of classes left out",
  chapter: "convolution",
  kind: "comparison",
  settings,
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { show, settings } = stage;
    const data = await fewDigits(stage, settings.samples, 4000);
    try {
      show({ kind: "fact", name: "data", text: data.description });
      const axes = { xLabel: "different digits taken for the same", yLabel: "same digits recognised", marks: "lines" } as const; // prettier-ignore
      for (const chart of charts) show({ kind: "chart", title: chart, section: "ROC curves", ...axes, series: [] });
      const results: Verified[] = [];
      for (const classes of leftOut) {
        const result = await verified(stage, data, classes);
        results.push(result);
        for (const [chart, roc] of [
          [charts[0], result.trained],
          [charts[1], result.leftOut],
        ] as const)
          // prettier-ignore
          for (const [i, x] of roc.falsePositives.entries())
            show({ kind: "point", chart, series: `without ${classes.join(" and ")}`, x, y: roc.truePositives[i] });
      }
      show({
        ...{ kind: "table", title: "Area under the ROC curve of all pairs", wordColumns: 1 },
        caption: `Of ${unseen} unseen digits of the eight trained classes, and of ${left} digits of the two left out; 0.5 is chance.`,
        header: ["left out", "trained classes", "classes left out", "seconds"],
        rows: results.map(({ classes, trained, leftOut, seconds }) => [
          ...[classes.join(" and "), trained.area.toFixed(4), leftOut.area.toFixed(4), seconds.toFixed(1)],
        ]),
      });
      conclude(stage, results);
      return {
        data: data.kind,
        results: results.map(({ classes, trained, leftOut, seconds }) => ({ leftOut: classes, areaTrained: trained.area, areaLeftOut: leftOut.area, seconds })), // prettier-ignore
      };
    } finally {
      freeDigits(data);
    }
  },
};

const charts = ["Unseen digits of trained classes", "Digits of the classes left out"] as const;

/** What became of a training. */
interface Verified {
  readonly classes: readonly [number, number];
  readonly trained: Roc;
  readonly leftOut: Roc;
  readonly seconds: number;
}

function network(K: number, seed: number): Model {
  const same = { kernelSize: 3, padding: "same", activation: "relu" } as const;
  return sequential(
    [
      layers.conv2d({ ...same, filters: 8, kernelSize: 5, strides: 2, inputShape: [28, 28, 1] }),
      layers.conv2d({ ...same, filters: 16 }),
      layers.maxPooling2d(),
      layers.conv2d({ ...same, filters: 32 }),
      layers.flatten(),
      layers.dense({ units: 64, activation: "relu" }),
      layers.dense({ units: K }),
      layers.unitNormalization(),
    ],
    { name: "faces-of-digits", seed },
  );
}

async function verified(
  stage: Stage<Settings>,
  { train, test }: { readonly train: Dataset; readonly test: Dataset },
  classes: readonly [number, number],
): Promise<Verified> {
  const { settings, seed, signal } = stage;
  const isLeft = (digit: number): boolean => classes.includes(digit);
  const sets = {
    train: chosen(train, Infinity, (digit) => !isLeft(digit)),
    trained: chosen(test, unseen, (digit) => !isLeft(digit)),
    leftOut: chosen(test, left, isLeft),
  };
  const model = network(settings.numbers, seed);
  try {
    const { epochs, batch: batchSize, lr: maxLearningRate } = settings;
    const totalSteps = epochs * Math.ceil(sets.train.y.size / batchSize);
    const learningRate = schedules.oneCycle({ maxLearningRate, totalSteps });
    model.compile({ optimizer: optimizers.adam({ learningRate }), loss: tripletLoss(settings.margin) });
    const name = `without ${classes.join(" and ")}`;
    const { seconds } = await fitOn(stage, name, model, sets.train, { epochs, batchSize, seed });
    const embed = async ({ x }: Dataset): Promise<Float32Array> => {
      const outputs = await model.predict(x, { batchSize: 200, signal });
      const values = (outputs.toTypedArray() as Float32Array).slice();
      outputs.dispose();
      return values;
    };
    const embeddings = await embed(sets.leftOut);
    showNeighbours(stage, sets.leftOut, embeddings, name);
    const trained = rocOf(await embed(sets.trained), sets.trained.y.toTypedArray());
    return { classes, trained, leftOut: rocOf(embeddings, sets.leftOut.y.toTypedArray()), seconds };
  } finally {
    model.dispose();
    for (const { x, y } of Object.values(sets)) for (const one of [x, y]) one.dispose();
  }
}

/** Copies of the first digits of some classes. */
function chosen({ x, y }: Dataset, most: number, isWanted: (digit: number) => boolean): Dataset {
  const [all, labels] = [x.toTypedArray(), y.toTypedArray()];
  const rows = Array.from(labels.keys()).filter((i) => isWanted(labels[i])).slice(0, most); // prettier-ignore
  const digits = new Uint8Array(rows.length * pixels);
  for (const [n, i] of rows.entries()) digits.set(all.subarray(i * pixels, (i + 1) * pixels), n * pixels);
  return { x: tensor(digits, [rows.length, 28, 28, 1]), y: tensor(Int32Array.from(rows, (i) => labels[i])) };
}

/** Digits of the classes left out, each with those that lie nearest to it. */
function showNeighbours({ show }: Stage<Settings>, { x, y }: Dataset, embeddings: Float32Array, title: string): void {
  const [all, labels] = [x.toTypedArray(), y.toTypedArray()];
  const [N, width] = [labels.length, 28 * (neighbours + 1)];
  const pictures = Array.from({ length: Math.min(queries, N) }, (_, i) => {
    const values = new Float32Array(28 * width);
    const row = [i, ...mostLike(embeddings, N, i, neighbours)];
    for (const [k, n] of row.entries())
      for (let at = 0; at < pixels; at++)
        values[Math.floor(at / 28) * width + 28 * k + (at % 28)] = all[n * pixels + at];
    const right = row.slice(1).filter((n) => labels[n] === labels[i]).length;
    return pictureOf(values, width, `${labels[i]}: ${right} of ${neighbours} the same`);
  });
  const section = "Digits of classes that the network never saw";
  const caption = "The first digit of each row, and those that lie nearest to it.";
  show({ kind: "images", section, title, caption, isDetail: true, scale: 1, pictures });
}

function conclude({ show }: Stage<Settings>, results: readonly Verified[]): void {
  const list = (areas: readonly number[]): string => `${Math.min(...areas).toFixed(3)} to ${Math.max(...areas).toFixed(3)}`; // prettier-ignore
  const [trained, others] = [results.map(({ trained }) => trained.area), results.map(({ leftOut }) => leftOut.area)]; // prettier-ignore
  const well = results
    .filter(({ leftOut }) => leftOut.area >= good.leftOut)
    .map(({ classes }) => classes.join(" and "));
  const badly = results
    .filter(({ leftOut }) => leftOut.area < good.leftOut)
    .map(({ classes }) => classes.join(" and "));
  const known = trained.filter((area) => area >= good.trained).length;
  for (const sentence of [
    `Unseen digits of trained classes are told apart with areas of ${list(trained)}; ${known} of ${results.length} networks reach ${good.trained}.`,
    `Digits of classes that were left out: ${list(others)}. ${well.length === 0 ? "No pair reaches" : `At least ${good.leftOut} for ${well.join(", ")}`}${well.length === 0 ? ` ${good.leftOut}` : ""}${badly.length === 0 ? "" : `; less for ${badly.join(", ")}: what tells these apart was no difference between the classes seen`}.`,
  ])
    show({ kind: "conclusion", text: sentence });
}
