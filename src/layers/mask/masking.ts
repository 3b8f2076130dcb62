/** Masking: steps whose features all have one value do not count for the layers that follow. Letters: N batch, T steps, F features. */
import { ShapeError, message } from "../../errors.js";
import { cast } from "../../ops/pointwise/cast.js";
import { notEqual } from "../../ops/pointwise/compare.js";
import { max } from "../../ops/reduce/reduce.js";
import { checkNumber } from "../../options.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Layer, type LayerOptions, oneInput } from "../layer.js";
import { maskedSteps } from "./maskedSteps.js";
import { bothCount } from "./masks.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link masking}. */
export interface MaskingOptions extends LayerOptions {
  /** A step whose features all have this value is padding. Default 0. */
  readonly maskValue?: number;
}

/**
 * Gives its input (N, T, F) as it is, with a mask for the layers that follow: steps that are padding do not count. Note [Masks] in layer.ts.
 * A sequence may be padding alone: Note [Nothing but padding] in layer.ts.
 * Errors: UsageError for an option; ShapeError for what is no batch of sequences.
 */
export function masking(options: MaskingOptions = {}): Layer {
  return new Masking(options);
}

class Masking extends Layer {
  readonly kind = "masking";
  readonly #value: number;

  constructor(options: MaskingOptions) {
    super(options);
    checkLayerOptions("masking", options, ["maskValue"]);
    this.#value = options.maskValue ?? 0;
    checkNumber("masking", "maskValue", this.#value, "(-∞, ∞)");
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { maskValue: this.#value };
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput("masking", inputShapes);
    if (shape.length === 2) return shape;
    const got = showShape(["N", ...shape]);
    throw new ShapeError(message("masking", "the input is no batch of sequences", { expected: "[N, T, F]", got }));
  }

  override outputMask([x]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor {
    return bothCount([noGrad(() => cast(max(notEqual(x, this.#value), -1), "int32")), mask])!;
  }

  override get maskedSteps(): typeof maskedSteps {
    return maskedSteps;
  }

  override call([x]: readonly Tensor[]): Tensor {
    return x;
  }
}
