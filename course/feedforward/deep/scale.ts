/**
 * What this machine trains in an hour: networks from a small one to one of a hundred million weights make real steps of
 * training, and a network of two hundred layers beside them. How much memory each will take is said before it begins;
 * one that would not fit is not begun. Letters: P parameters, N samples a step.
 *
 * Arithmetic of a step: 2 for each weight and sample forwards, 2 for the gradient of the weight, 2 for that of the
 * layer's input, which the first layer does not need. Speeds stand beside the fastest product of matrices of the run.
 */
import { type Model, Random, layers, losses, matmul, memoryUsage, models, optimizers, record, scope, sequential, tensor } from "lanegrad"; // prettier-ignore
import { integer } from "../../settings.js";
import type { Lesson, Stage } from "../../stage.js";
import { count, percent } from "../../support/format.js";
import { weightCount } from "../../support/networkLesson.js";

const settings = {
  millions: integer({ about: "millions of parameters of the largest network", default: 100, least: 1, slider: [1, 200], isLogarithmic: true }), // prettier-ignore
  batch: integer({ about: "samples a step of the largest network", default: 16, least: 1, slider: [1, 128], isLogarithmic: true }), // prettier-ignore
  steps: integer({ about: "steps of each network", default: 8, least: 3, slider: [3, 50] }),
};
type Settings = typeof settings;

const [inputs, classes] = [784, 10];
/** The largest network shall do at least this share of the arithmetic that the fastest product does. */
const well = 0.6;
const GiB = 2 ** 30;
/** The size of the products that are timed. */
const M = 512;

/** A network that makes steps. */
interface Network {
  readonly name: string;
  readonly layers: number;
  readonly batch: number;
  /** P, of which the first layer has so many. */
  readonly parameters: number;
  readonly first: number;
  /** Units of all layers. */
  readonly units: number;
  readonly make: (seed: number) => Model;
}

/** A network of dense layers of these sizes. */
function denseNetwork(sizes: readonly number[], batch: number): Network {
  const parameters = sizes.slice(1).reduce((sum, n, i) => sum + (sizes[i] + 1) * n, 0);
  return {
    ...{ name: sizes.join("-"), layers: sizes.length - 1, batch, parameters, first: sizes[0] * sizes[1] },
    units: sizes.reduce((sum, n) => sum + n, 0),
    make: (seed) =>
      sequential(
        sizes.slice(1).map((units, i) =>
          layers.dense({
            units,
            ...(i < sizes.length - 2 && { activation: "relu" as const }),
            ...(i === 0 && { inputShape: [inputs] }),
          }),
        ),
        { seed },
      ),
  };
}

/** The hidden units of inputs-n-n-n-classes with P parameters: 2n² + (inputs + classes + 3) n + classes = P. */
function widthFor(P: number): number {
  const b = inputs + classes + 3;
  return Math.round((Math.sqrt(b ** 2 + 8 * (P - classes)) - b) / 4);
}

const deep: Network = {
  ...{ name: "highway, 200 layers of 50", layers: 202, batch: 64, first: inputs * 50, units: inputs + 50 * 202 * 3 },
  parameters: (inputs + 1) * 50 + 200 * 2 * (50 + 1) * 50 + 51 * classes,
  make: (seed) => models.highway({ depth: 200, inputShape: [inputs], classes, seed }),
};

/** Steps of networks of growing size. */
export const scale: Lesson<Settings> = {
  name: "scale",
  title: "What a machine trains in an hour",
  about: "parameters, memory and seconds from a small network to a hundred million weights",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  quick: { millions: 20, steps: 4 },
  sources: [],
  async run(stage) {
    const { settings, show } = stage;
    const n = widthFor(1e6 * settings.millions);
    const networks = [
      denseNetwork([inputs, 300, classes], 64),
      denseNetwork([inputs, 1000, 1000, classes], 64),
      deep,
      denseNetwork([inputs, 2500, 2000, 1500, 1000, 500, classes], 64),
      denseNetwork([inputs, n, n, n, classes], settings.batch),
    ];
    const header = ["network", "parameters", "samples a step", "memory", "said before", "a step", "GFLOP/s", "of the fastest product", "samples an hour"]; // prettier-ignore
    const title = "Steps of training";
    const caption = `The fastest product of two matrices of ${M} × ${M} in this run is measured between the steps.`;
    const results: Measured[] = [];
    for (const network of networks) {
      const result = await measured(stage, network);
      if (result === undefined) continue;
      results.push(result);
      show({ kind: "table", title, caption, header, rows: results.map(cellsOf) });
      showChart(stage, results);
    }
    return findings(stage, networks.at(-1)!, results);
  },
};

/** What the steps of a network took. */
interface Measured {
  readonly name: string;
  readonly layers: number;
  readonly parameters: number;
  readonly batch: number;
  /** Bytes that were said before, and that were taken at most. */
  readonly bytesBefore: number;
  readonly bytes: number;
  /** The fastest step. */
  readonly secondsAStep: number;
  readonly gflops: number;
  /** Of the fastest product that was measured between the steps. */
  readonly productGflops: number;
  readonly share: number;
  readonly samplesAnHour: number;
}

