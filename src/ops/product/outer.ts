/** The outer product of two vectors. Composed of a product with broadcasting. */
import { ShapeError, message } from "../../errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkDtype, checkTensors } from "../defineOp.js";
import { mul } from "../pointwise/arithmetic.js";
import { expandDims } from "../shape/reshape.js";

/**
 * The outer product of two vectors: yᵢⱼ = aᵢ·bⱼ.
 *
 * @param a  (M) float32
 * @param b  (N) float32
 * @returns  (M, N)
 * @throws {ShapeError} when an operand is no vector or not float32
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  checkTensors("outer", [a, b]);
  checkDtype("outer", "a", a, "float32");
  checkDtype("outer", "b", b, "float32");
  if (a.rank !== 1 || b.rank !== 1) {
    const got = `a ${a.label()} and b ${b.label()}`;
    throw new ShapeError(message("outer", "the operands must be vectors", { expected: "a [M] and b [N]", got }));
  }
  return mul(expandDims(a, -1), b);
}
