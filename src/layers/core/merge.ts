/** Layers that join several inputs: add, multiply, concatenate. Letters: N batch. */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { add as addOp, mul as mulOp } from "../../ops/pointwise/arithmetic.js";
import { concat as concatOp } from "../../ops/shape/concat.js";
import { type Shape, normalizeAxis, sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Layer, type LayerOptions } from "../layer.js";
import { bothCount, oneAfterTheOther } from "../mask/masks.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link concatenate}. */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which the inputs are put side by side, counted with the batch as axis 0; not 0. Default −1. */
  readonly axis?: number;
}

/** y = x₁ + x₂ + …, two or more inputs (N, …) of one shape. A step counts where it does in all inputs that have a mask. Errors: ShapeError where shapes differ. */
export function add(options: LayerOptions = {}): Layer {
  return new Elementwise("add", addOp, options);
}

/** y = x₁ ⊙ x₂ ⊙ …, two or more inputs (N, …) of one shape; masks as {@link add}. Errors: ShapeError where shapes differ. */
export function multiply(options: LayerOptions = {}): Layer {
  return new Elementwise("multiply", mulOp, options);
}

/**
 * Puts two or more inputs (N, …) side by side along an axis: along time with their masks, along another axis as {@link add} has masks.
 * Errors: ShapeError where the other axes differ; UsageError for the batch axis.
 */
export function concatenate(options: ConcatenateOptions = {}): Layer {
  return new Concatenate(options);
}

class Elementwise extends Layer {
  readonly kind: string;
  readonly #op: (a: Tensor, b: Tensor) => Tensor;

  constructor(kind: "add" | "multiply", op: (a: Tensor, b: Tensor) => Tensor, options: LayerOptions) {
    super(options);
    checkLayerOptions(kind, options, []);
    this.kind = kind;
    this.#op = op;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return {};
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const first = severalInputs(this.kind, inputShapes);
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
    return bothCount(masks);
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return inputs.slice(1).reduce((sum, x) => this.#op(sum, x), inputs[0]);
  }
}

class Concatenate extends Layer {
  readonly kind = "concatenate";
  readonly #axis: number;

  constructor(options: ConcatenateOptions) {
    super(options);
    checkLayerOptions("concatenate", options, ["axis"]);
    this.#axis = options.axis ?? -1;
    if (!Number.isInteger(this.#axis) || this.#axis === 0) failAxis(options.axis);
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { axis: this.#axis };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const first = severalInputs("concatenate", inputShapes);
    const axis = normalizeAxis("concatenate", this.#axis, first.length + 1) - 1;
    if (axis < 0) failAxis(this.#axis);
    const fits = (shape: Shape): boolean =>
      shape.length === first.length && shape.every((size, i) => i === axis || size === first[i]);
    const other = inputShapes.find((shape) => !fits(shape));
    if (other !== undefined) {
      const expected = `${showShape(["N", ...first])} but for axis ${axis + 1}`;
      throw new ShapeError(
        message("concatenate", "input shapes differ", { expected, got: showShape(["N", ...other]) }),
      );
    }
    return first.map((size, i) => (i === axis ? inputShapes.reduce((sum, shape) => sum + shape[i], 0) : size));
  }

  override outputMask(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor | undefined {
    const isAlongTime = normalizeAxis("concatenate", this.#axis, inputs[0].rank) === 1;
    return isAlongTime ? oneAfterTheOther(inputs, masks) : bothCount(masks);
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return concatOp(inputs, this.#axis);
  }
}

function failAxis(axis: unknown): never {
  const expected = "an integer other than 0, the batch";
  throw new UsageError(message("concatenate", "axis out of range", { expected, got: show(axis) }));
}

function severalInputs(kind: string, shapes: readonly Shape[]): Shape {
  if (shapes.length < 2) {
    const hint = `Apply it to a list: ${kind}().apply([a, b]).`;
    throw new ShapeError(
      message(kind, "wrong number of inputs", { expected: "2 or more", got: String(shapes.length), hint }),
    );
  }
  return shapes[0];
}
