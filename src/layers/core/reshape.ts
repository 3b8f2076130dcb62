/** Layers that only look at their input in another shape: reshape and flatten. No copy is made. Letters: N batch. */
import { ShapeError, message, show } from "../../errors.js";
import { reshape as reshapeOp } from "../../ops/shape/reshape.js";
import { type Shape, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Layer, type LayerOptions, oneInput } from "../layer.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link reshape}. */
export interface ReshapeOptions extends LayerOptions {
  /** Shape of one sample; one size may be −1 and follows from the others. */
  readonly targetShape: Shape;
}

/** x (N, …) → (N, …targetShape), the same elements in the same order. Errors: ShapeError where the numbers of elements differ. */
export function reshape(options: ReshapeOptions): Layer {
  return new Reshape(options);
}

/** x (N, …) → (N, F), F the number of elements of a sample. */
export function flatten(options: LayerOptions = {}): Layer {
  return new Flatten(options);
}

class Reshape extends Layer {
  readonly kind = "reshape";
  readonly #target: Shape;

  constructor(options: ReshapeOptions) {
    super(options);
    checkLayerOptions("reshape", options, ["targetShape"]);
    this.#target = options.targetShape;
    const isShape = Array.isArray(this.#target) && this.#target.every((size) => Number.isInteger(size) && size >= -1);
    if (!isShape || this.#target.filter((size) => size === -1).length > 1) {
      throw new ShapeError(
        message("reshape", "targetShape is no shape", {
          expected: "integers ≥ 0, at most one −1",
          got: show(this.#target),
        }),
      );
    }
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { targetShape: this.#target };
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput("reshape", inputShapes);
    const known = sizeOf(this.#target.filter((size) => size !== -1));
    const target = this.#target.map((size) => (size === -1 ? sizeOf(shape) / known : size));
    if (sizeOf(target) !== sizeOf(shape) || !target.every(Number.isInteger)) {
      const expected = `${sizeOf(shape)} a sample, as in ${showShape(["N", ...shape])}`;
      const got = showShape(["N", ...this.#target]);
      throw new ShapeError(message("reshape", "number of elements differs", { expected, got }));
    }
    return target;
  }

  /** The mask stays where steps stay steps: where the first size does. */
  override outputMask([x]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return this.outputShape([x.shape.slice(1)])[0] === x.shape[1] ? mask : undefined;
  }

  override call([x]: readonly Tensor[]): Tensor {
    return reshapeOp(x, [x.shape[0], ...this.outputShape([x.shape.slice(1)])]);
  }
}

class Flatten extends Layer {
  readonly kind = "flatten";

  constructor(options: LayerOptions) {
    super(options);
    checkLayerOptions("flatten", options, []);
  }

  override get options(): Readonly<Record<string, unknown>> {
    return {};
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return [sizeOf(oneInput("flatten", inputShapes))];
  }

  override call([x]: readonly Tensor[]): Tensor {
    return reshapeOp(x, [x.shape[0], sizeOf(x.shape.slice(1))]);
  }
}
