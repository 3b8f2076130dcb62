/**
 * Dropout: zeroes a random fraction of the elements and scales the rest, so that the mean stays. Letters: n elements;
 * keep, 0 or 1 for each element. Does not distinguish training from inference: the layer does. Source: Srivastava et
 * al. 2014.
 */
import { dropoutBackward, dropoutForward, dropoutMaskBytes } from "#wasm/kernels";
import { UsageError, message, show } from "../../errors.js";
import type { RandomState } from "../../tensor/randomState.js";
import type { Tensor } from "../../tensor/tensor.js";
import { applyMany, checkDtype, checkTensors, defineOp } from "../defineOp.js";
import { checkRandom } from "../random.js";

/** The attributes that determine which elements are dropped. */
export interface Dropping {
  readonly rate: number;
  readonly random: RandomState;
  readonly stream: number;
}

/** y = x ⊙ keep / (1 − rate); the second output, for the backward pass, is the mask, one bit per element. */
export const dropoutOp = defineOp<Dropping>({
  name: "dropout",
  shape([x]) {
    checkDtype("dropout", "x", x, "float32");
    return [{ shape: x.shape }, { shape: [dropoutMaskBytes(x.size)], dtype: "uint8" }];
  },
  forward({ inputs: [x], outputs: [y, mask], attributes: { rate, random, stream } }) {
    dropoutForward(y.ptr, mask.ptr, x.ptr, x.size, random.ptr, stream, rate);
  },
  backward({ outputs: [y, mask], dOutputs: [dY], attributes: { rate }, gradient }) {
    gradient(0, (dX, accumulate) => dropoutBackward(dX, dY!.ptr, mask.ptr, y.size, rate, accumulate));
  },
  saved: { outputs: [1] },
});

/**
 * y = x ⊙ keep / (1 − rate), with keep = 0 with probability `rate`, else 1. Which elements are kept depends only on
 * seed, counter and stream.
 *
 * @param x       float32
 * @param rate    0 ≤ rate < 1; 0 returns x itself
 * @param random  read, not advanced
 * @param stream  one of the state's 2³² sequences: calls between two advances need different ones. Default 0
 * @throws {ShapeError} when x is not float32
 * @throws {UsageError} when rate is out of range or random is not a RandomState
 */
export function dropout(x: Tensor, rate: number, random: RandomState, stream = 0): Tensor {
  checkTensors("dropout", [x]);
  if (!(typeof rate === "number" && rate >= 0 && rate < 1)) {
    throw new UsageError(message("dropout", "rate is out of range", { expected: "0 ≤ rate < 1", got: show(rate) }));
  }
  if (rate === 0) return x;
  checkRandom("dropout", random, stream);
  const [y, mask] = applyMany(dropoutOp, [x], { rate, random, stream });
  mask.dispose();
  return y;
}
