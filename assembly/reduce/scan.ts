/**
 * Running sums and products along one axis of x (outer, R, inner), and the gradient of the products. They run from the front, or from the back with
 * isReversed; with isExclusive element k holds what was run over before it, so that the first is 0 or 1.
 * Up to four neighbouring columns at a time; what runs is float64, so that the error does not grow with R.
 */
import { doubles, narrow, upperDoubles } from "../simd/doubles";
import { loadLanes, putLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** How what runs goes on. */
interface Running {
  start(): v128;
  next(run: v128, x: v128): v128;
}


@unmanaged
class Sum {
  // @ts-ignore: decorator
  @inline
  start(): v128 {
    return f64x2.splat(0);
  }
  // @ts-ignore: decorator
  @inline
  next(run: v128, x: v128): v128 {
    return f64x2.add(run, x);
  }
}


@unmanaged
class Product {
  // @ts-ignore: decorator
  @inline
  start(): v128 {
    return f64x2.splat(1);
  }
  // @ts-ignore: decorator
  @inline
  next(run: v128, x: v128): v128 {
    return f64x2.mul(run, x);
  }
}

/**
 * y (+)= running sums of x. Its own gradient, run from the other end over dy.
 * @param y out (outer, r, inner), not x @param x in (outer, r, inner)
 */
// prettier-ignore
export function cumulativeSum(
  y: usize, x: usize, outer: i32, r: i32, inner: i32, isExclusive: i32, isReversed: i32, accumulate: i32,
): void {
  runAlong<Sum>(y, x, outer, r, inner, isExclusive, isReversed, accumulate);
}

/** y = running products of x. @param y out (outer, r, inner), not x @param x in (outer, r, inner) */
// prettier-ignore
export function cumulativeProduct(
  y: usize, x: usize, outer: i32, r: i32, inner: i32, isExclusive: i32, isReversed: i32,
): void {
  runAlong<Product>(y, x, outer, r, inner, isExclusive, isReversed, 0);
}

// prettier-ignore
function runAlong<Kind extends Running>(
  y: usize, x: usize, outer: i32, r: i32, inner: i32, isExclusive: i32, isReversed: i32, accumulate: i32,
): void {
  const kind = changetype<Kind>(0);
  const quads = (inner + 3) >> 2;
  const end = shareEnd(outer * quads, r << 2, 1);
  const step = (<isize>inner << 2) * (isReversed ? -1 : 1);
  for (let task = shareStart(outer * quads, r << 2, 1); task < end; task++) {
    const o = task / quads;
    const column = (task - o * quads) << 2;
    const lanes = min(inner - column, 4);
    let at = ((<usize>o * r + (isReversed ? r - 1 : 0)) * inner + column) << 2;
    let low = kind.start();
    let high = low;
    for (let k = 0; k < r; k++) {
      const x0 = loadLanes(x + at, lanes);
      const before = narrow(low, high);
      low = kind.next(low, doubles(x0));
      high = kind.next(high, upperDoubles(x0));
      putLanes(y + at, isExclusive ? before : narrow(low, high), accumulate, lanes);
      at += step;
    }
  }
}

/**
 * The gradient of cumulativeProduct, right where x is 0, since nothing is divided:
 *
 *   dxₖ (+)= Pₖ·Sₖ    Pₖ = Π of x before k    Sₖ = Σ over j from k on of dyⱼ · Π of x between k and j
 *
 * @param dx out (outer, r, inner), not dy @param dy in (outer, r, inner) @param x in (outer, r, inner)
 * @param y in (outer, r, inner): what cumulativeProduct wrote
 */
// prettier-ignore
export function cumulativeProductBackward(
  dx: usize, dy: usize, x: usize, y: usize, outer: i32, r: i32, inner: i32, isExclusive: i32, isReversed: i32, accumulate: i32,
): void {
  const quads = (inner + 3) >> 2;
  const end = shareEnd(outer * quads, r << 3, 1);
  const step = (<isize>inner << 2) * (isReversed ? -1 : 1);
  for (let task = shareStart(outer * quads, r << 3, 1); task < end; task++) {
    const o = task / quads;
    const column = (task - o * quads) << 2;
    const lanes = min(inner - column, 4);
    let at = ((<usize>o * r + (isReversed ? 0 : r - 1)) * inner + column) << 2; // the last one, back to the first
    let low = f64x2.splat(0);
    let high = low;
    for (let k = r - 1; k >= 0; k--) {
      const slope = loadLanes(dy + at, lanes);
      const slopeLow = doubles(slope);
      const slopeHigh = upperDoubles(slope);
      const sumLow = isExclusive ? low : f64x2.add(low, slopeLow);
      const sumHigh = isExclusive ? high : f64x2.add(high, slopeHigh);
      const before = isExclusive ? loadLanes(y + at, lanes) : k > 0 ? loadLanes(y + at - step, lanes) : f32x4.splat(1);
      const dLow = f64x2.mul(doubles(before), sumLow);
      const dHigh = f64x2.mul(upperDoubles(before), sumHigh);
      const factor = loadLanes(x + at, lanes);
      low = f64x2.mul(doubles(factor), sumLow); // what the element before gets through this one
      high = f64x2.mul(upperDoubles(factor), sumHigh);
      if (isExclusive) {
        low = f64x2.add(low, slopeLow);
        high = f64x2.add(high, slopeHigh);
      }
      putLanes(dx + at, narrow(dLow, dHigh), accumulate, lanes);
      at -= step;
    }
  }
}
