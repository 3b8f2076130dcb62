/** Repeats a vector at every step of a sequence. Letters: N batch, T steps, F features. */
import { ShapeError, message } from "../../errors.js";
import { broadcastTo } from "../../ops/shape/broadcastTo.js";
import { expandDims } from "../../ops/shape/reshape.js";
import { integer, type Values } from "../../options.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link repeatVector}. */
export interface RepeatVectorOptions extends LayerOptions {
  /** T, the number of copies, ≥ 1. */
  readonly n: number;
}

const table = { n: integer("[1, ∞)") } satisfies LayerTable<RepeatVectorOptions>;

/**
 * x (N, F) → (N, T, F), T copies of x.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input is not a batch of vectors
 */
export function repeatVector(options: RepeatVectorOptions): Layer {
  return new RepeatVector("repeatVector", options, table);
}

class RepeatVector extends TableLayer<Values<typeof table>> {
  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    if (shape.length === 1) return [this.given.n, shape[0]];
    const got = showShape(["N", ...shape]);
    throw new ShapeError(message(this.kind, "the input must have shape [N, F]", { got }));
  }

  override call([x]: readonly Tensor[]): Tensor {
    return broadcastTo(expandDims(x, 1), [x.shape[0], this.given.n, x.shape[1]]);
  }
}
