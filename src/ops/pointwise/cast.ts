/** Converts elements to another type. Not differentiable, since integers have no slope. */
import { castFloat32ToInt32, castInt32ToFloat32, castUint8ToFloat32 } from "#wasm/kernels";
import { UsageError, message, show } from "../../errors.js";
import type { DType } from "../../runtime/memory.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, checkTensors, defineOp } from "../defineOp.js";

/** y = x converted to float32 or int32. */
export const castOp = defineOp<"float32" | "int32">({
  name: "cast",
  shape: ([x], dtype) => [{ shape: x.shape, dtype }],
  forward({ inputs: [x], outputs: [y], attributes: dtype }) {
    if (x.dtype === "uint8") castUint8ToFloat32(y.ptr, x.ptr, x.size, 1, 0);
    else if (dtype === "float32") castInt32ToFloat32(y.ptr, x.ptr, x.size);
    if (dtype === "int32") castFloat32ToInt32(y.ptr, x.dtype === "uint8" ? y.ptr : x.ptr, x.size);
  },
});

/**
 * Converts x to another type; returns x itself if it already has that type.
 * To int32, fractions are cut off and values clipped to the range; NaN becomes 0. To float32, large integers are
 * rounded.
 *
 * @param dtype  "float32" or "int32"; bytes are only for data that is read in
 * @throws {UsageError} when dtype is another one
 */
export function cast(x: Tensor, dtype: Exclude<DType, "uint8">): Tensor {
  checkTensors("cast", [x]);
  if (dtype !== "float32" && dtype !== "int32") {
    throw new UsageError(
      message("cast", "dtype is out of range", { expected: '"float32" or "int32"', got: show(dtype) }),
    );
  }
  return x.dtype === dtype ? x : apply(castOp, [x], dtype);
}
