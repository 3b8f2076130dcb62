/**
 * Gathers rows of a tensor by number: into a buffer, or as a differentiable op. Letters: N rows of the source, n rows
 * of the result.
 */
import { fill, gatherRows as gatherRowsKernel, gatherRowsUint8, scatterAddRows } from "#wasm/kernels";
import { ShapeError, message } from "../../errors.js";
import { heap } from "../../runtime/runtime.js";
import { showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";

/**
 * out[i] = x[indices[i]]: writes the rows of a batch into a buffer that is the same for every batch. uint8 becomes
 * float32 as fractions of 255. Nothing is checked, since fit makes the operands itself.
 *
 * @param out      out (n, …): float32, or int32 if x is int32
 * @param x        in (N, …)
 * @param indices  in (n) int32, 0 ≤ index < N
 */
export function gatherInto(out: Tensor, x: Tensor, indices: Tensor): void {
  const length = sizeOf(x.shape.slice(1));
  if (x.dtype === "uint8") gatherRowsUint8(out.ptr, x.ptr, indices.ptr, indices.size, length, 1 / 255, 0);
  else gatherRowsKernel(out.ptr, x.ptr, indices.ptr, indices.size, length, length);
}

/**
 * As {@link gatherInto} from sequences, of which L steps are taken: out[i] = x[indices[i], from … from + L).
 *
 * @param out   out (n, L, …), 1 ≤ L ≤ T − from
 * @param x     in (N, T, …) of the same dtype
 */
export function gatherStepsInto(out: Tensor, x: Tensor, indices: Tensor, from: number): void {
  const [width, taken] = [sizeOf(x.shape.slice(2)), sizeOf(out.shape.slice(1))];
  gatherRowsKernel(out.ptr, x.ptr + 4 * from * width, indices.ptr, indices.size, taken, x.shape[1] * width);
}

/** y = x[indices] from x (N, …) and indices, whose range is not checked here. */
export const gatherRowsOp = defineOp({
  name: "gatherRows",
  operands: "x indices",
  shape([x, indices]) {
    checkDtype("gatherRows", "indices", indices, "int32");
    if (x.rank === 0) {
      throw new ShapeError(message("gatherRows", "x has no rows", { expected: "x [N, …]", got: `x ${x.label()}` }));
    }
    return [{ shape: [...indices.shape, ...x.shape.slice(1)], dtype: x.dtype === "int32" ? "int32" : "float32" }];
  },
  forward({ inputs: [x, indices], outputs: [y] }) {
    gatherInto(y, x, indices);
  },
  backward({ inputs: [x, indices], dOutputs: [dY], gradient }) {
    gradient(0, (dX, accumulate) => {
      if (!accumulate) fill(dX, 0, x.size);
      scatterAddRows(dX, dY!.ptr, indices.ptr, indices.size, sizeOf(x.shape.slice(1)));
    });
  },
  saved: { inputs: [1] },
});

/**
 * Rows of x by number: y[i, …] = x[indices[i], …]. The gradient of a row that is named several times is a sum.
 *
 * @param x        (N, …) float32, int32, or uint8, which becomes float32 as fractions of 255
 * @param indices  int32 of any shape, 0 ≤ index < N; inside record() only the first run checks this
 * @returns        the shape of indices followed by that of x without its first axis
 * @throws {ShapeError} when an index is out of range (naming its place) or not int32
 */
export function gatherRows(x: Tensor, indices: Tensor): Tensor {
  checkTensors("gatherRows", [x, indices], "x indices");
  if (indices.dtype === "int32" && x.rank > 0) {
    const [N] = x.shape;
    const wrong = firstOutside(indices, N);
    if (wrong !== undefined) {
      const [expected, got] = [`0 ≤ index < N = ${N} (x ${showShape(x.shape)})`, String(wrong.value)];
      throw new ShapeError(message("gatherRows", `index ${wrong.at} is out of range`, { expected, got }));
    }
  }
  return apply(gatherRowsOp, [x, indices], undefined);
}

/** The first of `indices`, int32, that is not in [0, limit), and its position; undefined when all are. */
export function firstOutside(
  indices: Tensor,
  limit: number,
): { readonly at: number; readonly value: number } | undefined {
  const values = heap().view("int32", indices.ptr, indices.size);
  const at = values.findIndex((index) => index < 0 || index >= limit);
  return at < 0 ? undefined : { at, value: values[at] };
}
