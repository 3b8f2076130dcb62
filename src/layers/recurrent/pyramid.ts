/** Neighbouring steps joined, so that the layers that follow go through a shorter sequence. Letters: N batch, T steps, F features, k steps that become one. */
import { ShapeError, message } from "../../errors.js";
import { mul } from "../../ops/pointwise/arithmetic.js";
import { cast } from "../../ops/pointwise/cast.js";
import { max } from "../../ops/reduce/reduce.js";
import { reshape } from "../../ops/shape/reshape.js";
import { pad } from "../../ops/shape/slice.js";
import { checkInteger } from "../../options.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type CallContext, Layer, type LayerOptions, oneInput } from "../layer.js";
import { factorsOf } from "../mask/masks.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link pyramid}. */
export interface PyramidOptions extends LayerOptions {
  /** k: how many steps become one, ≥ 2. Default 2. */
  readonly factor?: number;
}

/**
 * x (N, T, F) → (N, ⌈T / k⌉, k·F): k neighbouring steps side by side; after the last step zeros stand where steps are missing. Between recurrent layers it
 * makes a pyramid, each level going through half of the steps of the one below. A joined step counts where one of its steps does; the others are zeros in it.
 * Errors: UsageError for an option; ShapeError for what is no batch of sequences. Source: Chan et al. 2016, "Listen, attend and spell".
 */
export function pyramid(options: PyramidOptions = {}): Layer {
  return new Pyramid(options);
}

class Pyramid extends Layer {
  readonly kind = "pyramid";
  readonly #factor: number;

  constructor(options: PyramidOptions) {
    super(options);
    checkLayerOptions("pyramid", options, ["factor"]);
    this.#factor = options.factor ?? 2;
    checkInteger("pyramid", "factor", this.#factor, "[2, ∞)");
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { factor: this.#factor };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput("pyramid", inputShapes);
    if (shape.length !== 2) {
      const got = showShape(["N", ...shape]);
      throw new ShapeError(message("pyramid", "the input is no batch of sequences", { expected: "[N, T, F]", got }));
    }
    return [Math.ceil(shape[0] / this.#factor), this.#factor * shape[1]];
  }

  override outputMask(_: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    if (mask === undefined) return undefined;
    const [N, T] = mask.shape;
    const steps = Math.ceil(T / this.#factor);
    return noGrad(() => {
      const whole = pad(factorsOf(mask, 2), [
        [0, 0],
        [0, steps * this.#factor - T],
      ]);
      return cast(max(reshape(whole, [N, steps, this.#factor]), -1), "int32");
    });
  }

  override call([given]: readonly Tensor[], { masks: [mask] }: CallContext): Tensor {
    const x = mask === undefined ? given : mul(given, factorsOf(mask, 3)); // as after the last step
    const [N, T, F] = x.shape;
    const steps = Math.ceil(T / this.#factor);
    const missing = steps * this.#factor - T;
    const whole = missing === 0 ? x : pad(x, [[0, 0], [0, missing], [0, 0]]); // prettier-ignore
    return reshape(whole, [N, steps, this.#factor * F]);
  }
}
