/**
 * A model's layers as a graph in DOT, the language of Graphviz. Does not draw. Source: graphviz.org/doc/info/lang.html.
 */
import { printable } from "../errors.js";
import { checkModel } from "./checkModel.js";
import type { Model } from "./model.js";
import { summaryRows } from "./summary.js";

/**
 * The graph of a model in DOT: a box for each input and each layer call with its shape and parameters, an arrow for
 * each tensor that a layer reads, a double frame around outputs.
 * @throws {UsageError} before the model is built
 */
export function modelToDot(model: Model): string {
  checkModel("modelToDot", model);
  const { insides } = model;
  const rows = summaryRows(insides.graph("modelToDot"), insides.weights);
  const boxes = rows.map(({ name, kind, shape, parameters, isOutput }, i) => {
    const lines = [name === kind ? name : `${name} (${kind})`, shape];
    if (parameters !== "0") lines.push(parameters === "shared" ? "shared" : `${parameters} parameters`);
    return `  n${i} [label=${quoted(lines.join("\n"))}${isOutput ? ", peripheries=2" : ""}];`;
  });
  const arrows = rows.flatMap(({ from }, i) => from.map((at) => `  n${at} -> n${i};`));
  return [`digraph ${quoted(model.name)} {`, "  node [shape=box];", ...boxes, ...arrows, "}"].join("\n");
}

/** Escapes quotes, backslashes, line breaks and control characters as JSON does. */
function quoted(text: string): string {
  return printable(JSON.stringify(text));
}
