/**
 * Rotary position embedding: each pair of numbers of a query or key is turned by an angle that grows with its position,
 * so that the product of two depends on their distance. Letters: N samples, T steps, D numbers for each head.
 * Source: Su et al. 2021, "RoFormer"; pairs are the two halves of a head, as in GPT-NeoX.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import { showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkDtype, checkTensors } from "../defineOp.js";
import { add, mul, sub } from "../pointwise/arithmetic.js";
import { concat } from "../shape/concat.js";
import { reshape } from "../shape/reshape.js";
import { slice } from "../shape/slice.js";

/** Options of {@link rotate}. */
export interface RotateOptions {
  /** Default 1. */
  readonly heads?: number;
  /** Positions are turned by base^(−2i/D) radians a step in pair i. Default 10,000. */
  readonly base?: number;
  /** The position of the first step. Default 0. */
  readonly offset?: number;
}

/**
 * Turns pair i, x[i] and x[i + D/2] of each head, at position t by t · base^(−2i/D) radians.
 *
 * @param x (N, T, heads · D) float32, D even
 * @returns the same shape
 * @throws {ShapeError} when x is not float32 [N, T, heads · D] with an even D
 * @throws {UsageError} when an option is unknown or out of range
 */
export function rotate(x: Tensor, options: RotateOptions = {}): Tensor {
  checkTensors("rotate", [x]);
  checkDtype("rotate", "x", x, "float32");
  checkKeys("rotate", options, ["heads", "base", "offset"]);
  const { heads = 1, base = 10000, offset = 0 } = options;
  checkInteger("rotate", "heads", heads, "[1, ∞)");
  if (!(Number.isFinite(base) && base > 0 && Number.isFinite(offset))) {
    const got = `base ${show(base)}, offset ${show(offset)}`;
    throw new UsageError(message("rotate", "base or offset is out of range", { expected: "base > 0, finite", got }));
  }
  const [N, T, width = 0] = x.shape;
  if (x.rank !== 3 || width === 0 || width % (2 * heads) !== 0) {
    const expected = `[N, T, heads · D], heads = ${heads}, D even`;
    throw new ShapeError(message("rotate", "x does not fit", { expected, got: `x ${showShape(x.shape)}` }));
  }
  const half = width / heads / 2;
  const angles = Float64Array.from({ length: T * half }, (_, at) => {
    const i = at % half;
    return (Math.floor(at / half) + offset) * base ** (-i / half);
  });
  const [cosines, sines] = noGrad(() =>
    [Math.cos, Math.sin].map((f) => tensor(Float32Array.from(angles, f), [T, 1, half])),
  );
  const split = reshape(x, [N, T, heads, 2 * half]);
  const first = slice(split, [0, 0, 0, 0], [N, T, heads, half]);
  const last = slice(split, [0, 0, 0, half], [N, T, heads, half]);
  const turned = [sub(mul(first, cosines), mul(last, sines)), add(mul(last, cosines), mul(first, sines))];
  return reshape(concat(turned, 3), x.shape);
}
