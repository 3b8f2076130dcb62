/** A computational graph in DOT, the language of Graphviz. Does not draw. Source: graphviz.org/doc/info/lang.html. */
import { checkKeys, printable } from "../errors.js";
import { type ComputationGraph, checkGraph, type GraphEdge, type GraphNode } from "./graph.js";

/** Options of {@link graphToDot}. */
export interface GraphToDotOptions {
  /** A further line for each node, such as its derivative; undefined for none. */
  readonly notes?: readonly (string | undefined)[];
}

/** The numbers of an array that are written out; of longer ones the first and how many follow. */
const mostShown = 4;

/**
 * The graph in DOT: a box for each node with its name, op and value; an arrow for each operand with its local
 * derivative, or with the norm of its Jacobian and the Jacobian's shape. Results have a double frame, constants a
 * dashed one. @viz-js/viz draws it: `(await instance()).renderString(graphToDot(graph), { format: "svg" })`.
 * @throws {UsageError} when an argument is none
 */
export function graphToDot(graph: ComputationGraph, options: GraphToDotOptions = {}): string {
  checkGraph("graphToDot", graph);
  checkKeys("graphToDot", options, ["notes"]);
  const { nodes, edges, outputs } = graph;
  const boxes = nodes.map((node, i) => {
    const style = (outputs.includes(i) ? ", peripheries=2" : "") + (node.op === "constant" ? ", style=dashed" : "");
    return `  n${i} [label=${quoted(labelOf(node, options.notes?.[i]))}${style}];`;
  });
  const arrows = edges.map((edge) => {
    const label = slopeOf(edge);
    return `  n${edge.from} -> n${edge.to}${label === "" ? "" : ` [label=${quoted(label)}]`};`;
  });
  return ["digraph {", "  rankdir=LR;", "  node [shape=box];", ...boxes, ...arrows, "}"].join("\n");
}

function labelOf({ name, op, shape, values }: GraphNode, note: string | undefined): string {
  const shown = values.slice(0, mostShown).map(short).join(", ");
  const value = values.length > mostShown ? `[${shown}, …] of [${shape.join(", ")}]` : shown;
  const title = op === "input" || op === "constant" ? name : `${name} = ${op}`;
  return [op === "constant" ? value : `${title}\n${value}`, ...(note === undefined ? [] : [note])].join("\n");
}

function slopeOf({ derivative, norm, shape }: GraphEdge): string {
  if (derivative !== undefined) return short(derivative);
  return norm === undefined ? "" : `‖J‖ ${short(norm)}, [${shape.join(", ")}]`;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** Escapes quotes, backslashes, line breaks and control characters as JSON does. */
function quoted(text: string): string {
  return printable(JSON.stringify(text));
}
