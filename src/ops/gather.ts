/** Rows of a tensor by number, gathered by a kernel. Letters: N rows of the source, n rows of the result. */
import { ShapeError, message } from "../errors.js";
import { kernels } from "../runtime/runtime.js";
import { sameShape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * out[i] = x[indices[i]]: the rows of a batch, written into a buffer that is the same for every batch. uint8 becomes float32 as fractions of 255.
 *
 * @param out      out (n, …): float32, or int32 where x is int32
 * @param x        in (N, …)
 * @param indices  in (n) int32, 0 ≤ index < N (the caller's business: fit makes them itself)
 * Errors: ShapeError where shapes or dtypes do not fit.
 */
export function gatherInto(out: Tensor, x: Tensor, indices: Tensor): void {
  const dtype = x.dtype === "int32" ? "int32" : "float32";
  const fits = sameShape(out.shape.slice(1), x.shape.slice(1)) && indices.rank === 1 && indices.size === out.shape[0];
  if (!fits || out.dtype !== dtype || indices.dtype !== "int32") {
    const expected = `out ${dtype} ${showShape([indices.size, ...x.shape.slice(1)])}`;
    throw new ShapeError(message("gatherInto", "the buffer does not fit", { expected, got: `out ${out.label()}` }));
  }
  const [n] = out.shape;
  const length = n === 0 ? 0 : out.size / n;
  if (x.dtype === "uint8") kernels().gatherRowsUint8(out.ptr, x.ptr, indices.ptr, n, length, 1 / 255, 0);
  else kernels().gatherRows(out.ptr, x.ptr, indices.ptr, n, length);
}
