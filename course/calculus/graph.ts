/**
 * A computation as a graph: e = (a + b) · (b + 1), with the local derivative on each edge. Forward mode walks it from
 * one input to e and finds how every value changes with this input; reverse mode walks it back once and finds how e
 * changes with every value. Both are sums over paths, factored differently, which a graph of nine paths shows.
 * Sources: Griewank & Walther 2008, "Evaluating derivatives"; Olah 2015, "Calculus on computational graphs".
 */
import { add, mul, tensor, type Tensor } from "lanegrad";
import { type ComputationGraph, forwardDerivatives, graph, graphToDot, jvp, pathSum, reverseDerivatives, valueAndGrad } from "lanegrad/calculus"; // prettier-ignore
import type { NumberSetting } from "../settings.js";
import type { Lesson } from "../stage.js";

const input = (name: string, byDefault: number): NumberSetting => ({
  ...{ kind: "number", about: `the value of ${name}`, default: byDefault, isInteger: false },
  ...{ least: -1000, slider: [-5, 5] },
});
/** The difference that float32 and the step of the differences may cause, against the size of the derivative. */
const tolerance = 1e-3;
/** The factors on the edges of the nine paths: x to y, and y to z. */
const [first, second] = [[2, 3, 5], [7, 11, 13]]; // prettier-ignore

const settings = { a: input("a", 2), b: input("b", 1) };

/** e. */
const formula = ({ a, b }: Inputs): Tensor => mul(add(a, b), add(b, 1));
type Inputs = { readonly a: Tensor; readonly b: Tensor };

/** Forward and reverse mode, node by node. */
export const graphLesson: Lesson<typeof settings> = {
  name: "graph",
  title: "Derivatives on a graph",
  about: "the derivatives of (a + b) · (b + 1), walked forwards and backwards through its graph",
  chapter: "calculus",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings, show }) {
    const inputs = { a: tensor([settings.a]), b: tensor([settings.b]) };
    const drawn = graph(formula, inputs, "e");
    const walks = {
      a: forwardDerivatives(drawn, "a"),
      b: forwardDerivatives(drawn, "b"),
      e: reverseDerivatives(drawn),
    };
    const draw = (
      title: string,
      caption: string,
      sign: (name: string) => string,
      walk: readonly number[] | undefined,
    ) => {
      const notes = walk && drawn.nodes.map(({ name, op }, i) => (op === "constant" ? undefined : `${sign(name)} = ${short(walk[i])}`)); // prettier-ignore
      const dot = graphToDot(drawn, notes === undefined ? {} : { notes });
      show({ kind: "graph", section: "The graph", title, caption, dot, text: wordsOf(drawn, notes) });
    };
    draw("Values", "Each edge has the derivative of the node that it leads to by the node that it comes from.", String, undefined); // prettier-ignore
    draw("Forward mode from a", "From left to right; each node adds up edge · derivative of where the edge comes from.", (name) => `∂${name}/∂a`, walks.a); // prettier-ignore
    draw("Forward mode from b", "A second walk, for the second input.", (name) => `∂${name}/∂b`, walks.b);
    draw("Reverse mode from e", "From right to left, once for all inputs; each node adds up edge · derivative of where the edge leads to.", (name) => `∂e/∂${name}`, walks.e); // prettier-ignore

    const last = drawn.outputs[0];
    const forward = { a: walks.a[last], b: walks.b[last] };
    const at = (name: string): number => drawn.nodes.findIndex((node) => node.name === name);
    const reverse = { a: walks.e[at("a")], b: walks.e[at("b")] };
    const { gradients } = valueAndGrad((a, b) => formula({ a, b }), [inputs.a, inputs.b]);
    const names = ["a", "b"] as const;
    const ways = names.map((name, i) => [
      forward[name],
      reverse[name],
      jvp((a, b) => formula({ a, b }), [inputs.a, inputs.b], names.map((_, k) => tensor([k === i ? 1 : 0]))).tangent.item(), // prettier-ignore
      gradients[i].item(),
      centralDifference((value) => valueOf({ ...settings, [name]: value }), settings[name]),
    ]);
    show({
      kind: "table",
      section: "Derivatives",
      title: "Five ways to the derivatives",
      caption: "The walks above, the library's two modes, and central differences: two more evaluations an input.",
      header: ["", "forward walk", "reverse walk", "jvp", "grad", "differences"],
      rows: ways.map((found, i) => [`∂e/∂${names[i]}`, ...found.map((value) => value.toPrecision(6))]),
    });
    const worst = Math.max(
      ...ways.map((found) => (Math.max(...found) - Math.min(...found)) / (1 + Math.abs(found[0]))),
    );

    const nine = graph(({ x }) => edges(edges(x, first), second), { x: tensor([1]) }, "z");
    const sum = pathSum(nine, "x", "z");
    const products = first.flatMap((f) => second.map((s) => f * s));
    show({
      ...{
        kind: "graph",
        section: "Paths",
        title: "Nine paths",
        dot: graphToDot(nine),
        text: wordsOf(nine, undefined),
      },
      caption: `From x to the first sum, v5, lead three ways, and three from there to z: 3 · 3 paths.`,
    });
    show({
      ...{ kind: "table", section: "Paths", title: "The sum over the paths, and its factored form" },
      header: ["", "terms", "multiplications", "∂z/∂x"],
      rows: [
        [`${first[0]}·${second[0]} + ${first[0]}·${second[1]} + … + ${first[2]}·${second[2]}`, String(products.length), String(products.length), String(products.reduce((a, b) => a + b))],
        [`(${first.join(" + ")}) · (${second.join(" + ")})`, "1", "1", String(sum.derivative)],
      ], // prettier-ignore
    });
    const agree =
      worst < tolerance
        ? `All ways agree to within ${tolerance} of the derivative`
        : `The ways do not agree: they differ by ${worst.toExponential(1)} of the derivative`;
    const text = `${agree}. Forward mode took a walk for each of the ${names.length} inputs, reverse mode one. Of the ${sum.paths} paths, either mode multiplies out none: it adds up in v5 first.`;
    show({ kind: "conclusion", text, isFailure: worst >= tolerance });
    return { forward, reverse, paths: sum.paths, derivativeOfPaths: sum.derivative, nodes: nodesOf(drawn, walks.e) };
  },
};

