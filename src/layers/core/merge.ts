/**
 * Layers that join several inputs: add, subtract, multiply, average, maximum, minimum, concatenate. Letters: N batch.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import {
  add as addOp,
  maximum as maximumOp,
  minimum as minimumOp,
  mul as mulOp,
  sub as subOp,
} from "../../ops/pointwise/arithmetic.js";
import { concat as concatOp } from "../../ops/shape/concat.js";
import { type Shape, normalizeAxis, sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Layer, LayerOptions } from "../layer.js";
import { andMasks, joinMasks } from "../mask/maskValues.js";
import type { Option, Values } from "../../options.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link concatenate}. */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which the inputs are joined, counted with the batch as axis 0; not 0. Default −1. */
  readonly axis?: number;
}

const axis: Option<number> = (_op, _name, value = -1) => {
  if (!Number.isInteger(value) || value === 0) failAxis(value);
  return value as number;
};

const table = { axis } satisfies LayerTable<ConcatenateOptions>;

/**
 * y = x₁ + x₂ + …, for two or more inputs (N, …) of the same shape. A step counts if it counts in every input that has
 * a mask.
 * @throws {ShapeError} when the shapes differ
 */
export function add(options: LayerOptions = {}): Layer {
  return new Elementwise("add", options, addOp);
}

/**
 * y = x₁ ⊙ x₂ ⊙ …, for two or more inputs (N, …) of the same shape. Masks as with {@link add}.
 * @throws {ShapeError} when the shapes differ
 */
export function multiply(options: LayerOptions = {}): Layer {
  return new Elementwise("multiply", options, mulOp);
}

/**
 * y = x₁ − x₂, for two inputs (N, …) of the same shape. Masks as with {@link add}.
 * @throws {ShapeError} when the shapes differ, or there are not two inputs
 */
export function subtract(options: LayerOptions = {}): Layer {
  return new Elementwise("subtract", options, subOp, 2);
}

/**
 * The mean of two or more inputs (N, …) of the same shape. Masks as with {@link add}.
 * @throws {ShapeError} when the shapes differ
 */
export function average(options: LayerOptions = {}): Layer {
  return new Average("average", options, addOp);
}

/**
 * The largest of two or more inputs (N, …) of the same shape, element by element; equal ones share the gradient. Masks
 * as with {@link add}.
 * @throws {ShapeError} when the shapes differ
 */
export function maximum(options: LayerOptions = {}): Layer {
  return new Elementwise("maximum", options, maximumOp);
}

/** The smallest of two or more inputs, element by element. Otherwise as {@link maximum}. */
export function minimum(options: LayerOptions = {}): Layer {
  return new Elementwise("minimum", options, minimumOp);
}

/**
 * Joins two or more inputs (N, …) along an axis. Along time their masks are joined too; along another axis masks are
 * combined as with {@link add}.
 * @throws {ShapeError} when the other axes differ
 * @throws {UsageError} when axis is 0, the batch axis
 */
export function concatenate(options: ConcatenateOptions = {}): Layer {
  return new Concatenate("concatenate", options, table);
}

class Elementwise extends TableLayer {
  readonly #op: (a: Tensor, b: Tensor) => Tensor;
  readonly #most: number;

  /** @param most how many inputs it takes at most */
  constructor(kind: string, options: LayerOptions, op: (a: Tensor, b: Tensor) => Tensor, most = Infinity) {
    super(kind, options, {});
    this.#op = op;
    this.#most = most;
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const first = severalInputs(this.kind, inputShapes, this.#most);
    const other = inputShapes.find((shape) => !sameShape(shape, first));
    if (other !== undefined) {
      throw new ShapeError(
        message(this.kind, "input shapes differ", {
          expected: showShape(["N", ...first]),
          got: showShape(["N", ...other]),
        }),
      );
    }
    return first;
  }

  override outputMask(_: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor | undefined {
    return andMasks(masks);
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return inputs.slice(1).reduce((sum, x) => this.#op(sum, x), inputs[0]);
  }
}

class Average extends Elementwise {
  override call(inputs: readonly Tensor[]): Tensor {
    return mulOp(super.call(inputs), 1 / inputs.length);
  }
}

class Concatenate extends TableLayer<Values<typeof table>> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    const first = severalInputs("concatenate", inputShapes);
    const axis = normalizeAxis("concatenate", this.given.axis, first.length + 1) - 1;
    if (axis < 0) failAxis(this.given.axis);
    const fits = (shape: Shape): boolean =>
      shape.length === first.length && shape.every((size, i) => i === axis || Object.is(size, first[i]));
    const other = inputShapes.find((shape) => !fits(shape));
    if (other !== undefined) {
      const expected = `${showShape(["N", ...first])} except along axis ${axis + 1}`;
      throw new ShapeError(
        message("concatenate", "input shapes differ", { expected, got: showShape(["N", ...other]) }),
      );
    }
    return first.map((size, i) => (i === axis ? inputShapes.reduce((sum, shape) => sum + shape[i], 0) : size));
  }

  override outputMask(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor | undefined {
    const isAlongTime = normalizeAxis("concatenate", this.given.axis, inputs[0].rank) === 1;
    return isAlongTime ? joinMasks(inputs, masks) : andMasks(masks);
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return concatOp(inputs, this.given.axis);
  }
}

function failAxis(axis: unknown): never {
  const expected = "an integer other than 0 (the batch axis)";
  throw new UsageError(message("concatenate", "axis is out of range", { expected, got: show(axis) }));
}

function severalInputs(kind: string, shapes: readonly Shape[], most = Infinity): Shape {
  if (shapes.length < 2 || shapes.length > most) {
    const hint = `Apply it to a list: ${kind}().apply([a, b]).`;
    const expected = most === 2 ? "2" : "2 or more";
    throw new ShapeError(message(kind, "wrong number of inputs", { expected, got: String(shapes.length), hint }));
  }
  return shapes[0];
}
