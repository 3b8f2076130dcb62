/**
 * Arithmetic on shapes: sizes, strides, axes, broadcasting. Letters: rank, the number of axes; strides in elements, row-major.
 * No memory, no tensors.
 */
import { ShapeError, message, show } from "../errors.js";

/** Sizes of the axes, outermost first; [] is a scalar. */
export type Shape = readonly number[];

/** Number of elements: the product of the sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let n = 1;
  for (const size of shape) n *= size;
  return n;
}

/** Number of rows: the product of all sizes but the last, 1 for a vector. */
export function rowsOf(shape: Shape): number {
  let n = 1;
  for (let axis = shape.length - 2; axis >= 0; axis--) n *= shape[axis];
  return n;
}

/** True where both have the same rank and sizes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** A shape as it stands in a message: `[2, 28, 28, 4]`; letters such as "N" may stand for sizes. */
export function showShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}

/** Row-major strides of a contiguous tensor. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Throws ShapeError unless every size is an integer ≥ 0 and the number of elements fits linear memory. */
export function checkShape(op: string, shape: Shape): void {
  const fits =
    Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0) && sizeOf(shape) < 2 ** 31;
  if (!fits) {
    throw new ShapeError(
      message(op, "not a shape", { expected: "integers ≥ 0 with a product below 2³¹", got: show(shape) }),
    );
  }
}

/** An axis counted from the front. Negative axes count from the back. Throws ShapeError out of range. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(
      message(op, "axis out of range", { expected: `an integer in [${-rank}, ${rank})`, got: show(axis) }),
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** The shape two operands broadcast to, by NumPy's rule: align at the end; sizes are equal or one of them is 1. Throws ShapeError. */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const sizeA = a[a.length - i] ?? 1;
    const sizeB = b[b.length - i] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      const got = `a ${showShape(a)} and b ${showShape(b)}`;
      throw new ShapeError(
        message(op, "shapes do not broadcast", { expected: "equal sizes or 1, aligned at the last axis", got }),
      );
    }
    out[rank - i] = sizeA === 1 ? sizeB : sizeA;
  }
  return out;
}

/** Strides with which `shape` is read as if it had `outShape`: 0 along the axes that are repeated. */
export function broadcastStrides(shape: Shape, outShape: Shape): number[] {
  const strides = stridesOf(shape);
  const shift = outShape.length - shape.length;
  return outShape.map((_, axis) => (axis < shift || shape[axis - shift] === 1 ? 0 : strides[axis - shift]));
}

/** A loop nest over several operands that a kernel can run: sizes and, for each operand, strides. */
export interface LoopNest {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/**
 * Joins neighbouring axes that every operand walks without a gap, and drops axes of size 1, so that most broadcasts become one or two loops.
 *
 * @param sizes    the axes of the loop
 * @param strides  one list an operand, as long as sizes
 */
export function collapse(sizes: Shape, strides: readonly (readonly number[])[]): LoopNest {
  const joined: number[] = [];
  const kept: number[][] = strides.map(() => []);
  for (let axis = 0; axis < sizes.length; axis++) {
    const size = sizes[axis];
    if (size === 1) continue;
    const last = joined.length - 1;
    const joins = last >= 0 && strides.every((s, operand) => kept[operand]?.[last] === s[axis] * size);
    if (joins) joined[last] = joined[last] * size;
    else joined.push(size);
    for (let operand = 0; operand < strides.length; operand++) {
      const list = kept[operand];
      list[joined.length - 1] = strides[operand]?.[axis];
    }
  }
  return { sizes: joined, strides: kept };
}
