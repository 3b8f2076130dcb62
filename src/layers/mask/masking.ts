/**
 * Masking: steps in which all features have one value do not count in the layers that follow. Letters: N batch, T
 * steps, F features.
 */
import { cast } from "../../ops/pointwise/cast.js";
import { notEqual } from "../../ops/pointwise/compare.js";
import { max } from "../../ops/reduce/reduce.js";
import { type Values, number } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { SequenceLayer, checkSequences } from "../sequenceLayer.js";
import { andMasks } from "./maskValues.js";
import type { LayerTable } from "../tableLayer.js";

/** Options of {@link masking}. */
export interface MaskingOptions extends LayerOptions {
  /** A step in which all features have this value is padding. Default 0. */
  readonly maskValue?: number;
}

const table = { maskValue: number("(-∞, ∞)", 0) } satisfies LayerTable<MaskingOptions>;

/**
 * Returns its input (N, T, F) with zeros in the padding, and a mask for the layers that follow: padded steps do not
 * count. Note [Masks] in sequencePart.ts. A sequence may consist of padding only: Note [Nothing but padding] in
 * sequencePart.ts.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input is not a batch of sequences
 */
export function masking(options: MaskingOptions = {}): Layer {
  return new Masking("masking", options, table);
}

class Masking extends SequenceLayer<Values<typeof table>> {
  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    checkSequences(this.kind, shape, "[N, T, F]");
    return shape;
  }

  override outputMask([x]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor {
    return andMasks([this.#counts(x), mask])!;
  }

  override call([x]: readonly Tensor[]): Tensor {
    return this.given.maskValue === 0 ? x : this.maskedSteps.clear(x, this.#counts(x));
  }

  /** (N, T) int32: 0 where all features of a step are the mask value. */
  #counts(x: Tensor): Tensor {
    return noGrad(() => cast(max(notEqual(x, this.given.maskValue), -1), "int32"));
  }
}
