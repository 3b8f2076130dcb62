/**
 * A computation as a graph: e = (a + b) · (b + 1). The backward pass walks it once, from e to a and b, and finds the
 * derivative of e by every value on the way. For comparison, the same derivatives by central differences, with two more
 * evaluations for each input, which is how derivatives are checked.
 */
import { add, mul, tensor } from "lanegrad";
import type { NumberSetting } from "../settings.js";
import type { Lesson } from "../stage.js";

const input = (name: string, byDefault: number): NumberSetting => ({
  ...{ kind: "number", about: `the value of ${name}`, default: byDefault, isInteger: false },
  ...{ least: -1000, slider: [-5, 5] },
});
/** The difference that float32 and the step of the differences may cause. */
const tolerance = 1e-3;

const settings = { a: input("a", 2), b: input("b", 1) };

/** Values and derivatives of (a + b) · (b + 1). */
export const derivatives: Lesson<typeof settings> = {
  name: "derivatives",
  title: "A graph of values and derivatives",
  about: "the derivatives of (a + b) · (b + 1), found by one walk back through its graph",
  chapter: "calculus",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings, show }) {
    const nodes = evaluate(settings.a, settings.b);
    show({ kind: "graph", title: "The graph", dot: dotOf(nodes), text: wordsOf(nodes) });
    const rows = (["a", "b"] as const).map((name) => {
      const difference = centralDifference((value) => valueOf({ ...settings, [name]: value }), settings[name]);
      return [`∂e/∂${name}`, nodes[name].derivative.toPrecision(6), difference.toPrecision(6)];
    });
    const header = ["derivative", "by the backward pass", "by central differences"];
    show({ kind: "table", title: "Two ways to the derivatives", header, rows });
    const worst = Math.max(...rows.map(([, walked, measured]) => Math.abs(Number(walked) - Number(measured))));
    const text =
      worst < tolerance
        ? `The two ways agree to within ${tolerance}.`
        : `The two ways do not agree: they differ by ${worst.toExponential(1)}.`;
    show({ kind: "conclusion", text });
    return { nodes };
  },
};

/** A value of the graph, and the derivative of e by it. */
interface Node {
  readonly value: number;
  readonly derivative: number;
}

type Nodes = Readonly<Record<"a" | "b" | "c" | "d" | "e", Node>>;

/**
 * Forward and backward. c = a + b and d = b + 1 are made leaves of the graph, so that they keep their own derivatives.
 */
function evaluate(a: number, b: number): Nodes {
  const leaf = (value: number) => tensor(value, undefined, { requiresGrad: true });
  const [c, d] = [leaf(a + b), leaf(b + 1)];
  const e = mul(c, d);
  e.backward();
  const [x, y] = [leaf(a), leaf(b)];
  mul(add(x, y), add(y, 1)).backward();
  const read = (one: typeof c): Node => ({ value: one.item(), derivative: one.grad!.item() });
  return { a: read(x), b: read(y), c: read(c), d: read(d), e: { value: e.item(), derivative: 1 } };
}

/** e alone, in JavaScript's numbers. */
const valueOf = ({ a, b }: { readonly a: number; readonly b: number }): number => (a + b) * (b + 1);

function centralDifference(f: (x: number) => number, x: number): number {
  const h = 1e-4;
  return (f(x + h) - f(x - h)) / (2 * h);
}

const formulas = { a: "a", b: "b", c: "c = a + b", d: "d = b + 1", e: "e = c · d" } as const;
const edges = ["a c", "b c", "b d", "c e", "d e"] as const;

const lineOf = (nodes: Nodes, name: keyof Nodes): string =>
  `${formulas[name]} = ${Number(nodes[name].value.toPrecision(6))}`;

const derivativeOf = (nodes: Nodes, name: keyof Nodes): string =>
  `∂e/∂${name} = ${Number(nodes[name].derivative.toPrecision(6))}`;

function dotOf(nodes: Nodes): string {
  const names = Object.keys(formulas) as (keyof Nodes)[];
  const boxes = names.map((name) => `  ${name} [label="${lineOf(nodes, name)}\\n${derivativeOf(nodes, name)}"]`);
  return `digraph {\n  node [shape=box]\n${[...boxes, ...edges.map((edge) => `  ${edge.replace(" ", " -> ")}`)].join("\n")}\n}\n`;
}

function wordsOf(nodes: Nodes): string {
  const names = Object.keys(formulas) as (keyof Nodes)[];
  return names.map((name) => `${lineOf(nodes, name).padEnd(20)}${derivativeOf(nodes, name)}`).join("\n");
}
