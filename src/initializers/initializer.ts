/** What an initializer is: it fills a parameter once, from a seeded counter-based generator. Knows no layers. */
import type { Config } from "../config.js";
import type { RandomState } from "../tensor/randomState.js";
import type { Tensor } from "../tensor/tensor.js";

/** Fills a parameter. */
export interface Initializer {
  /**
   * Overwrites `out`, a parameter of a layer. An initializer that draws random numbers advances the generator, so that
   * parameters filled one after the other differ.
   * @throws {ShapeError} when a parameter of this shape cannot be filled
   */
  fill(out: Tensor, random: RandomState): void;
  readonly config: Config;
}
