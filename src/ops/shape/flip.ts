/** Reverses axes, and moves elements around them: strided copies. */
import { UsageError, message, show } from "../../errors.js";
import { collapse, normalizeAxis, sizeOf, stridesOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, checkTensors, defineOp } from "../defineOp.js";
import { type Axes, axisSet } from "../reduce/reduce.js";
import { checkFourBytes, copyNest } from "./copy.js";
import { reshape } from "./reshape.js";
import { isListOf } from "../../lists.js";

/** y = x with the order of its elements reversed along some axes, counted from the front. */
export const flipOp = defineOp<readonly number[]>({
  name: "flip",
  shape([x]) {
    checkFourBytes("flip", x);
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  forward({ inputs: [x], outputs: [y], attributes: axes }) {
    flipped(y.ptr, x.ptr, x, axes, 0);
  },
  backward({ inputs: [x], dOutputs: [dY], attributes: axes, gradient }) {
    gradient(0, (dX, accumulate) => flipped(dX, dY!.ptr, x, axes, accumulate));
  },
});

/** to = from with the axes reversed, or += when accumulate is 1. @param x has the shape of both */
function flipped(to: number, from: number, { shape }: Tensor, axes: readonly number[], accumulate: 0 | 1): void {
  const strides = stridesOf(shape);
  const last = axes.reduce((offset, axis) => offset + (shape[axis] - 1) * strides[axis], 0);
  const reversed = strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
  if (sizeOf(shape) > 0) copyNest(collapse(shape, [strides, reversed]), to, from + 4 * last, accumulate);
}

/**
 * x with the order of its elements reversed along axes, as a copy.
 *
 * @param x     float32 or int32
 * @param axis  one axis, several, or undefined for all; negative axes count from the back
 * @throws {ShapeError} when an axis is out of range or x is uint8
 */
export function flip(x: Tensor, axis?: Axes): Tensor {
  checkTensors("flip", [x]);
  return apply(flipOp, [x], [...axisSet("flip", axis, x.rank)]);
}

/** How far along which axis, 0 ≤ shift < its size. */
export interface Roll {
  readonly axis: number;
  readonly shift: number;
}

/** y = x moved along an axis; what leaves it at the end comes in at the front. */
export const rollOp = defineOp<Roll>({
  name: "roll",
  shape([x]) {
    checkFourBytes("roll", x);
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  forward({ inputs: [x], outputs: [y], attributes }) {
    rolled(y.ptr, x.ptr, x, attributes, 0);
  },
  backward({ inputs: [x], dOutputs: [dY], attributes: { axis, shift }, gradient }) {
    const back = { axis, shift: x.shape[axis] - shift };
    gradient(0, (dX, accumulate) => rolled(dX, dY!.ptr, x, back, accumulate));
  },
});

/** Two copies: of what stays in front of the end, and of what goes around it. */
function rolled(to: number, from: number, { shape }: Tensor, { axis, shift }: Roll, accumulate: 0 | 1): void {
  const inner = sizeOf(shape.slice(axis + 1));
  const [row, head] = [shape[axis] * inner, shift * inner];
  const copy = (size: number, toOffset: number, fromOffset: number): void => {
    const nest = { sizes: [sizeOf(shape.slice(0, axis)), size], strides: [[row, 1], [row, 1]] }; // prettier-ignore
    if (size > 0) copyNest(nest, to + 4 * toOffset, from + 4 * fromOffset, accumulate);
  };
  copy(row - head, head, 0);
  copy(head, 0, row - head);
}

/**
 * x with its elements moved along axes, as a copy: what leaves an axis at one end comes in at the other.
 *
 * @param x      float32 or int32
 * @param shift  how far, an integer of either sign; one for each axis where several are given
 * @param axis   one axis or several; undefined moves the elements in row-major order, through all rows
 * @throws {ShapeError} when an axis is out of range or x is uint8
 * @throws {UsageError} when a shift is not an integer, or their number is not that of the axes
 */
export function roll(x: Tensor, shift: number | readonly number[], axis?: number | readonly number[]): Tensor {
  checkTensors("roll", [x]);
  checkFourBytes("roll", x);
  const [shifts, axes] = [shift, axis ?? 0].map((list: unknown) => (Array.isArray(list) ? (list as number[]) : [list]));
  if (shifts.length !== axes.length || !isListOf(shifts, Number.isInteger)) {
    const expected = axis === undefined ? "one integer" : `as many integers as axes, ${axes.length}`;
    throw new UsageError(message("roll", "shift does not fit", { expected, got: show(shift) }));
  }
  let y = axis === undefined ? reshape(x, [x.size]) : x;
  for (const [i, at] of axes.entries()) {
    const place = normalizeAxis("roll", at as number, y.rank);
    const size = Math.max(1, y.shape[place]);
    y = apply(rollOp, [y], { axis: place, shift: (((shifts[i] as number) % size) + size) % size });
  }
  return axis === undefined ? reshape(y, x.shape) : y;
}
