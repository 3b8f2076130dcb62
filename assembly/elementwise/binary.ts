/**
 * Arithmetic of two float32 inputs with broadcasting; letters and strides as in broadcast.ts. out = or += by `accumulate`.
 * A gradient has the output's full shape: summing it over the broadcast axes is reduce's business. Of a · b it is mulForward(dOut, b) and
 * mulForward(dOut, a), of a / b divForward(dOut, b) and divBackwardB, of a − b negateBackward for b.
 */
import {
  ADD,
  DIVIDE,
  DIVIDE_GRADIENT,
  MAXIMUM,
  MAXIMUM_GRADIENT,
  MINIMUM,
  MINIMUM_GRADIENT,
  MULTIPLY,
  SUBTRACT,
  CommonRows,
  FurtherRows,
} from "./binaryRow";
import { broadcast } from "./broadcast";

/** out (+)= a + b. */
// prettier-ignore
export function addForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcast<CommonRows>(ADD, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** out (+)= a − b. */
// prettier-ignore
export function subForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcast<CommonRows>(SUBTRACT, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** out (+)= a · b. */
// prettier-ignore
export function mulForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcast<CommonRows>(MULTIPLY, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** out (+)= a / b. */
// prettier-ignore
export function divForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcast<FurtherRows>(DIVIDE, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** out (+)= max(a, b); NaN if either is NaN. */
// prettier-ignore
export function maximumForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcast<FurtherRows>(MAXIMUM, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** out (+)= min(a, b); NaN if either is NaN. */
// prettier-ignore
export function minimumForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcast<FurtherRows>(MINIMUM, out, 0, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** dB (+)= −dOut · quotient / b, the divisor's gradient; dOut and quotient = a / b lie like dB. */
// prettier-ignore
export function divBackwardB(
  dB: usize, dOut: usize, quotient: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  const o1 = d2 * d3;
  broadcast<FurtherRows>(DIVIDE_GRADIENT, dB, dOut, quotient, b, d0, d1, d2, d3, d1 * o1, o1, d3, 1, b0, b1, b2, b3, accumulate);
}

/** dA (+)= dOut where a is the maximum, ½ dOut where a = b, else 0. For dB swap a and b with their strides. */
// prettier-ignore
export function maximumBackward(
  dA: usize, dOut: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcast<FurtherRows>(MAXIMUM_GRADIENT, dA, dOut, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** dA (+)= dOut where a is the minimum, ½ dOut where a = b, else 0. For dB swap a and b with their strides. */
// prettier-ignore
export function minimumBackward(
  dA: usize, dOut: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcast<FurtherRows>(MINIMUM_GRADIENT, dA, dOut, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}
