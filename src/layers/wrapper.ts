/** Layers that hold other layers: the parameters of those stand in the model under the wrapper's name. */
import type { Config } from "../config.js";
import { UsageError, message, show } from "../errors.js";
import type { Shape } from "../tensor/shape.js";
import { Layer, SymbolicTensor } from "./layer.js";
import { maskedSteps } from "./mask/maskedSteps.js";

/** Throws UsageError unless `layer` is one of `kinds` that no model was made of. */
export function checkWrapped(op: string, option: string, layer: unknown, kinds: string, isFine: boolean): void {
  if (!isFine) throw new UsageError(message(op, `${option} cannot be wrapped`, { expected: kinds, got: show(layer) }));
  if ((layer as Layer).parameters.length === 0) return;
  const hint = "Make a new one for the wrapper.";
  throw new UsageError(message(op, `${option} is part of a model already`, { hint }));
}

/** A layer within another as it stands in a file: with `trainable: false` where it is frozen itself. */
export function innerConfig({ config, trainable }: Layer): Config {
  return trainable ? config : { ...config, trainable };
}

/** A layer around other layers. */
export abstract class Wrapper extends Layer {
  override get maskedSteps(): typeof maskedSteps {
    return maskedSteps;
  }

  /** Builds a wrapped layer, and takes over its parameters under names that begin with `prefix`. */
  protected buildInner(layer: Layer, prefix: string, inputShapes: readonly Shape[]): void {
    layer.putInto(this);
    layer.applyMany(inputShapes.map((shape) => new SymbolicTensor(shape)));
    for (const parameter of layer.parameters) this.adopt(parameter, prefix);
  }
}
