/**
 * Sorting along an axis: sort, argSort, topK. Stable: of equal values (0 and −0 are equal) the lower position comes
 * first, in both directions. NaNs come last, in both directions. Letters: x (outer, R, inner), R along the axis.
 */
import { fill, scatterAddAxis, sortAxis, sortAxisScratchBytes } from "#wasm/kernels";
import { ShapeError, message, show } from "../../errors.js";
import { flag, resolve } from "../../options.js";
import { type Shape, normalizeAxis, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, applyMany, checkDtype, checkTensors, defineOp } from "../defineOp.js";

/** How many of the first are wanted, along which axis, from which end. */
export interface Order {
  /** Counted from the front. */
  readonly axis: number;
  readonly k: number;
  readonly isDescending: boolean;
}

/** Sizes of (outer, R, inner). */
function threeAxes(shape: Shape, axis: number): [outer: number, r: number, inner: number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];
}

/** Runs the kernel. @param values where the values go, 0 for nowhere */
function sortInto(
  values: number,
  indices: number,
  x: Tensor,
  { axis, k, isDescending }: Order,
  scratch: (bytes: number) => number,
): void {
  const [outer, r, inner] = threeAxes(x.shape, axis);
  const block = scratch(sortAxisScratchBytes(r));
  sortAxis(values, indices, x.ptr, outer, r, inner, k, +isDescending, +(x.dtype === "int32"), block);
}

/** values, indices = the k first of x in order. */
export const sortOp = defineOp<Order>({
  name: "sort",
  shape([x], { axis, k }) {
    checkDtype("sort", "x", x, "float32", "int32");
    const shape = x.shape.with(axis, k);
    return [
      { shape, dtype: x.dtype },
      { shape, dtype: "int32" },
    ];
  },
  forward({ inputs: [x], outputs: [values, indices], attributes, scratch }) {
    sortInto(values.ptr, indices.ptr, x, attributes, scratch);
  },
  backward({ inputs: [x], outputs: [, indices], dOutputs: [dValues], attributes: { axis, k }, gradient }) {
    const [outer, r, inner] = threeAxes(x.shape, axis);
    gradient(0, (dX, accumulate) => {
      if (!accumulate) fill(dX, 0, x.size);
      scatterAddAxis(dX, dValues!.ptr, indices.ptr, outer, k, r, inner);
    });
  },
  saved: { outputs: [1] },
});

/** indices = the positions of the k first of x in order. */
export const argSortOp = defineOp<Order>({
  name: "argSort",
  shape([x], { axis, k }) {
    checkDtype("argSort", "x", x, "float32", "int32");
    return [{ shape: x.shape.with(axis, k), dtype: "int32" }];
  },
  forward({ inputs: [x], outputs: [indices], attributes, scratch }) {
    sortInto(0, indices.ptr, x, attributes, scratch);
  },
});

/** Options of {@link sort} and {@link argSort}. */
export interface SortOptions {
  /** True puts the largest first. Default false. */
  readonly descending?: boolean;
}

/** Values in order, and where they stood. */
export interface Sorted {
  /** Of x's dtype. */
  readonly values: Tensor;
  /** int32: the position of each value along the axis of x. */
  readonly indices: Tensor;
}

const sortTable = { descending: flag(false) };

/** Checks the operands. */
function orderOf(op: string, x: Tensor, axis: number, options: SortOptions): Order {
  checkTensors(op, [x]);
  const { descending } = resolve(op, options, sortTable);
  const at = normalizeAxis(op, axis, x.rank);
  return { axis: at, k: x.shape[at], isDescending: descending };
}

/**
 * Sorts along an axis. Stable: of equal values (0 and −0 are equal) the lower position comes first, and NaNs come last,
 * in both directions.
 *
 * @param x     float32 or int32, rank ≥ 1
 * @param axis  default −1, the last
 * @returns     values and indices, of x's shape. The gradient of each value goes to where it stood
 * Cost: proportional to the number of elements (a radix sort of 8 bits a pass).
 * @throws {ShapeError} when the axis is out of range or x is uint8
 * @throws {UsageError} when an option is unknown or of another type
 */
export function sort(x: Tensor, axis = -1, options: SortOptions = {}): Sorted {
  const [values, indices] = applyMany(sortOp, [x], orderOf("sort", x, axis, options));
  return { values, indices };
}

/** The positions of the elements in order, int32, of x's shape: the indices of {@link sort}, with its arguments. */
export function argSort(x: Tensor, axis = -1, options: SortOptions = {}): Tensor {
  return apply(argSortOp, [x], orderOf("argSort", x, axis, options));
}

/** Options of {@link topK}. */
export interface TopKOptions {
  /** False takes the smallest instead. Default true. */
  readonly largest?: boolean;
}

const topKTable = { largest: flag(true) };

/**
 * The k largest elements along an axis, the largest first; of equal ones those at lower positions. NaNs come last.
 *
 * @param x     float32 or int32, rank ≥ 1
 * @param k     1 ≤ k ≤ the size of the axis
 * @param axis  default −1, the last
 * @returns     values and indices, of x's shape with k along the axis. The gradient of each value goes to where it
 *              stood
 * Cost: one pass where k ≤ 16, else that of {@link sort}.
 * @throws {ShapeError} when the axis is out of range or shorter than k, or x is uint8
 * @throws {UsageError} when an option is unknown or of another type
 */
export function topK(x: Tensor, k: number, axis = -1, options: TopKOptions = {}): Sorted {
  checkTensors("topK", [x]);
  checkDtype("topK", "x", x, "float32", "int32");
  const { largest } = resolve("topK", options, topKTable);
  const at = normalizeAxis("topK", axis, x.rank);
  if (!Number.isInteger(k) || k < 1 || k > x.shape[at]) {
    const expected = `an integer from 1 to ${x.shape[at]}, the size of axis ${at} of x ${x.label()}`;
    throw new ShapeError(message("topK", "k is out of range", { expected, got: show(k) }));
  }
  const [values, indices] = applyMany(sortOp, [x], { axis: at, k, isDescending: largest });
  return { values, indices };
}
