/**
 * Products over one axis of x (outer, R, inner), and their gradient. They are taken in float64, so that the error does not grow with R, and a factor
 * such as 10³⁰ does no harm where another undoes it. Up to four neighbouring columns at a time. Running products are in scan.ts.
 */
import { doubles, narrow, upperDoubles } from "../simd/doubles";
import { loadLanes, putLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** out = Πᵣ x; 1 over no elements. @param out out (outer, inner) @param x in (outer, r, inner) */
export function productAxis(out: usize, x: usize, outer: i32, r: i32, inner: i32): void {
  const quads = (inner + 3) >> 2;
  const end = shareEnd(outer * quads, r << 2, 1);
  for (let task = shareStart(outer * quads, r << 2, 1); task < end; task++) {
    const o = task / quads;
    const column = (task - o * quads) << 2;
    const lanes = min(inner - column, 4);
    let at = x + ((<usize>o * r * inner + column) << 2);
    let low = f64x2.splat(1);
    let high = low;
    for (let k = 0; k < r; k++) {
      const x0 = loadLanes(at, lanes);
      low = f64x2.mul(low, doubles(x0));
      high = f64x2.mul(high, upperDoubles(x0));
      at += (<usize>inner) << 2;
    }
    storeLanes(out + ((<usize>o * inner + column) << 2), narrow(low, high), lanes);
  }
}

/**
 * dx (+)= dOut · the product of the other elements: P / x where none is 0, P in the place of the only 0 and 0 beside it, 0 where two are;
 * P is the product of those that are not 0.
 * @param dx out (outer, r, inner) @param dOut in (outer, inner) @param x in (outer, r, inner)
 */
// prettier-ignore
export function productAxisBackward(
  dx: usize, dOut: usize, x: usize, outer: i32, r: i32, inner: i32, accumulate: i32,
): void {
  const quads = (inner + 3) >> 2;
  const end = shareEnd(outer * quads, r << 3, 1);
  const ones = f64x2.splat(1);
  const zeros = f64x2.splat(0);
  for (let task = shareStart(outer * quads, r << 3, 1); task < end; task++) {
    const o = task / quads;
    const column = (task - o * quads) << 2;
    const lanes = min(inner - column, 4);
    const first = (<usize>o * r * inner + column) << 2;
    const slope = loadLanes(dOut + ((<usize>o * inner + column) << 2), lanes);
    let low = doubles(slope);
    let high = upperDoubles(slope);
    let count = i32x4.splat(0); // of zeros
    let at = first;
    for (let k = 0; k < r; k++) {
      const x0 = loadLanes(x + at, lanes);
      const a = doubles(x0);
      const b = upperDoubles(x0);
      count = i32x4.sub(count, f32x4.eq(x0, f32x4.splat(0)));
      low = f64x2.mul(low, v128.bitselect(ones, a, f64x2.eq(a, zeros)));
      high = f64x2.mul(high, v128.bitselect(ones, b, f64x2.eq(b, zeros)));
      at += (<usize>inner) << 2;
    }
    const hasNone = i32x4.eq(count, i32x4.splat(0));
    const hasOne = i32x4.eq(count, i32x4.splat(1));
    at = first;
    for (let k = 0; k < r; k++) {
      const x0 = loadLanes(x + at, lanes);
      const isZero = f32x4.eq(x0, f32x4.splat(0));
      const divisor = v128.bitselect(f32x4.splat(1), x0, isZero);
      const others = narrow(f64x2.div(low, doubles(divisor)), f64x2.div(high, upperDoubles(divisor)));
      putLanes(dx + at, v128.and(others, v128.or(hasNone, v128.and(hasOne, isZero))), accumulate, lanes);
      at += (<usize>inner) << 2;
    }
  }
}
