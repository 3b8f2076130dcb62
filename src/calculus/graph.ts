/**
 * The computational graph of a function, with values and local derivatives, for showing how derivatives come about. It
 * is drawn by graphToDot.ts and walked by graphPaths.ts. Not for training: everything is copied and every local
 * Jacobian computed.
 */
import { UsageError, message, show } from "../errors.js";
import { isListOf } from "../lists.js";
import { checkObject } from "../options.js";
import { type OpCall, pullBack, watchOps } from "../ops/defineOp.js";
import { tensor } from "../tensor/create.js";
import { scope } from "../tensor/scope.js";
import type { Shape } from "../tensor/shape.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { type Result, checkInputs, checkResults } from "./forwardMode.js";

/** A value of a computation. */
export interface GraphNode {
  /** Its name: that of the input, a result's, "c1", "c2", … for constants, "v1", "v2", … for what lies between. */
  readonly name: string;
  /** The op that made it, "input" or "constant". */
  readonly op: string;
  readonly shape: Shape;
  /** Row by row. */
  readonly values: readonly number[];
}

/** An operand of an op: how the result changes with it. */
export interface GraphEdge {
  /** The operand's place in the list of nodes. */
  readonly from: number;
  /** The result's. */
  readonly to: number;
  /** The shape of ∂to/∂from: that of the result followed by that of the operand. */
  readonly shape: Shape;
  /** ∂to/∂from where both are single numbers; undefined for constants, and where the op has no gradient. */
  readonly derivative: number | undefined;
  /** √Σ (∂to/∂from)²; undefined also for results of more than 1,024 elements. */
  readonly norm: number | undefined;
}

/** What was computed from what. */
export interface ComputationGraph {
  /** In the order of their making: an edge leads from an earlier one to a later one. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** The places of the results in the list of nodes. */
  readonly outputs: readonly number[];
}

/** Checks that a value is a graph as {@link graph} gives it. @throws {UsageError} when it is not */
export function checkGraph(op: string, value: unknown): asserts value is ComputationGraph {
  const { nodes, edges, outputs } = (value ?? {}) as { readonly [Key in keyof ComputationGraph]?: unknown };
  const isNode = (node: unknown): boolean => {
    const { name, op, shape, values } = (node ?? {}) as { readonly [Key in keyof GraphNode]?: unknown };
    return typeof name === "string" && typeof op === "string" && Array.isArray(shape) && Array.isArray(values);
  };
  const isPlace = (at: unknown): boolean => Array.isArray(nodes) && Number.isInteger(at) && (at as number) in nodes;
  const isEdge = (edge: unknown): boolean => {
    const { from, to, shape } = (edge ?? {}) as { readonly [Key in keyof GraphEdge]?: unknown };
    return isPlace(from) && isPlace(to) && Array.isArray(shape);
  };
  if (isListOf(nodes, isNode) && isListOf(edges, isEdge) && isListOf(outputs, isPlace) && outputs.length > 0) return;
  throw new UsageError(message(op, "this is no graph", { expected: "what graph() returned", got: show(value) }));
}

/** The largest result whose Jacobian is computed row by row. */
const mostRows = 1024;

/**
 * The computational graph of a function at its inputs.
 *
 *   const { nodes, edges } = graph(({ a, b }) => mul(add(a, b), add(b, 1)), { a: tensor([2]), b: tensor([1]) });
 *
 * @param f       a synchronous function of named tensors that returns a float32 tensor or a list of them
 * @param inputs  what it is called with, by name; float32
 * @param name    what the result is called. Default "y"; several are "y1", "y2", …
 * Cost: for each op one backward pass for each element of its result.
 * @throws {UsageError} when an argument is none
 */
export function graph<Inputs extends Readonly<Record<string, Tensor>>>(
  f: (inputs: Inputs) => Result,
  inputs: Inputs,
  name = "y",
): ComputationGraph {
  checkObject("graph", "the inputs", inputs);
  if (!Object.values(inputs).every((x: unknown) => x instanceof Tensor)) {
    const [expected, got] = ["tensors by name, { a: tensor([2]) }", show(inputs)];
    throw new UsageError(message("graph", "the inputs do not fit", { expected, got }));
  }
  checkInputs("graph", f, Object.values(inputs));
  if (typeof name !== "string") {
    throw new UsageError(message("graph", "the name is no text", { got: show(name) }));
  }
  const nodes: { name: string; readonly op: string; readonly shape: Shape; readonly values: readonly number[] }[] = [];
  const edges: GraphEdge[] = [];
  const places = new Map<Tensor, number>();
  const add = (x: Tensor, name: string, op: string): number => {
    places.set(x, nodes.length);
    return nodes.push({ name, op, shape: x.shape, values: Array.from(x.toTypedArray()) }) - 1;
  };
  let [constants, between] = [0, 0];
  const note = (call: OpCall): void => {
    const known = call.inputs.map((x) => places.get(x) ?? add(x, `c${++constants}`, "constant"));
    const [y] = call.outputs;
    const to = add(y, `v${++between}`, call.op.name);
    const slopes = localSlopes(call, known.filter((from) => nodes[from].op !== "constant").length > 0);
    for (const [i, from] of known.entries()) {
      const slope = nodes[from].op === "constant" ? undefined : slopes[i];
      const isNumber = y.size === 1 && call.inputs[i].size === 1;
      edges.push({
        ...{ from, to, shape: [...y.shape, ...call.inputs[i].shape] },
        derivative: isNumber ? slope?.[0] : undefined,
        norm: slope && Math.hypot(...slope),
      });
    }
  };
  return scope(() => {
    for (const [key, x] of Object.entries(inputs)) add(x, key, "input");
    const results = noGrad(() => {
      const value = watchOps(
        (outer) => (call) => {
          outer?.(call);
          watchOps(() => undefined, () => note(call)); // prettier-ignore
        },
        () => f(inputs),
      );
      return checkResults("graph", value);
    });
    const outputs = results.map((y) => places.get(y) ?? add(y, `c${++constants}`, "constant"));
    for (const [i, at] of outputs.entries()) {
      if (nodes[at].op !== "input") nodes[at].name = results.length > 1 ? `${name}${i + 1}` : name;
    }
    return { nodes, edges, outputs };
  });
}

/** ∂y/∂x of the first result for each operand, row by row; undefined where there is none. */
function localSlopes(call: OpCall, isWanted: boolean): readonly (number[] | undefined)[] {
  const { op, inputs, outputs } = call;
  const [y, ...others] = outputs;
  const isKnown = isWanted && op.backward !== undefined && y.dtype === "float32" && y.size <= mostRows;
  const wanted = [...inputs.keys()].filter((i) => inputs[i].dtype === "float32" && !op.constants?.includes(i));
  const slopes = inputs.map((_, i): number[] | undefined => (isKnown && wanted.includes(i) ? [] : undefined));
  if (!isKnown) return slopes;
  for (let k = 0; k < y.size; k++) {
    scope(() => {
      const values = new Float32Array(y.size);
      values[k] = 1;
      const rows = pullBack(call, [tensor(values, y.shape), ...others.map(() => undefined)], wanted);
      for (const i of wanted) slopes[i]!.push(...rows[i]!.toTypedArray());
    });
  }
  return slopes;
}
