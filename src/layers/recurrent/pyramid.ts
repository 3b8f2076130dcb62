/**
 * Joins neighbouring steps, so that the layers that follow read a shorter sequence. Letters: N batch, T steps, F
 * features, k steps that become one.
 */
import { mul } from "../../ops/pointwise/arithmetic.js";
import { cast } from "../../ops/pointwise/cast.js";
import { max } from "../../ops/reduce/reduce.js";
import { reshape } from "../../ops/shape/reshape.js";
import { pad } from "../../ops/shape/slice.js";
import { type Values, integer } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { checkSequences } from "../sequenceLayer.js";
import { factorsOf } from "../mask/maskValues.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link pyramid}. */
export interface PyramidOptions extends LayerOptions {
  /** k, the number of steps that become one, ≥ 2. Default 2. */
  readonly factor?: number;
}

const table = { factor: integer("[2, ∞)", 2) } satisfies LayerTable<PyramidOptions>;

/**
 * x (N, T, F) → (N, ⌈T / k⌉, k·F): concatenates the features of k neighbouring steps, with zeros for steps missing at
 * the end. Between recurrent layers it makes a pyramid in which each level reads half as many steps as the one below. A
 * joined step counts if one of its steps counts; the others are zeros in it. Source: Chan et al. 2016, "Listen, attend
 * and spell".
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input is not a batch of sequences
 */
export function pyramid(options: PyramidOptions = {}): Layer {
  return new Pyramid("pyramid", options, table);
}

class Pyramid extends TableLayer<Values<typeof table>> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    checkSequences(this.kind, shape, "[N, T, F]");
    return [Math.ceil(shape[0] / this.given.factor), this.given.factor * shape[1]];
  }

  override outputMask(_: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    if (mask === undefined) return undefined;
    const [N, T] = mask.shape;
    const steps = Math.ceil(T / this.given.factor);
    return noGrad(() => {
      const whole = pad(factorsOf(mask, 2), [
        [0, 0],
        [0, steps * this.given.factor - T],
      ]);
      return cast(max(reshape(whole, [N, steps, this.given.factor]), -1), "int32");
    });
  }

  override call([given]: readonly Tensor[], { masks: [mask] }: CallContext): Tensor {
    // Masked steps become zeros, like those missing at the end.
    const x = mask === undefined ? given : mul(given, factorsOf(mask, 3));
    const [N, T, F] = x.shape;
    const steps = Math.ceil(T / this.given.factor);
    const missing = steps * this.given.factor - T;
    const whole = missing === 0 ? x : pad(x, [[0, 0], [0, missing], [0, 0]]); // prettier-ignore
    return reshape(whole, [N, steps, this.given.factor * F]);
  }
}
