/**
 * Derivatives along the edges of a graph of single numbers: node by node in either direction, and as a sum over all
 * paths. Source: the chain rule; Goodfellow, Bengio & Courville 2016, "Deep learning", chapter 6.5.
 */
import { UsageError, message, show } from "../errors.js";
import { type ComputationGraph, checkGraph } from "./graph.js";

/** A sum over paths, and what it costs in either form. */
export interface PathSum {
  /** How many paths lead from one node to the other. */
  readonly paths: number;
  /** The sum over the paths of the product of the derivatives along them. */
  readonly derivative: number;
  /** Multiplications when each path is multiplied out, a product of k derivatives being k − 1. */
  readonly multiplications: number;
  /** Multiplications when the paths that meet in a node are added up there first: one an edge that leaves it. */
  readonly factored: number;
}

/** Where a node of that name is. @throws {UsageError} when there is none */
function placeOf(op: string, { nodes }: ComputationGraph, name: string): number {
  const at = nodes.findIndex((node) => node.name === name);
  if (at >= 0) return at;
  const expected = nodes.map((node) => node.name).join(", ");
  throw new UsageError(message(op, "no node has this name", { expected, got: show(name) }));
}

/** The edges of single numbers with their derivative; those of constants are left out. */
function slopesOf(op: string, given: ComputationGraph): { from: number; to: number; slope: number }[] {
  checkGraph(op, given);
  const wide = given.nodes.find(({ values }) => values.length !== 1);
  if (wide !== undefined) {
    const [expected, got] = ["a graph of single numbers", `${wide.name} of ${wide.values.length} elements`];
    throw new UsageError(message(op, "a node is no single number", { expected, got }));
  }
  return given.edges.flatMap(({ from, to, derivative }) =>
    derivative === undefined ? [] : [{ from, to, slope: derivative }],
  );
}

/**
 * ∂node/∂input for every node, as forward mode finds them: from the input on, each node adds up over its operands
 * local derivative times theirs.
 *
 * @param input  the name of a node
 * @returns a number for each node, in their order
 * @throws {UsageError} when no node has the name, or a node is no single number
 */
export function forwardDerivatives(graph: ComputationGraph, input: string): number[] {
  const slopes = slopesOf("forwardDerivatives", graph);
  const found = graph.nodes.map(() => 0);
  found[placeOf("forwardDerivatives", graph, input)] = 1;
  for (const { from, to, slope } of slopes) found[to] += slope * found[from];
  return found;
}

/**
 * ∂output/∂node for every node, as reverse mode finds them: from the output back, each node hands on what it has times
 * the local derivative.
 *
 * @param output  the name of a node. Default: the first result
 * @returns a number for each node, in their order
 * @throws {UsageError} when no node has the name, or a node is no single number
 */
export function reverseDerivatives(graph: ComputationGraph, output?: string): number[] {
  const slopes = slopesOf("reverseDerivatives", graph);
  const found = graph.nodes.map(() => 0);
  found[output === undefined ? graph.outputs[0] : placeOf("reverseDerivatives", graph, output)] = 1;
  for (const { from, to, slope } of slopes.toReversed()) found[from] += slope * found[to];
  return found;
}

/**
 * The derivative of one node by another as a sum over all paths between them, and how much less there is to multiply
 * where sums are factored, as both modes do.
 * @throws {UsageError} when no node has such a name, or a node is no single number
 */
export function pathSum(graph: ComputationGraph, from: string, to: string): PathSum {
  const slopes = slopesOf("pathSum", graph);
  const [begin, end] = [placeOf("pathSum", graph, from), placeOf("pathSum", graph, to)];
  const count = graph.nodes.map(() => 0); // paths from the first node
  const edges = graph.nodes.map(() => 0); // the edges of all these paths together
  const derivative = graph.nodes.map(() => 0);
  const reaches = graph.nodes.map((_, i) => i === end);
  for (const edge of slopes.toReversed()) reaches[edge.from] ||= reaches[edge.to];
  [count[begin], derivative[begin]] = [1, 1];
  let factored = 0;
  for (const edge of slopes) {
    count[edge.to] += count[edge.from];
    edges[edge.to] += edges[edge.from] + count[edge.from];
    derivative[edge.to] += edge.slope * derivative[edge.from];
    if (count[edge.from] > 0 && edge.from !== begin && reaches[edge.to]) factored++;
  }
  return {
    paths: count[end],
    derivative: derivative[end],
    multiplications: edges[end] - count[end],
    factored,
  };
}
