/** Layers that hold other layers, whose parameters appear in the model under the wrapper's name. */
import type { Config } from "../config.js";
import { UsageError, message, show } from "../errors.js";
import type { Shape } from "../tensor/shape.js";
import { Layer, SymbolicTensor } from "./layer.js";
import { SequenceLayer } from "./sequenceLayer.js";

/**
 * Checks that a layer can be wrapped.
 * @throws {UsageError} when it is not one of `kinds`, or a model was already made of it
 */
export function checkWrapped(op: string, option: string, layer: unknown, kinds: string, isFine: boolean): void {
  if (!isFine) throw new UsageError(message(op, `${option} cannot be wrapped`, { expected: kinds, got: show(layer) }));
  if ((layer as Layer).parameters.length === 0 || (layer as Layer).forWrapper() !== undefined) return;
  const hint = "Make a new layer for the wrapper.";
  throw new UsageError(message(op, `${option} is already part of a model`, { hint }));
}

/** @throws {UsageError} where the layer itself was given in place of the options, which hold it */
export function checkHolds(op: string, options: unknown): void {
  if (!(options instanceof Layer)) return;
  const [expected, got] = ["options that hold the layer, { layer }", `the layer, ${show(options)}`];
  throw new UsageError(message(op, "the options are a layer", { expected, got, hint: `Write ${op}({ layer }).` }));
}

/** An inner layer as stored in a file: with `trainable: false` when it is frozen itself. */
export function innerConfig({ config, trainable }: Layer): Config {
  return trainable ? config : { ...config, trainable };
}

/**
 * Checks that no other layer has a weight of this one, which a file would give to each.
 * @throws {UsageError} when one has
 */
export function checkOwnWeights(layer: Layer, layers: readonly Layer[]): void {
  const own = new Set(layer.parameters.map(({ source }) => source));
  const other = layers.find((one) => one !== layer && one.parameters.some(({ source }) => own.has(source)));
  if (other === undefined) return;
  const got = `${show(layer.name)} and ${show(other.name)}`;
  const hint = "Apply one of them twice, or copy a model: loadModel(await model.toBytes()).";
  throw new UsageError(message("model", "two layers have the same weights", { got, hint }));
}

/** A layer around other layers. V: the values of its options. */
export abstract class Wrapper<V extends object> extends SequenceLayer<V> {
  override readonly keepsMore = true;
  override checkBeside(layers: readonly Layer[]): void {
    checkOwnWeights(this, layers);
  }

  /** Builds an inner layer and adopts its parameters under names that begin with `prefix`. */
  protected buildInner(layer: Layer, prefix: string, inputShapes: readonly Shape[]): void {
    layer.putInto(this);
    layer.applyMany(inputShapes.map((shape) => new SymbolicTensor(shape)));
    for (const parameter of layer.parameters) this.adopt(parameter, prefix);
  }
}
