/** Repeats a tensor, whole or element by element. Composed of broadcasting to axes of their own, one copy. */
import { ShapeError, message, show } from "../../errors.js";
import { checkInteger, checkList } from "../../options.js";
import { normalizeAxis } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkTensors } from "../defineOp.js";
import { broadcastTo } from "./broadcastTo.js";
import { checkFourBytes } from "./copy.js";
import { reshape } from "./reshape.js";
import { isListOf } from "../../lists.js";

/**
 * x laid side by side along its axes: tile of [1, 2] by [2] is [1, 2, 1, 2]. The gradient of an element is the sum over
 * its copies.
 *
 * @param x      float32 or int32
 * @param times  how often along each axis, integers ≥ 0
 * @throws {ShapeError} when there is not one number for each axis, or x is uint8
 */
export function tile(x: Tensor, times: readonly number[]): Tensor {
  checkTensors("tile", [x]);
  checkFourBytes("tile", x);
  checkList("tile", "times", times);
  if (times.length !== x.rank || !isListOf(times, (n) => Number.isInteger(n) && (n as number) >= 0)) {
    const expected = `an integer ≥ 0 for each axis of x ${x.label()}`;
    throw new ShapeError(message("tile", "times do not fit x", { expected, got: show(times) }));
  }
  const whole = reshape(x, x.shape.flatMap((n) => [1, n])); // prettier-ignore
  const repeated = broadcastTo(whole, x.shape.flatMap((n, axis) => [times[axis], n])); // prettier-ignore
  return reshape(repeated, x.shape.map((n, axis) => times[axis] * n)); // prettier-ignore
}

/**
 * x with each element repeated: repeat of [1, 2] by 2 is [1, 1, 2, 2]. The gradient of an element is the sum over its
 * copies.
 *
 * @param x      float32 or int32
 * @param times  how often, an integer ≥ 0
 * @param axis   along which axis; undefined repeats the elements in row-major order and gives a vector
 * @throws {ShapeError} when the axis is out of range or x is uint8
 * @throws {UsageError} when times is not an integer ≥ 0
 */
export function repeat(x: Tensor, times: number, axis?: number): Tensor {
  checkTensors("repeat", [x]);
  checkFourBytes("repeat", x);
  checkInteger("repeat", "times", times, "[0, ∞)");
  const flat = axis === undefined ? reshape(x, [x.size]) : x;
  const { shape } = flat;
  const next = normalizeAxis("repeat", axis ?? 0, flat.rank) + 1;
  const single = reshape(flat, shape.toSpliced(next, 0, 1));
  const repeated = broadcastTo(single, shape.toSpliced(next, 0, times));
  return reshape(repeated, shape.with(next - 1, shape[next - 1] * times));
}
