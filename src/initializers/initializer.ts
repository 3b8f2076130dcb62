/** What an initializer is: it gives a parameter its values once, from a seeded counter-based generator. Knows no layers. */
import type { Config } from "../config.js";
import type { RandomState } from "../tensor/randomState.js";
import type { Tensor, TensorValues } from "../tensor/tensor.js";

/** Fills a parameter. */
export interface Initializer {
  /**
   * Overwrites `out`, a parameter of a layer, or returns its values: a tensor of its shape, or as many numbers. An
   * initializer that draws random numbers advances the generator, so that parameters filled one after the other differ.
   * @throws {ShapeError} when a parameter of this shape cannot be filled
   */
  fill(out: Tensor, random: RandomState): void;
  readonly config: Config;
}

/** Gives `out` the values of an initializer. @throws {ShapeError} where it returns other values than fit */
export function initialize(out: Tensor, initializer: Initializer, random: RandomState): void {
  const filled: { fill(...given: Parameters<Initializer["fill"]>): unknown } = initializer;
  const values = filled.fill(out, random) as Tensor | TensorValues | undefined;
  if (values !== undefined) out.assign(values);
}
