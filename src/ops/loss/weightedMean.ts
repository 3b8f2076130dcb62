/** Reduces the losses of the samples to the number that is minimised. Letters: n samples, l losses, w weights. */
import {
  clearPadding,
  fill,
  scaleByFactor,
  stepWeights,
  weightedMeanBackward,
  weightedMeanForward,
} from "#wasm/kernels";
import { ShapeError, message } from "../../errors.js";
import { empty } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, checkDtype, defineOp } from "../defineOp.js";
import { copyRow } from "../shape/copy.js";
import type { MaskTools } from "./maskedLoss.js";

/** Σ w·l / n. */
export const weightedMeanOp = defineOp({
  name: "weightedMean",
  operands: "losses weights",
  shape(inputs) {
    for (const [i, x] of inputs.entries()) {
      const operand = i === 0 ? "losses" : "weights";
      checkDtype("weightedMean", operand, x, "float32");
      if (x.rank !== 1 || x.size !== inputs[0].size) {
        const expected = `${operand} [n]${i === 0 ? "" : ` with n = ${inputs[0].size} losses`}`;
        throw new ShapeError(message("weightedMean", `${operand} do not fit`, { expected, got: x.label() }));
      }
    }
    return [{ shape: [] }];
  },
  forward({ inputs, outputs: [mean] }) {
    const [losses, weights] = inputs as [Tensor, Tensor?];
    weightedMeanForward(mean.ptr, losses.ptr, weights?.ptr ?? 0, losses.size, 0);
  },
  backward({ inputs, dOutputs: [dMean], gradient }) {
    const [losses, weights] = inputs as [Tensor, Tensor?];
    gradient(0, (dL, accumulate) =>
      weightedMeanBackward(dL, dMean!.ptr, weights?.ptr ?? 0, losses.size, 0, accumulate),
    );
  },
  saved: { inputs: [1] },
  constants: [1],
});

/**
 * The weighted mean of the losses, Σ w·l / n, as in Keras: the divisor is the number of samples, not the sum of
 * weights. 0 for n = 0.
 *
 * @param losses   (n) float32
 * @param weights  (n) float32, not differentiated; undefined: all 1
 * @returns        a scalar
 * @throws {ShapeError} when shapes or dtypes do not fit
 */
export function weightedMean(losses: Tensor, weights?: Tensor): Tensor {
  return apply(weightedMeanOp, weights === undefined ? [losses] : [losses, weights], undefined);
}

/** What masks need of the page where they weigh losses: maskedLoss.ts. */
export const maskTools: MaskTools = { clearPadding, fill, scaleByFactor, stepWeights, empty, apply, copyRow };
