/** Layers that give their input another shape without copying it: reshape and flatten. Letters: N batch. */
import { ShapeError, message, show } from "../../errors.js";
import { reshape as reshapeOp } from "../../ops/shape/reshape.js";
import { type Shape, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import type { Option, Values } from "../../options.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";
import { isListOf } from "../../lists.js";

/** Options of {@link reshape}. */
export interface ReshapeOptions extends LayerOptions {
  /** The shape of one sample; one size may be −1 and is computed from the others. */
  readonly targetShape: Shape;
}

const targetShape: Option<Shape> = (op, name, value) => {
  const isShape = isListOf(value, (size) => Number.isInteger(size) && (size as number) >= -1);
  if (isShape && value.filter((size) => size === -1).length <= 1) return value as Shape;
  const expected = "integers ≥ 0, at most one −1";
  throw new ShapeError(message(op, `${name} is not a shape`, { expected, got: show(value) }));
};

const table = { targetShape } satisfies LayerTable<ReshapeOptions>;

/**
 * x (N, …) → (N, …targetShape), with the same elements in the same order.
 * @throws {ShapeError} when the number of elements differs
 */
export function reshape(options: ReshapeOptions): Layer {
  return new Reshape("reshape", options, table);
}

/** x (N, …) → (N, F), where F is the number of elements of a sample. */
export function flatten(options: LayerOptions = {}): Layer {
  return new Flatten("flatten", options, {});
}

class Reshape extends TableLayer<Values<typeof table>> {
  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    const { targetShape } = this.given;
    const known = sizeOf(targetShape.filter((size) => size !== -1));
    const target = targetShape.map((size) => (size === -1 ? sizeOf(shape) / known : size));
    if (Number.isNaN(sizeOf(shape))) return target; // checked when the data come
    if (sizeOf(target) !== sizeOf(shape) || !target.every(Number.isInteger)) {
      const expected = `${sizeOf(shape)} a sample, as in ${showShape(["N", ...shape])}`;
      const got = showShape(["N", ...targetShape]);
      throw new ShapeError(message(this.kind, "number of elements differs", { expected, got }));
    }
    return target;
  }

  /** The mask is kept if steps remain steps: when the first size does not change. */
  override outputMask([x]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return this.outputShape([x.shape.slice(1)])[0] === x.shape[1] ? mask : undefined;
  }

  override call([x]: readonly Tensor[]): Tensor {
    return reshapeOp(x, [x.shape[0], ...this.outputShape([x.shape.slice(1)])]);
  }
}

class Flatten extends TableLayer {
  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return [sizeOf(oneInput(this.kind, inputShapes))];
  }

  override call([x]: readonly Tensor[]): Tensor {
    return reshapeOp(x, [x.shape[0], sizeOf(x.shape.slice(1))]);
  }
}
