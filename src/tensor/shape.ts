/**
 * Arithmetic on shapes: sizes, strides, axes, broadcasting. Rank is the number of axes; strides are in elements,
 * row-major. Knows neither memory nor tensors.
 */
import { ShapeError, message, show } from "../errors.js";
import { isListOf } from "../lists.js";

/**
 * The sizes of the axes, outermost first; [] is a scalar. In a model that is not computing, NaN is a size that only the
 * data say: Note [Any size].
 */
export type Shape = readonly number[];

/** The shape of a sample as users give it: null is an axis of any size. */
export type SampleShape = readonly (number | null)[];

/**
 * The shape of a sample with NaN for null.
 *
 * Note [Any size]. What is made of an unknown size by arithmetic is unknown too, and comparisons with it are false, so
 * that layers reckon with NaN as with other sizes; where something must be refused, the test says what is wrong and not
 * what is right. Weights need sizes that are known (Layer.declare). What depends on data (targets, results, memory) is
 * reckoned anew for the data's shapes (Graph.shapesFor). In files NaN is null, as JSON has it.
 * @throws {ShapeError} when it is invalid
 */
export function sampleShape(op: string, shape: SampleShape): Shape {
  const known = Array.isArray(shape) ? shape.filter((size) => size !== null && !Number.isNaN(size)) : shape;
  checkShape(op, known as Shape);
  return shape.map((size) => size ?? NaN);
}

/** The shape of a sample as users give it: null for NaN. */
export function givenShape(shape: Shape): SampleShape {
  return shape.map((size) => (Number.isNaN(size) ? null : size));
}

/** The number of elements: the product of the sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let n = 1;
  for (const size of shape) n *= size;
  return n;
}

/** The number of rows: the product of all sizes but the last, 1 for a vector. */
export function rowsOf(shape: Shape): number {
  let n = 1;
  for (let axis = shape.length - 2; axis >= 0; axis--) n *= shape[axis];
  return n;
}

/** True when both shapes have the same rank and sizes; of unknown sizes (NaN), when both are unknown. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => Object.is(size, b[i]));
}

/** True when a shape has the known sizes of another, of which NaN is unknown and fits any. */
export function fitsShape(shape: Shape, known: Shape): boolean {
  return shape.length === known.length && known.every((size, i) => size === shape[i] || Number.isNaN(size));
}

/** A shape as shown in messages: `[2, 28, 28, 4]`. Letters such as "N" may stand for sizes; NaN is shown as null. */
export function showShape(shape: readonly (number | string | null)[]): string {
  return `[${shape.map((size) => (Number.isNaN(size) ? "null" : size)).join(", ")}]`;
}

/**
 * Checks that a shape has an axis for each letter.
 * @param letters  such as "[N, T, C]"
 * @throws {ShapeError} when it has not
 */
export function checkRank(op: string, operand: string, shape: readonly (number | string)[], letters: string): void {
  if (shape.length === letters.split(",").length) return;
  const [expected, got] = [letters, showShape(shape)].map((text) => `${operand} ${text}`);
  throw new ShapeError(message(op, `${operand} has the wrong rank`, { expected, got }));
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

/**
 * Checks that every size is an integer ≥ 0 and that the number of elements is below 2³¹.
 * @throws {ShapeError} when the shape is invalid
 */
export function checkShape(op: string, shape: Shape): void {
  const fits = isListOf(shape, (size) => Number.isInteger(size) && (size as number) >= 0) && sizeOf(shape) < 2 ** 31;
  if (!fits) {
    throw new ShapeError(
      message(op, "the shape is invalid", { expected: "[integers ≥ 0, …] with a product below 2³¹", got: show(shape) }),
    );
  }
}

/**
 * The axis counted from the front. Negative axes count from the back.
 * @throws {ShapeError} when the axis is out of range
 */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const expected = `an integer in [${-rank}, ${rank})`;
    const hint = typeof axis === "object" ? { hint: "Options come after the axis." } : {};
    throw new ShapeError(
      message(op, `axis ${show(axis)} is out of range for a tensor of rank ${rank}`, { expected, ...hint }),
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/**
 * The shape that two operands broadcast to, by NumPy's rule: aligned at the end, sizes are equal or one of them is 1.
 * @throws {ShapeError} when the shapes do not broadcast
 */
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

/** Strides that read `shape` as if it had `outShape`: 0 along repeated axes. */
export function broadcastStrides(shape: Shape, outShape: Shape): number[] {
  const strides = stridesOf(shape);
  const shift = outShape.length - shape.length;
  return outShape.map((_, axis) => (axis < shift || shape[axis - shift] === 1 ? 0 : strides[axis - shift]));
}

/** A nest of loops over several operands, as kernels run it: the sizes and, for each operand, the strides. */
export interface LoopNest {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/**
 * Joins neighbouring axes that all operands traverse without gaps, and drops axes of size 1, so that most broadcasts
 * become one or two loops.
 *
 * @param sizes    the axes of the nest
 * @param strides  one list for each operand, as long as sizes
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
