/**
 * What weights begin with decides whether anything can be learnt: how far the activations of five layers spread, and how
 * much of a gradient comes back to the first layer, for several activations and initial weights. Nothing is trained.
 * Letters: N samples, H units of each layer.
 * Sources: Glorot & Bengio 2010; He, Zhang, Ren & Sun 2015.
 */
import {
  type Tensor,
  initializers,
  layers,
  matmul,
  randomNormal,
  relu,
  scope,
  sequential,
  setSeed,
  sigmoid,
  tanh,
  tensor,
} from "lanegrad";
import { pictureOf } from "lanegrad/report";
import { integer } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";
import { percent } from "../support/format.js";

const functions = { tanh, sigmoid, ReLU: relu } as const;
type Activation = keyof typeof functions;

/** What the weights begin with. */
const beginnings = {
  zeros: initializers.zeros(),
  "N(0, 1)": initializers.randomNormal({ stddev: 1 }),
  "N(0, 0.01)": initializers.randomNormal({ stddev: 0.01 }),
  Glorot: initializers.glorotNormal(),
  He: initializers.heNormal(),
} as const;
type Beginning = keyof typeof beginnings;

/** Between these, as a multiple of the gradient by the output, that by the input counts as neither vanished nor exploded. */
const [least, most] = [0.1, 10];
/** The bins of a histogram. */
const bins = 41;

const settings = {
  layers: integer({ about: "how many layers there are", default: 5, least: 2, slider: [2, 20] }),
  units: integer({ about: "the units of each layer", default: 100, least: 2, slider: [10, 400] }),
  samples: integer({ about: "how many samples go through", default: 500, least: 1, slider: [50, 2000] }),
};
type Settings = typeof settings;

/** Activations and gradients of networks that have not been trained. */
export const initialization: Lesson<Settings> = {
  name: "initialization",
  title: "What weights begin with",
  about: "activations and gradients of five layers by their initial weights",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  sources: [],
  async run(stage) {
    const { show } = stage;
    const results: Measured[] = [];
    for (const activation of Object.keys(functions) as Activation[]) {
      const own: Measured[] = [];
      for (const beginning of Object.keys(beginnings) as Beginning[]) {
        await stage.turn();
        own.push(measured(stage, activation, beginning));
      }
      draw(stage, activation, own);
      results.push(...own);
    }
    const rows = results.map((one) => [
      ...[one.activation, one.beginning, one.spread.at(-1)!.toPrecision(2), percent(one.idle, 0)],
      ...[one.back.toPrecision(2), one.isHealthy ? "yes" : one.back < least ? "vanishes" : "explodes"],
    ]);
    const header = ["activation", "weights", "spread, last layer", "idle units", "gradient by the input", "comes back"];
    const caption = `Spread: the standard deviation of the activations. Idle: at 0, or saturated beyond 0.99 of the way. Gradient: by the input, as a multiple of that by the output; from ${least} to ${most} it counts as come back.`;
    show({
      kind: "table",
      title: "After the first pass",
      section: "Comparison",
      caption,
      wordColumns: 2,
      header,
      rows,
    });
    const healthy = (activation: Activation): string => {
      const names = results.filter((one) => one.activation === activation && one.isHealthy).map((one) => one.beginning);
      return `${activation}: ${names.length === 0 ? "none of them" : names.join(", ")}`;
    };
    const text = `The gradient comes back to the input (${least} to ${most} times that by the output) for ${(Object.keys(functions) as Activation[]).map(healthy).join("; ")}.`;
    show({ kind: "conclusion", text });
    return { results: results.map(({ histograms: _, ...rest }) => rest) };
  },
};

/** A network of one kind. */
interface Measured {
  readonly activation: Activation;
  readonly beginning: Beginning;
  /** The standard deviation of each layer's activations. */
  readonly spread: readonly number[];
  /** The root mean square of the gradient by the first layer's input, and by the output of each layer. */
  readonly gradients: readonly number[];
  /** The share of activations of the last layer that are at 0 or saturated. */
  readonly idle: number;
  /** The gradient by the input, as a multiple of that by the output. */
  readonly back: number;
  readonly isHealthy: boolean;
  /** For each layer, the shares of activations in equal bins. */
  readonly histograms: readonly (readonly number[])[];
}

