/**
 * Kohonen's map: a sheet of units unfolds over colours, flowers or digits, until neighbours on the sheet stand for similar
 * samples. Sources: Kohonen 1982, 1995.
 */
import { Random, type Tensor, datasets, tensor } from "lanegrad";
import { SelfOrganizingMap, type Topology } from "lanegrad/classic";
import { type Picture, colorPicture, pictureOf } from "lanegrad/report";
import { integer } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";
import { mnistSource } from "../support/digits.js";
import { count, percent } from "../support/format.js";
import { irisFlowers, irisNames } from "./iris.js";

const settings = {
  samples: {
    kind: "choice",
    about: "what the map is trained on",
    default: "colours",
    choices: ["colours", "iris", "digits"],
  },
  topology: { kind: "choice", about: "how units lie", default: "rectangular", choices: ["rectangular", "hexagonal"] },
  method: {
    kind: "choice",
    about: "all samples at once, or one by one",
    default: "batch",
    choices: ["batch", "online"],
  },
  side: integer({ about: "rows and columns of the map", default: 20, least: 2, slider: [4, 40] }),
  epochs: integer({ about: "passes through the samples", default: 20, least: 1, slider: [1, 60] }),
} as const;
type Settings = typeof settings;

/** What the map is trained on. */
interface Data {
  readonly description: string;
  readonly x: Tensor;
  /** The classes, where there are some, and their names. */
  readonly y?: ArrayLike<number>;
  readonly names: readonly string[];
}

/** The map, unfolding. */
export const som: Lesson<Settings> = {
  name: "som",
  title: "A map that unfolds",
  about: "Kohonen's self-organizing map of colours, iris flowers or digits",
  chapter: "classic",
  kind: "comparison",
  settings,
  sources: [mnistSource],
  runsWithoutSources: true,
  saves: "the map",
  async run(stage) {
    const { settings, show, seed, signal } = stage;
    const data = await dataOf(stage);
    show({ kind: "fact", name: "data", text: data.description });
    const { side, epochs, topology, method } = settings;
    const inputs = data.x.size / data.x.shape[0];
    const map = new SelfOrganizingMap({ rows: side, columns: side, inputs, topology: topology as Topology });
    const title = "Quantization error";
    const axes = { xLabel: "epoch", yLabel: "mean distance", marks: "lines" } as const;
    show({ kind: "chart", title, caption: "From the samples to the unit that is nearest.", ...axes, series: [] });
    const start = performance.now();
    let first = NaN;
    for (let epoch = 0; epoch < epochs; epoch++) {
      await stage.turn();
      const radius = (side / 2) * (1 / side) ** (epochs === 1 ? 1 : epoch / (epochs - 1));
      const learningRate = 0.5 * (1 - epoch / epochs);
      const [error] = await map.fit(data.x, { method: method as "batch" | "online", epochs: 1, radius, finalRadius: radius, learningRate, seed: seed + epoch, signal }); // prettier-ignore
      if (epoch <= 1) first = error; // of the first, it is that of samples as units
      if (epoch > 0 || epochs === 1) show({ kind: "point", chart: title, series: method, x: epoch + 1, y: error });
      draw(stage, map, data);
    }
    const seconds = (performance.now() - start) / 1000;
    const errors = await map.errors(data.x);
    const purity = data.y && (await classesOn(stage, map, data));
    await stage.keep("trained", async () => Promise.resolve(map.toBytes()));
    const words = [
      `In ${seconds.toFixed(1)} s the mean distance to the nearest unit fell from ${first.toFixed(3)} to ${errors.quantizationError.toFixed(3)}`,
      `the two nearest units are no neighbours for ${percent(errors.topographicError, 1)} of the samples`,
      ...(purity === undefined
        ? []
        : [`${percent(purity, 1)} of the samples fall on a unit where most are of their class`]),
    ];
    show({ kind: "conclusion", text: `${words.join("; ")}.` });
    return { ...errors, seconds, ...(purity !== undefined && { purity }) };
  },
};

