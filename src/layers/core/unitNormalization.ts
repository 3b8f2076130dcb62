/** A layer that makes vectors as long as 1. Letters: N batch. */
import { UsageError, message, show } from "../../errors.js";
import { div, maximum } from "../../ops/pointwise/arithmetic.js";
import { sqrt, square } from "../../ops/pointwise/unary.js";
import { sum } from "../../ops/reduce/reduce.js";
import type { Option, Values } from "../../options.js";
import { type Shape, normalizeAxis } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link unitNormalization}. */
export interface UnitNormalizationOptions extends LayerOptions {
  /** The axis of the vectors, counted with the batch as axis 0; not 0. Default −1. */
  readonly axis?: number;
}

const axis: Option<number> = (op, name, value = -1) => {
  if (Number.isInteger(value) && value !== 0) return value as number;
  const expected = "an integer other than 0 (the batch axis)";
  throw new UsageError(message(op, `${name} is out of range`, { expected, got: show(value) }));
};

const table = { axis } satisfies LayerTable<UnitNormalizationOptions>;

/** The vectors of x along an axis, each divided by its length; one that is shorter than 10⁻⁶ by 10⁻⁶. */
export function unitVectors(x: Tensor, along: number): Tensor {
  return div(x, sqrt(maximum(sum(square(x), along, { keepDims: true }), 1e-12)));
}

/**
 * y = x / |x|, the vectors along an axis made as long as 1. Those of zeros stay zeros, with gradient. x (N, …) → y of
 * the same shape.
 * @throws {UsageError} when axis is 0 or no integer
 * @throws {ShapeError} when the input has no such axis
 */
export function unitNormalization(options: UnitNormalizationOptions = {}): Layer {
  return new UnitNormalization("unitNormalization", options, table);
}

class UnitNormalization extends TableLayer<Values<typeof table>> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    normalizeAxis(this.kind, this.given.axis, shape.length + 1);
    return shape;
  }

  /** The mask is kept where the vectors do not lie along time. */
  override outputMask([x]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return normalizeAxis(this.kind, this.given.axis, x.rank) > 1 ? mask : undefined;
  }

  override call([x]: readonly Tensor[]): Tensor {
    return unitVectors(x, this.given.axis);
  }
}
