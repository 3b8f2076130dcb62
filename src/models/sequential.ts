/** The two ways to make a model: a chain of layers, or any graph between inputs and outputs. */
import { UsageError, message, show } from "../errors.js";
import { Layer, SymbolicTensor } from "../layers/layer.js";
import type { Shape } from "../tensor/shape.js";
import { Graph } from "./graph.js";
import { Model, type ModelOptions } from "./model.js";

/** What {@link model} takes. */
export interface GraphOptions extends ModelOptions {
  /** layers.input(…), one or several. */
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
  /** What layers were applied to make, one or several. */
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

/**
 * A model that is a chain: each layer gets the output of the one before. The shape of a sample is the first layer's `inputShape`, or that of the first data.
 *
 * @param layers  at least one
 * Errors: UsageError for no layers or a layer that stands twice; ShapeError where a layer does not fit the one before.
 */
export function sequential(layers: readonly Layer[], options: ModelOptions = {}): Model {
  if (!Array.isArray(layers) || layers.length === 0 || !layers.every((layer) => layer instanceof Layer)) {
    throw new UsageError(
      message("sequential", "no layers", { expected: "a list of one layer or more", got: show(layers) }),
    );
  }
  const twice = layers.find((layer, i) => layers.indexOf(layer) !== i);
  if (twice !== undefined) {
    const hint = "Make two layers, or use model({ inputs, outputs }) to share one.";
    throw new UsageError(
      message("sequential", "a layer stands twice", { expected: "different layers", got: twice.kind, hint }),
    );
  }
  const chain = (shape: Shape): Graph => {
    const input = new SymbolicTensor(shape);
    return new Graph([input], [layers.reduce((symbol, layer) => layer.apply(symbol), input)]);
  };
  const { inputShape } = layers[0];
  return new Model(options, inputShape === undefined ? chain : chain(inputShape));
}

/**
 * A model of any shape: layers applied to inputs, branches, joins, layers used twice.
 * Errors: UsageError where an output depends on an input that is not listed.
 */
export function model({ inputs, outputs, ...options }: GraphOptions): Model {
  const list = (symbols: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] =>
    symbols instanceof SymbolicTensor ? [symbols] : symbols;
  const all = [...list(inputs), ...list(outputs)];
  if (all.length < 2 || !all.every((symbol) => symbol instanceof SymbolicTensor)) {
    const hint = "Begin with layers.input({ shape }) and apply layers to it.";
    throw new UsageError(
      message("model", "inputs and outputs are missing", { expected: "one or more of each", got: show(all), hint }),
    );
  }
  const graph = new Graph(list(inputs), list(outputs));
  return new Model(options, graph);
}
