/** The fully connected layer: y = f(x·W + b). Letters: N batch, I inputs, O units. */
import { ShapeError, message } from "../../errors.js";
import type { Activation } from "../../ops/pointwise/activate.js";
import { dense as denseOp } from "../../ops/product/dense.js";
import { integer, type Values } from "../../options.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { type LayerTable, TableLayer, activation } from "../tableLayer.js";
import { type ProjectionOptions, projectionTable } from "./projection.js";

/** Options of {@link dense}. */
export interface DenseOptions extends LayerOptions, ProjectionOptions {
  /** O: the size of the output, ≥ 1. */
  readonly units: number;
  /** f. Default "linear". */
  readonly activation?: Activation;
}

const table = {
  units: integer("[1, ∞)"),
  activation: activation("linear"),
  ...projectionTable,
} satisfies LayerTable<DenseOptions>;

/**
 * A fully connected layer, y = f(x·W + b), over the last axis of its input.
 *
 * x (N, …, I) → y (N, …, O); parameters kernel W (I, O) and bias b (O).
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when a sample has rank 0
 */
export function dense(options: DenseOptions): Layer {
  return new Dense("dense", options, table);
}

class Dense extends TableLayer<Values<typeof table>> {
  #kernel!: Parameter;
  #bias: Parameter | undefined;

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    if (shape.length > 0) return [...shape.slice(0, -1), this.given.units];
    const hint = "Write samples of one number as [[1], [2], …].";
    throw new ShapeError(
      message(this.kind, "the input has no feature axis", { expected: "[N, …, I]", got: showShape(["N"]), hint }),
    );
  }

  protected override build([shape]: readonly Shape[]): void {
    const { units, useBias } = this.given;
    this.#kernel = this.parameter("kernel", [shape.at(-1)!, units]);
    if (useBias) this.#bias = this.parameter("bias", [units], { decays: false });
  }

  override get stepwiseFrom(): number {
    return 3;
  }

  override call([x]: readonly Tensor[]): Tensor {
    return denseOp(x, this.#kernel.value, this.#bias?.value, this.given.activation);
  }
}
