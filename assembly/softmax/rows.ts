/**
 * The passes over one row of which softmax and its losses consist. A row is short enough to stay in the first cache between passes.
 * Sums leave float32 for float64 every 512 elements: Note [Order of sums] in reduce/fold.ts. A NaN in a row reaches every result of it.
 */
import { lanesSum, shortBlock } from "../reduce/fold";
import { madd } from "../simd/f32x4";
import { constant } from "../simd/constant";
import { logv } from "../simd/math";
import { loadLanes, maskLanes, storeLanes } from "../simd/lanes";

/** Least argument, whose power is 0; log₂e; what rounds to an integer in the low bits, with the exponent's bias. */
const RANGE: usize = memory.data<f32>([-88, 1.44269504088896341, 12582912 + 127]);
/** (2ᶠ − 1) / f on [−½, ½], the highest power first: relative error of 2ᶠ 9.4e-8 (Lawson's algorithm, coefficients rounded one by one). */
const POWER: usize = memory.data<f32>([
  0.001326951663941145, 0.009671291336417198, 0.0555071085691452, 0.24022246897220612, 0.6931470036506653,
]);

/**
 * eˣ for x ≤ 0, relative error at most 2e-7 + 8e-8 |x|, 0 below −88: enough for a softmax, where x is a rounded difference, and a quarter
 * cheaper than expNegative of simd/math.ts.
 */
// @ts-ignore: decorator
@inline
export function expOfDifference(x: v128): v128 {
  const c = f32x4.pmax(x, constant(RANGE, 0));
  const t = madd(c, constant(RANGE, 1), constant(RANGE, 2)); // n + what rounds
  const f = madd(c, constant(RANGE, 1), f32x4.sub(constant(RANGE, 2), t));
  let p = madd(constant(POWER, 0), f, constant(POWER, 1));
  p = madd(p, f, constant(POWER, 2));
  p = madd(p, f, constant(POWER, 3));
  p = madd(p, f, constant(POWER, 4));
  const scale = i32x4.shl(t, 23); // 2ⁿ
  return madd(f32x4.mul(p, f), scale, scale);
}

/** The largest of n ≥ 1 values; NaNs are passed over (the exponentials that follow show them). */
export function rowMax(x: usize, n: i32): f32 {
  let m0 = v128.load32_splat(x);
  let m1 = m0;
  let m2 = m0;
  let m3 = m0;
  const end = x + ((<usize>n) << 2);
  for (; x + 64 <= end; x += 64) {
    m0 = f32x4.pmax(m0, v128.load(x));
    m1 = f32x4.pmax(m1, v128.load(x, 16));
    m2 = f32x4.pmax(m2, v128.load(x, 32));
    m3 = f32x4.pmax(m3, v128.load(x, 48));
  }
  for (; x + 16 <= end; x += 16) m0 = f32x4.pmax(m0, v128.load(x));
  for (; x < end; x += 4) m1 = f32x4.pmax(m1, v128.load32_splat(x));
  m0 = f32x4.pmax(f32x4.pmax(m0, m1), f32x4.pmax(m2, m3));
  m0 = f32x4.pmax(m0, i8x16.shuffle(m0, m0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  m0 = f32x4.pmax(m0, i8x16.shuffle(m0, m0, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  return f32x4.extract_lane(m0, 0);
}

/** y = exp(x − shift) for n values, none of x above shift; returns Σ y. y may be x. */
export function expRow(y: usize, x: usize, n: i32, shift: f32): f64 {
  return exponentials(y, x, n, shift, true);
}

/** Σ exp(x − shift) over n values, none of x above shift. */
export function expSumRow(x: usize, n: i32, shift: f32): f64 {
  return exponentials(0, x, n, shift, false);
}

// @ts-ignore: decorator
@inline
function exponentials(y: usize, x: usize, n: i32, shift: f32, keep: bool): f64 {
  const shifts = f32x4.splat(shift);
  let sum: f64 = 0;
  while (n > 0) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let left = min(n, shortBlock);
    n -= left;
    for (; left >= 8; left -= 8) {
      const e0 = expOfDifference(f32x4.sub(v128.load(x), shifts));
      const e1 = expOfDifference(f32x4.sub(v128.load(x, 16), shifts));
      if (keep) {
        v128.store(y, e0);
        v128.store(y, e1, 16);
        y += 32;
      }
      s0 = f32x4.add(s0, e0);
      s1 = f32x4.add(s1, e1);
      x += 32;
    }
    for (; left > 0; left -= 4) {
      const lanes = min(left, 4);
      const e = maskLanes(expOfDifference(f32x4.sub(loadLanes(x, lanes), shifts)), lanes);
      if (keep) {
        storeLanes(y, e, lanes);
        y += 16;
      }
      s0 = f32x4.add(s0, e);
      x += 16;
    }
    sum += lanesSum(f32x4.add(s0, s1));
  }
  return sum;
}

/** x *= factor for n values. */
export function scaleRow(x: usize, n: i32, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (; n >= 8; n -= 8) {
    v128.store(x, f32x4.mul(v128.load(x), factors));
    v128.store(x, f32x4.mul(v128.load(x, 16), factors), 16);
    x += 32;
  }
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    storeLanes(x, f32x4.mul(loadLanes(x, lanes), factors), lanes);
    x += 16;
  }
}

/** Σ a·b over n values. */
export function dotRow(a: usize, b: usize, n: i32): f64 {
  let sum: f64 = 0;
  while (n > 0) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let left = min(n, shortBlock);
    n -= left;
    for (; left >= 16; left -= 16) {
      s0 = madd(v128.load(a), v128.load(b), s0);
      s1 = madd(v128.load(a, 16), v128.load(b, 16), s1);
      s2 = madd(v128.load(a, 32), v128.load(b, 32), s2);
      s3 = madd(v128.load(a, 48), v128.load(b, 48), s3);
      a += 64;
      b += 64;
    }
    for (; left > 0; left -= 4) {
      const lanes = min(left, 4);
      s0 = madd(loadLanes(a, lanes), loadLanes(b, lanes), s0);
      a += 16;
      b += 16;
    }
    sum += lanesSum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  }
  return sum;
}

/** ln x. */
export function logOf(x: f64): f32 {
  return f32x4.extract_lane(logv(f32x4.splat(<f32>x)), 0);
}
