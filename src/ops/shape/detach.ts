/** Ends the way of the gradient. */
import type { Tensor } from "../../tensor/tensor.js";
import { apply, defineOp } from "../defineOp.js";

/** y = x, sharing its memory, without a backward pass. */
export const detachOp = defineOp({
  name: "detach",
  shape: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  forward: () => undefined,
  isView: true,
});

/** x as a constant, sharing its memory: no gradient flows through it, as none flows out of `noGrad`. */
export function detach(x: Tensor): Tensor {
  return apply(detachOp, [x], undefined);
}