/** Three edges from x to one sum. */
function edges(x: Tensor, factors: readonly number[]): Tensor {
  return factors.map((factor) => mul(x, factor)).reduce((sum, term) => add(sum, term));
}

/** e alone, in JavaScript's numbers. */
const valueOf = ({ a, b }: { readonly a: number; readonly b: number }): number => (a + b) * (b + 1);

function centralDifference(f: (x: number) => number, x: number): number {
  const h = 1e-4;
  return (f(x + h) - f(x - h)) / (2 * h);
}

const short = (value: number): string => String(Number(value.toPrecision(6)));

/** The graph in words: a node a line. */
function wordsOf({ nodes, edges }: ComputationGraph, notes: readonly (string | undefined)[] | undefined): string {
  const lines = nodes.flatMap(({ name, op, values }, i) => {
    if (op === "constant") return [];
    const from = edges.filter((edge) => edge.to === i);
    const operands = from.map((edge) => {
      const node = nodes[edge.from];
      return node.op === "constant" ? short(node.values[0]) : node.name;
    });
    const made = op === "input" ? "" : ` = ${op}(${operands.join(", ")})`;
    return [`${`${name}${made} = ${short(values[0])}`.padEnd(24)}${notes?.[i] ?? ""}`.trimEnd()];
  });
  return lines.join("\n");
}

/** Value and ∂e/∂node of each node but constants, by name. */
function nodesOf({ nodes }: ComputationGraph, derivatives: readonly number[]) {
  const known = nodes.flatMap(({ name, op, values }, i) =>
    op === "constant" ? [] : [[name, { value: values[0], derivative: derivatives[i] }] as const],
  );
  return Object.fromEntries(known);
}