/** Bytes for parameters, their gradients, and what each sample leaves at each unit, forwards and backwards. */
const bytesFor = ({ parameters, units, batch }: Network): number => 4 * (2 * parameters + 3 * batch * units);

/** Makes the steps; undefined where the network would not fit into memory. */
async function measured(stage: Stage<Settings>, network: Network): Promise<Measured | undefined> {
  const { settings, seed, signal, show, turn } = stage;
  const { name, layers, parameters, batch: N, first } = network;
  const { bytesInUse, maximumBytes } = memoryUsage();
  const bytesBefore = bytesFor(network);
  const room = maximumBytes - bytesInUse;
  const told = `${name}: ${count(parameters)} parameters will take ${gibibytes(bytesBefore)} of ${gibibytes(room)} that are free`;
  const fits = bytesBefore < room;
  show({ kind: "fact", name: "memory", text: fits ? told : `${told}: left out` });
  if (!fits) return undefined;
  await turn();
  const random = new Random(seed);
  const x = tensor(Float32Array.from({ length: N * inputs }, () => random.uniform()), [N, inputs]); // prettier-ignore
  const y = tensor(Int32Array.from({ length: N }, () => random.integer(classes)));
  const factors = [0, 1].map(() => tensor(Float32Array.from({ length: M * M }, () => random.uniform(-1, 1)), [M, M])); // prettier-ignore
  const model = network.make(seed);
  try {
    model.compile({
      optimizer: optimizers.sgd({ learningRate: 1e-3 }),
      loss: losses.categoricalCrossentropy({ fromLogits: true }),
    });
    const [steps, products]: number[][] = [[], []];
    const recording = record(() => model.trainOnBatch([x], [y]));
    let bytes = 0;
    for (let step = 0; step < settings.steps; step++) {
      await turn();
      signal.throwIfAborted();
      show({ kind: "now", text: `${name}: step ${step + 1} of ${settings.steps}` });
      products.push(...Array.from({ length: 3 }, () => timed(() => scope(() => void matmul(factors[0], factors[1])))));
      const start = performance.now();
      recording.replay();
      steps.push((performance.now() - start) / 1000);
      bytes = Math.max(bytes, memoryUsage().bytesInUse - bytesInUse);
    }
    recording.dispose();
    const secondsAStep = Math.min(...steps);
    const gflops = (N * (6 * parameters - 2 * first)) / secondsAStep / 1e9;
    const productGflops = (2 * M ** 3) / Math.min(...products) / 1e9;
    const speeds = { gflops, productGflops, share: gflops / productGflops, samplesAnHour: (3600 * N) / secondsAStep };
    return { name, layers, parameters: weightCount(model), batch: N, bytesBefore, bytes, secondsAStep, ...speeds };
  } finally {
    for (const each of [x, y, ...factors]) each.dispose();
    model.dispose();
  }
}

function timed(fn: () => void): number {
  const start = performance.now();
  fn();
  return (performance.now() - start) / 1000;
}

const gibibytes = (bytes: number): string => `${(bytes / GiB).toPrecision(3)} GiB`;
const milliseconds = (seconds: number): string =>
  seconds < 1 ? `${Number((1000 * seconds).toPrecision(3))} ms` : `${seconds.toFixed(2)} s`;

function cellsOf(one: Measured): string[] {
  return [
    ...[one.name, count(one.parameters), String(one.batch), gibibytes(one.bytes), gibibytes(one.bytesBefore)],
    ...[milliseconds(one.secondsAStep), one.gflops.toFixed(1), percent(one.share, 0), count(one.samplesAnHour)],
  ];
}

function showChart({ show }: Stage<Settings>, results: readonly Measured[]): void {
  const axes = { xLabel: "parameters", yLabel: "samples an hour", xLogarithmic: true, yLogarithmic: true } as const;
  const series = results.map(({ name, parameters, samplesAnHour }) => ({ name, x: [parameters], y: [samplesAnHour] }));
  show({ kind: "chart", title: "Samples an hour against parameters", ...axes, marks: "points", series });
}

function findings({ show }: Stage<Settings>, largest: Network, results: readonly Measured[]) {
  const own = results.find(({ name }) => name === largest.name);
  const text =
    own === undefined
      ? `A network of ${count(largest.parameters)} parameters does not fit into the memory that this engine has: try fewer millions.`
      : `A network of ${count(own.parameters)} parameters makes a step of ${own.batch} samples in ${milliseconds(own.secondsAStep)}, ${count(own.samplesAnHour)} samples an hour, in ${gibibytes(own.bytes)}. That is ${percent(own.share, 0)} of the speed of the fastest product of the run, ${own.share >= well ? "at least" : "less than"} the ${percent(well, 0)} that count as good.`;
  show({ kind: "conclusion", text });
  const deepest = results.find(({ name }) => name === deep.name);
  if (deepest !== undefined) show({ kind: "conclusion", text: `Two hundred layers of 50 units take ${milliseconds(deepest.secondsAStep)} a step of ${deepest.batch}: small layers reach ${percent(deepest.share, 0)} of that speed.` }); // prettier-ignore
  return { networks: results };
}