async function dataOf(stage: Stage<Settings>): Promise<Data> {
  const { settings, seed, signal } = stage;
  if (settings.samples === "iris") {
    const { x, y } = irisFlowers();
    return { description: "150 iris flowers, four lengths each", x: tensor(x), y, names: irisNames };
  }
  if (settings.samples === "digits") {
    const { data, place } = await stage.data(mnistSource, true);
    const { train } = data ?? (await datasets.digits({ train: 2000, test: 1, seed, signal }));
    const from = data === undefined ? "drawn" : `of MNIST from ${place}`;
    const description = `${count(train.x.shape[0])} digits ${from}`;
    return { description, x: train.x, y: train.y.toTypedArray(), names: train.classNames! };
  }
  const random = new Random(seed);
  const x = Array.from({ length: 1000 }, () => [random.uniform(), random.uniform(), random.uniform()]);
  return { description: "1,000 random colours: red, green, blue", x: tensor(x), names: [] };
}

/** The vectors of all units, and where clusters end. */
function draw({ show, settings }: Stage<Settings>, map: SelfOrganizingMap, { description }: Data): void {
  const { side } = settings;
  const section = "The map";
  const pictures: Picture[] = [];
  if (map.inputs === 3) pictures.push(colorPicture(map.weights.map((value) => 255 * value), side, "the colours of the units")); // prettier-ignore
  if (map.inputs === 784) pictures.push(pictureOf(mosaic(map.weights, side), 28 * side, "the digits of the units"));
  if (map.inputs === 4)
    for (const [i, name] of ["sepal length", "sepal width", "petal length", "petal width"].entries())
      pictures.push(
        pictureOf(
          Float32Array.from({ length: side * side }, (_, k) => map.weights[4 * k + i]),
          side,
          name,
        ),
      );
  pictures.push(pictureOf(map.uMatrix(), side, "distance from the neighbours"));
  show({ kind: "images", title: "Units", section, caption: description, scale: map.inputs === 784 ? 1 : 8, pictures });
  const [a, b] = map.inputs === 4 ? [2, 3] : [0, 1];
  if (map.inputs === 784) return;
  const at = (k: number, i: number): number => map.weights[map.inputs * k + i];
  const lines = Array.from({ length: side }, (_, row) => row * side).flatMap((from, row) => [
    Array.from({ length: side }, (_, c) => from + c),
    Array.from({ length: side }, (_, r) => r * side + row),
  ]);
  const points = lines.slice(0, 2 * side).map((line) => ({ name: "units", x: line.map((k) => at(k, a)), y: line.map((k) => at(k, b)), labels: line.map(() => "") })); // prettier-ignore
  const whole = {
    name: "units",
    x: points.flatMap(({ x }) => x),
    y: points.flatMap(({ y }) => y),
    labels: points.flatMap(({ labels }) => labels),
  };
  const [xLabel, yLabel] = map.inputs === 4 ? ["petal length", "petal width"] : ["red", "green"];
  show({
    kind: "chart",
    title: "The units among the samples",
    section,
    xLabel,
    yLabel,
    marks: "points",
    series: [whole],
  });
}

/** Pictures of 28 × 28 side by side. */
function mosaic(weights: Float32Array, side: number): Float32Array {
  const width = 28 * side;
  const all = new Float32Array(width * width);
  for (const [i, value] of weights.entries()) {
    const [unit, pixel] = [Math.floor(i / 784), i % 784];
    const row = 28 * Math.floor(unit / side) + Math.floor(pixel / 28);
    all[row * width + 28 * (unit % side) + (pixel % 28)] = Math.max(0, value);
  }
  return all;
}

/** Shows which class most samples of each unit have. @returns the share of samples of that class */
async function classesOn(
  { show, settings }: Stage<Settings>,
  map: SelfOrganizingMap,
  { x, y, names }: Data,
): Promise<number> {
  const winners = await map.winners(x);
  const K = map.rows * map.columns;
  const counts = Array.from({ length: K }, () => new Array<number>(names.length).fill(0));
  for (const [i, unit] of winners.entries()) counts[unit][y![i]]++;
  const most = counts.map((own) => (own.every((one) => one === 0) ? -1 : own.indexOf(Math.max(...own))));
  const letters = names.map((name) => (name.length === 1 ? name : name.slice(0, 2)));
  const lines = Array.from(
    { length: map.rows },
    (_, r) =>
    most.slice(r * settings.side, (r + 1) * settings.side).map((label) => (label < 0 ? "·" : letters[label]).padStart(2)).join(" "), // prettier-ignore
  );
  show({
    kind: "text",
    title: "The class that most samples of a unit have",
    section: "The map",
    text: lines.join("\n"),
  });
  const right = counts.reduce((sum, own) => sum + Math.max(...own), 0);
  return right / winners.length;
}
