/**
 * Comparisons with broadcasting; letters and strides as in broadcast.ts. The result is float32: 1 where true, 0 where false.
 * The Int32 kernels read int32. A comparison with NaN is false, but ≠ is true. Comparisons have no gradient.
 */
import {
  EQUAL,
  EQUAL_INT32,
  LESS,
  LESS_EQUAL,
  LESS_EQUAL_INT32,
  LESS_INT32,
  NOT_EQUAL,
  NOT_EQUAL_INT32,
  FurtherRows,
} from "./binaryRow";
import { broadcast } from "./broadcast";

/** out = a = b. */
// prettier-ignore
export function equal(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(EQUAL, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** out = a ≠ b. */
// prettier-ignore
export function notEqual(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(NOT_EQUAL, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** out = a < b. */
// prettier-ignore
export function less(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(LESS, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** out = a ≤ b. */
// prettier-ignore
export function lessEqual(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(LESS_EQUAL, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** out = a > b. */
// prettier-ignore
export function greater(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(LESS, out, 0, b, a, d0, d1, d2, d3, b0, b1, b2, b3, a0, a1, a2, a3, 0);
}

/** out = a ≥ b. */
// prettier-ignore
export function greaterEqual(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(LESS_EQUAL, out, 0, b, a, d0, d1, d2, d3, b0, b1, b2, b3, a0, a1, a2, a3, 0);
}

/** out = a = b, int32. */
// prettier-ignore
export function equalInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(EQUAL_INT32, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** out = a ≠ b, int32. */
// prettier-ignore
export function notEqualInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(NOT_EQUAL_INT32, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** out = a < b, int32. */
// prettier-ignore
export function lessInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(LESS_INT32, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** out = a ≤ b, int32. */
// prettier-ignore
export function lessEqualInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(LESS_EQUAL_INT32, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** out = a > b, int32. */
// prettier-ignore
export function greaterInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(LESS_INT32, out, 0, b, a, d0, d1, d2, d3, b0, b1, b2, b3, a0, a1, a2, a3, 0);
}

/** out = a ≥ b, int32. */
// prettier-ignore
export function greaterEqualInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcast<FurtherRows>(LESS_EQUAL_INT32, out, 0, b, a, d0, d1, d2, d3, b0, b1, b2, b3, a0, a1, a2, a3, 0);
}