function measured({ settings, seed }: Stage<Settings>, activation: Activation, beginning: Beginning): Measured {
  const { layers: depth, units, samples } = settings;
  const options = { units, useBias: false, kernelInitializer: beginnings[beginning], inputShape: [units] };
  const network = sequential(
    Array.from({ length: depth }, () => layers.dense(options)),
    { seed },
  );
  setSeed(seed);
  const f: (x: Tensor) => Tensor = functions[activation];
  try {
    return scope(() => {
      const weights = network.weights.map(({ value }) => value); // (H, H) each
      const x = randomNormal([samples, units]);
      const inputs = [x]; // of each layer, and the last one's output: (N, H)
      for (const W of weights) inputs.push(f(matmul(inputs.at(-1)!, W)));
      // Back, one layer at a time, from a gradient of which each element is drawn from N(0, 1).
      const gradients = [randomNormal([samples, units])];
      for (let i = depth - 1; i >= 0; i--) {
        const input = tensor(inputs[i].toTypedArray(), [samples, units], { requiresGrad: true });
        f(matmul(input, weights[i])).backward(gradients[0]);
        gradients.unshift(input.grad!);
      }
      const activations = inputs.slice(1).map((h) => Float32Array.from(h.toTypedArray()));
      const sizes = gradients.map((gradient) => rootMeanSquare(gradient.toTypedArray()));
      const back = sizes[0] / sizes.at(-1)!;
      const last = activations.at(-1)!;
      return {
        ...{ activation, beginning, gradients: sizes, back, isHealthy: back >= least && back <= most },
        spread: activations.map(deviation),
        idle: last.filter((value) => isIdle(activation, value)).length / last.length,
        histograms: activations.map((values) => histogram(values, activation)),
      };
    });
  } finally {
    network.dispose();
  }
}

/** Whether a change of the input hardly changes the output. */
function isIdle(activation: Activation, value: number): boolean {
  if (activation === "ReLU") return value === 0;
  const [low, high] = activation === "tanh" ? [-1, 1] : [0, 1];
  const share = (value - low) / (high - low);
  return share < 0.005 || share > 0.995;
}

function rootMeanSquare(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i] ** 2;
  return Math.sqrt(squares / values.length);
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((all, value) => all + value / values.length, 0);
  return Math.sqrt(values.reduce((all, value) => all + (value - mean) ** 2 / values.length, 0));
}

/** The ends of a histogram's axis; what lies beyond counts at the ends. */
const rangeOf = (activation: Activation): readonly [number, number] =>
  activation === "tanh" ? [-1, 1] : activation === "sigmoid" ? [0, 1] : [0, 3];

function histogram(values: Float32Array, activation: Activation): number[] {
  const [low, high] = rangeOf(activation);
  const shares = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor((bins * (value - low)) / (high - low));
    shares[Math.max(0, Math.min(bins - 1, bin))] += 1 / values.length;
  }
  return shares;
}

/** Histograms layer by layer, and the gradients, of all initial weights with one activation. */
function draw({ show }: Stage<Settings>, activation: Activation, all: readonly Measured[]): void {
  const section = `With ${activation}`;
  const depth = all[0].spread.length;
  const pictures = all.map(({ beginning, histograms }) => pictureOf(histograms.flat().map(Math.sqrt), bins, beginning)); // prettier-ignore
  const [low, high] = rangeOf(activation);
  const caption = `A row for each layer, the first one above; from left to right activations from ${low} to ${high}. The lighter, the more of the units (the root of their share).`;
  show({ kind: "images", title: `Activations with ${activation}`, section, caption, scale: 5, pictures });
  const x = Array.from({ length: depth + 1 }, (_, i) => i);
  show({
    ...{ kind: "chart", title: `Gradients with ${activation}`, section, marks: "lines", yLogarithmic: true },
    ...{ xLabel: "layer (0 is the input)", yLabel: "gradient, root mean square" },
    series: all.map(({ beginning, gradients }) => ({ name: beginning, x, y: gradients })),
  });
}
