/**
 * Arithmetic and comparisons of two inputs with broadcasting, by number (layout.ts); letters and strides as in broadcast.ts. out = or += by `accumulate`.
 * A gradient has the output's full shape: summing it over the broadcast axes is reduce's business. Of a · b it is dOut · b and a · dOut, of a / b
 * dOut / b and DivideGradient, of a − b negateBackward for b.
 * Several kernels, so that each part of the kernels holds the functions that it calls.
 */
import { CommonRows, ComparisonRows, FurtherRows } from "./binaryRow";
import { broadcast } from "./broadcast";
import { BroadcastBox } from "./layout";

/** out (+)= f(a, b). @param f Add, Subtract or Multiply */
export function binary(f: i32, out: usize, a: usize, b: usize, box: BroadcastBox, accumulate: i32): void {
  broadcast<CommonRows>(f, out, 0, a, b, box, accumulate);
}

/** out (+)= f(a, b), or f(g, a, b). @param f any other number of Binary @param g in, a gradient that lies like out, or 0 where f has none */
// prettier-ignore
export function furtherBinary(
  f: i32, out: usize, g: usize, a: usize, b: usize, box: BroadcastBox, accumulate: i32,
): void {
  broadcast<FurtherRows>(f, out, g, a, b, box, accumulate);
}

/** out = 1 where the comparison holds, else 0, float32. @param f a number of Comparison, with OfInt32 for int32 */
export function compare(f: i32, out: usize, a: usize, b: usize, box: BroadcastBox): void {
  broadcast<ComparisonRows>(f, out, 0, a, b, box, 0);
}
