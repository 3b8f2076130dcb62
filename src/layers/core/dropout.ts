/** Dropout: in training, zeroes a random part and scales the rest so that the mean stays; otherwise does nothing. Source: Srivastava et al. 2014. */
import { dropout as dropoutOp } from "../../ops/pointwise/dropout.js";
import { checkNumber } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type CallContext, Layer, type LayerOptions, oneInput } from "../layer.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** Part of the elements that is zeroed, 0 ≤ rate < 1. */
  readonly rate: number;
}

/**
 * In training y = x ⊙ keep / (1 − rate) with keep = 0 at a random `rate` of the elements; otherwise y = x.
 * x (N, …) → y of the same shape. Which elements: the model's generator, so that a seed gives the same bits.
 * Errors: UsageError for a rate outside [0, 1).
 */
export function dropout(options: DropoutOptions): Layer {
  return new Dropout(options);
}

class Dropout extends Layer {
  readonly kind = "dropout";
  readonly #rate: number;

  constructor(options: DropoutOptions) {
    super(options);
    checkLayerOptions("dropout", options, ["rate"]);
    checkNumber("dropout", "rate", options.rate, "[0, 1)");
    this.#rate = options.rate;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { rate: this.#rate };
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return oneInput("dropout", inputShapes);
  }

  override get stepwiseFrom(): number {
    return 2;
  }

  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    return training && this.#rate > 0 ? dropoutOp(x, this.#rate, random, stream) : x;
  }
}
