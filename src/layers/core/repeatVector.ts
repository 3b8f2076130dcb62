/** One vector as a sequence: the same at every step. Letters: N batch, T steps, F features. */
import { ShapeError, message } from "../../errors.js";
import { broadcastTo } from "../../ops/shape/broadcastTo.js";
import { expandDims } from "../../ops/shape/reshape.js";
import { checkInteger } from "../../options.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Layer, type LayerOptions, oneInput } from "../layer.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link repeatVector}. */
export interface RepeatVectorOptions extends LayerOptions {
  /** T: how often, ≥ 1. */
  readonly n: number;
}

/** x (N, F) → (N, T, F), T copies of x. Errors: UsageError for an option; ShapeError for what is no batch of vectors. */
export function repeatVector(options: RepeatVectorOptions): Layer {
  return new RepeatVector(options);
}

class RepeatVector extends Layer {
  readonly kind = "repeatVector";
  readonly #n: number;

  constructor(options: RepeatVectorOptions) {
    super(options);
    checkLayerOptions("repeatVector", options, ["n"]);
    checkInteger("repeatVector", "n", options.n, "[1, ∞)");
    this.#n = options.n;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { n: this.#n };
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput("repeatVector", inputShapes);
    if (shape.length === 1) return [this.#n, shape[0]];
    const got = showShape(["N", ...shape]);
    throw new ShapeError(message("repeatVector", "the input is no batch of vectors", { expected: "[N, F]", got }));
  }

  override call([x]: readonly Tensor[]): Tensor {
    return broadcastTo(expandDims(x, 1), [x.shape[0], this.#n, x.shape[1]]);
  }
}
