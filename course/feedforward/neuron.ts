/**
 * One unit: a weighted sum of its inputs and a bias, and an activation function of the sum. Every number is drawn, and
 * the result is that of the library's `dense`. Letters: x inputs, w weights, b bias, z sum, y output.
 * Source: McCulloch & Pitts 1943; Rosenblatt 1958.
 */
import { activate, add, dense, mul, tensor, type Tensor } from "lanegrad";
import { graph, graphToDot } from "lanegrad/calculus";
import type { NumberSetting } from "../settings.js";
import type { Lesson } from "../stage.js";

const value = (about: string, byDefault: number): NumberSetting => ({
  ...{ kind: "number", about, default: byDefault, isInteger: false },
  ...{ least: -1000, slider: [-3, 3] },
});

const settings = {
  x1: value("the first input", 1),
  x2: value("the second input", -2),
  w1: value("the weight of the first input", 0.5),
  w2: value("the weight of the second input", -0.75),
  b: value("the bias", -0.5),
  activation: {
    kind: "choice",
    about: "the activation function",
    default: "sigmoid",
    choices: ["linear", "relu", "leakyRelu", "sigmoid", "tanh", "elu", "softplus"],
  },
} as const;
type Name = "linear" | "relu" | "leakyRelu" | "sigmoid" | "tanh" | "elu" | "softplus";
/** The difference that rounding in another order may cause, against the size of the output. */
const tolerance = 1e-6;
/** Sums for which the activation is drawn: from −reach to reach. */
const [reach, places] = [6, 121];

/** y = f(w₁x₁ + w₂x₂ + b). */
export const neuron: Lesson<typeof settings> = {
  name: "neuron",
  title: "One unit",
  about: "what one unit computes: a weighted sum, a bias and an activation function, number by number",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings: { x1, x2, w1, w2, b, activation }, show }) {
    const name = activation as Name;
    const unit = ({ x1, x2, w1, w2, b }: Readonly<Record<string, Tensor>>): Tensor =>
      activate(add(add(mul(w1, x1), mul(w2, x2)), b), name);
    const one = (value: number): Tensor => tensor([value]);
    const drawn = graph(unit, { x1: one(x1), w1: one(w1), x2: one(x2), w2: one(w2), b: one(b) });
    const valueOf = (at: number): number => drawn.nodes[at].values[0];
    const products = drawn.edges.filter(({ to }) => drawn.nodes[to].op === "mul").map(({ to }) => to);
    const [first, second] = [...new Set(products)].map(valueOf);
    const y = valueOf(drawn.outputs[0]);
    const z = first + second + b;
    const library = dense(tensor([[x1, x2]]), tensor([[w1], [w2]]), tensor([b]), name).item();
    const caption = "Each edge has the derivative of what it leads to by what it comes from: how much the one moves with the other."; // prettier-ignore
    const text = `z = ${w1} · ${x1} + ${w2} · ${x2} + ${b} = ${short(z)}\ny = ${name}(z) = ${short(y)}`;
    show({ kind: "graph", title: "The unit", caption, dot: graphToDot(drawn), text });
    const x = Array.from({ length: places }, (_, i) => (2 * reach * i) / (places - 1) - reach);
    const curve = activate(tensor(x), name);
    const series = [
      { name, x, y: [...curve.toTypedArray()].map(Number) },
      { name: "this unit", x: [z], y: [y], marks: "points" as const },
    ];
    show({ kind: "chart", title: "The activation at the sum", xLabel: "z", yLabel: "y", marks: "lines", series });
    show({
      ...{ kind: "table", title: "Number by number", header: ["", "formula", "value"], wordColumns: 2 },
      rows: [
        ["first input, weighted", "w₁ · x₁", short(first)],
        ["second input, weighted", "w₂ · x₂", short(second)],
        ["sum", "z = w₁x₁ + w₂x₂ + b", short(z)],
        ["output", `y = ${name}(z)`, short(y)],
        ["the library's dense", "dense(x, W, b, activation)", short(library)],
      ],
    });
    const difference = Math.abs(y - library);
    const agrees = difference <= tolerance * Math.max(1, Math.abs(y));
    const said = agrees
      ? `The unit and the library's dense agree: ${short(y)}.`
      : `The unit gives ${y}, the library's dense ${library}.`;
    show({ kind: "conclusion", text: said, isFailure: !agrees });
    return { z, y, library, difference };
  },
};

const short = (value: number): string => String(Number(value.toPrecision(5)));
