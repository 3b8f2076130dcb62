/** The two ways to make a model: a chain of layers, or any graph between inputs and outputs. */
import { UsageError, checkKeys, message, show } from "../errors.js";
import { Layer, SymbolicTensor } from "../layers/layer.js";
import { sampleShape } from "../tensor/shape.js";
import { Chain } from "./graph/chain.js";
import { Graph } from "./graph/graph.js";
import { Model } from "./model.js";
import type { ModelOptions } from "./modelOptions.js";
import { isListOf } from "../lists.js";

/** Options of {@link model}. */
export interface GraphOptions extends ModelOptions {
  /** layers.input(…), one or several. */
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
  /** Tensors that layers made from the inputs, one or several. */
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

/**
 * A model that is a chain: each layer reads the output of the one before. The shape of a sample is the first layer's
 * `inputShape`, or that of the first data.
 *
 * @param layers  at least one
 * @throws {UsageError} when there are no layers or one is used twice
 * @throws {ShapeError} when a layer does not fit the one before
 */
export function sequential(layers: readonly Layer[], options: ModelOptions = {}): Model {
  if (!Array.isArray(layers) || layers.length === 0) {
    const expected = "a list of at least one layer";
    throw new UsageError(message("sequential", "no layers", { expected, got: show(layers) }));
  }
  const all: readonly Layer[] = layers;
  for (const [i, layer] of all.entries()) {
    if (!(layer instanceof Layer)) failLayer(i, layer);
    if (all.indexOf(layer) === i) continue;
    const hint = "Make two layers, or use model({ inputs, outputs }) to share one.";
    throw new UsageError(
      message("sequential", "a layer is used twice", { expected: "different layers", got: layer.kind, hint }),
    );
  }
  const chain = new Chain(all);
  const { inputShape } = all[0];
  return new Model(options, inputShape === undefined ? chain : chain.build(sampleShape("sequential", inputShape)));
}

/**
 * A model of any shape: layers applied to inputs, with branches, joins and layers used twice. Layers of another model
 * keep that model's weights, which live as long as one of the two models. The model that is compiled first trains them
 * and the other uses them as they are, as `summary` shows; a model from `loadModel` that has not trained since leaves
 * them to the new one.
 * @throws {UsageError} when an output depends on an input that is not listed
 */
export function model(given: GraphOptions, ...others: readonly never[]): Model {
  if (others.length > 0) {
    const expected = "model({ inputs, outputs, name, seed })";
    const got = `${1 + others.length} arguments`;
    throw new UsageError(message("model", "everything is given in one object", { expected, got }));
  }
  checkKeys("model", given, ["inputs", "outputs", "name", "seed"]);
  const { inputs, outputs, ...options } = given;
  const list = (symbols: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] =>
    symbols instanceof SymbolicTensor ? [symbols] : symbols;
  for (const [name, symbols] of Object.entries({ inputs, outputs })) {
    const all = list(symbols);
    if (isListOf(all, (symbol) => symbol instanceof SymbolicTensor) && all.length > 0) continue;
    const hint = "Begin with layers.input({ shape }) and apply layers to it.";
    const expected = `${name}: one symbolic tensor, or a list of them`;
    throw new UsageError(message("model", `${name} are missing`, { expected, got: show(symbols), hint }));
  }
  return new Model(options, new Graph(list(inputs), list(outputs)));
}

function failLayer(i: number, value: unknown): never {
  const { prototype } = Object(value) as { readonly prototype?: unknown };
  let hint;
  if (value instanceof SymbolicTensor) hint = "The first layer's inputShape takes the place of layers.input().";
  else if (value instanceof Model) hint = "A model becomes a layer by asLayer(model).";
  else if (prototype instanceof Layer) hint = "Make one by new.";
  else if (typeof value === "function") hint = "Call it.";
  const parts = { expected: "layers.dense(…) or another", got: show(value), ...(hint && { hint }) };
  throw new UsageError(message("sequential", `item ${i} is not a layer`, parts));
}
