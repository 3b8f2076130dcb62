/** A layer that reorders the axes of each sample. Letters: N batch. */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { transpose } from "../../ops/shape/transpose.js";
import type { Option, Values } from "../../options.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link permute}. */
export interface PermuteOptions extends LayerOptions {
  /** Axis i of the output is axis dims[i − 1] of the input. The batch is axis 0 and stays, so they begin with 1. */
  readonly dims: readonly number[];
}

const dims: Option<readonly number[]> = (op, name, value) => {
  const list: unknown[] = Array.isArray(value) ? value : [];
  if (list.length > 0 && Array.from(list, (_, i) => i + 1).every((axis) => list.includes(axis)))
    return value as readonly number[];
  const expected = "each of 1, 2, … once: the axes of a sample, since the batch is axis 0";
  throw new UsageError(message(op, `${name} are not a permutation`, { expected, got: show(value) }));
};

const table = { dims } satisfies LayerTable<PermuteOptions>;

/**
 * x (N, …) with the axes of each sample in another order: dims [2, 1] turns (N, T, F) into (N, F, T).
 * @throws {UsageError} when dims do not name each axis once
 * @throws {ShapeError} when a sample has another number of axes
 */
export function permute(options: PermuteOptions): Layer {
  return new Permute("permute", options, table);
}

class Permute extends TableLayer<Values<typeof table>> {
  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    const { dims: order } = this.given;
    if (shape.length !== order.length) {
      const expected = `${order.length} axes behind the batch (dims ${show(order)})`;
      const got = showShape(["N", ...shape]);
      throw new ShapeError(message(this.kind, "the input has another number of axes", { expected, got }));
    }
    return order.map((axis) => shape[axis - 1]);
  }

  /** The mask is kept where time stays the first axis of a sample. */
  override outputMask(_: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return this.given.dims[0] === 1 ? mask : undefined;
  }

  override call([x]: readonly Tensor[]): Tensor {
    return transpose(x, [0, ...this.given.dims]);
  }
}
