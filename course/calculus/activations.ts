/**
 * Activation functions and their derivatives. The derivatives are those of the backward pass, checked against central
 * differences; how much of a gradient is left behind several layers is bounded by the largest derivative.
 * Sources: Nair & Hinton 2010 (ReLU); Clevert, Unterthiner & Hochreiter 2015 (ELU); Hendrycks & Gimpel 2016 (GELU).
 */
import {
  type Tensor,
  elu,
  gelu,
  leakyRelu,
  noGrad,
  relu,
  scope,
  sigmoid,
  silu,
  softplus,
  tanh,
  tensor,
} from "lanegrad";
import type { NumberSetting } from "../settings.js";
import type { Lesson } from "../stage.js";

/** The functions, in the order of their invention. */
const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  sigmoid,
  tanh,
  softplus,
  ReLU: relu,
  "leaky ReLU": (x) => leakyRelu(x, 0.1),
  ELU: (x) => elu(x),
  GELU: gelu,
  SiLU: silu,
};
/** Places where the functions are drawn; none of them is the bend at 0. */
const places = 240;
/** A derivative below this lets hardly anything of a gradient through. */
const flat = 0.01;
/** How many layers a gradient passes in the last column. */
const layersBehind = 5;
const tolerance = 2e-3;

const reach: NumberSetting = {
  ...{ kind: "number", about: "how far from 0 the functions are drawn", default: 6, isInteger: false },
  ...{ least: 0.5, slider: [1, 12] },
};
const settings = { reach };

/** Functions and derivatives. */
export const activations: Lesson<typeof settings> = {
  name: "activations",
  title: "Activation functions and their derivatives",
  about: "what each activation makes of its input, and what it lets through of a gradient",
  chapter: "calculus",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings: { reach }, show }) {
    const x = Float32Array.from({ length: places }, (_, i) => ((2 * (i + 0.5)) / places - 1) * reach);
    const found = Object.entries(functions).map(([name, f]) => ({ name, ...evaluate(f, x) }));
    const axes = { xLabel: "x", marks: "lines", section: "Charts" } as const;
    const series = (key: "values" | "derivatives") =>
      found.map(({ name, [key]: y }) => ({ name, x: [...x], y: [...y] }));
    show({ kind: "chart", title: "Activations", yLabel: "f(x)", ...axes, series: series("values") });
    show({ kind: "chart", title: "Their derivatives", yLabel: "f′(x)", ...axes, series: series("derivatives") });
    const results = found.map(({ name, derivatives, values, difference }) => {
      const largest = Math.max(...derivatives);
      const share = derivatives.filter((slope) => Math.abs(slope) < flat).length / places;
      return { name, least: Math.min(...values), greatest: Math.max(...values), largest, flat: share, difference };
    });
    const rows = results.map((one) => [
      ...[one.name, `${one.least.toFixed(2)} … ${one.greatest.toFixed(2)}`, one.largest.toFixed(3)],
      ...[`${Math.round(100 * one.flat)} %`, (one.largest ** layersBehind).toPrecision(2)],
    ]);
    const header = [
      "function",
      "values",
      "largest derivative",
      `|derivative| < ${flat}`,
      `largest, ${layersBehind} layers`,
    ];
    const caption = `On x from −${reach} to ${reach}. What is left of a gradient behind ${layersBehind} layers is at most the last column, times the weights.`;
    show({ kind: "table", title: "What they let through", section: "Comparison", caption, header, rows });
    const by = (name: string) => results.find((one) => one.name === name)!;
    const [logistic, rectifier] = [by("sigmoid"), by("ReLU")];
    const worst = Math.max(...results.map(({ difference }) => difference));
    const agree = worst < tolerance ? `agree to within ${tolerance}` : `differ by ${worst.toExponential(1)}`;
    const text = `The sigmoid lets through at most ${logistic.largest.toFixed(2)} of a gradient, ReLU all of it or nothing (nothing for ${Math.round(100 * rectifier.flat)} % of these x). Derivatives of the backward pass and central differences ${agree}.`;
    show({ kind: "conclusion", text });
    return { results };
  },
};

/** f and f′ at each x, and the largest difference between f′ and a central difference. */
function evaluate(f: (x: Tensor) => Tensor, at: Float32Array) {
  const h = 1e-2;
  return scope(() => {
    const x = tensor(at, { requiresGrad: true });
    const y = f(x);
    y.backward(tensor(new Float32Array(at.length).fill(1)));
    const shifted = (by: number) => noGrad(() => f(tensor(at.map((value) => value + by))).toTypedArray());
    const [above, below] = [shifted(h), shifted(-h)];
    const derivatives = [...x.grad!.toTypedArray()];
    const differences = derivatives.map((slope, i) =>
      Math.abs(at[i]) < h ? 0 : Math.abs(slope - (above[i] - below[i]) / (2 * h)),
    );
    return { values: [...y.toTypedArray()], derivatives, difference: Math.max(...differences) };
  });
}
