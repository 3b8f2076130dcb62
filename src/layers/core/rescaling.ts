/** A layer that scales and shifts all numbers alike: of bytes as fractions, of ranges. Letters: N batch. */
import { add, mul } from "../../ops/pointwise/arithmetic.js";
import { number, type Values } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link rescaling}. */
export interface RescalingOptions extends LayerOptions {
  /** The factor. */
  readonly scale: number;
  /** What is added afterwards. Default 0. */
  readonly offset?: number;
}

const table = { scale: number("(-∞, ∞)"), offset: number("(-∞, ∞)", 0) } satisfies LayerTable<RescalingOptions>;

/**
 * y = scale · x + offset. x (N, …) → y of the same shape: `rescaling({ scale: 2, offset: -1 })` turns fractions, as
 * which bytes are read, into numbers from −1 to 1.
 * @throws {UsageError} when an option is not a finite number
 */
export function rescaling(options: RescalingOptions): Layer {
  return new Rescaling("rescaling", options, table);
}

class Rescaling extends TableLayer<Values<typeof table>> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    return oneInput(this.kind, inputShapes);
  }

  override get stepwiseFrom(): number {
    return 2;
  }

  override call([x]: readonly Tensor[]): Tensor {
    const { scale, offset } = this.given;
    const scaled = mul(x, scale);
    return offset === 0 ? scaled : add(scaled, offset);
  }
}
