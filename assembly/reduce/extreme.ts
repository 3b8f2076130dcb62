/**
 * Maxima and minima over one axis of x (outer, R, inner), their positions, and their backward pass.
 * NaN wins: the maximum and the minimum of a set with a NaN is NaN, and its position is that of the first NaN (as in PyTorch).
 * R = 0 has no maximum: the caller refuses it.
 */
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** Which end is sought. */
interface End {
  /** The further out of `best` and `x`; `best` where either is NaN. */
  of(best: v128, x: v128): v128;
  /** Lanes where `x` replaces `best`: x is further out, or x is the first NaN. */
  beats(x: v128, best: v128): v128;
}

/** The maximum. */
@unmanaged
class Largest {
  // @ts-ignore: decorator
  @inline
  of(best: v128, x: v128): v128 {
    return f32x4.pmax(best, x);
  }
  // @ts-ignore: decorator
  @inline
  beats(x: v128, best: v128): v128 {
    return v128.andnot(f32x4.eq(best, best), f32x4.le(x, best));
  }
}

/** The minimum. */
@unmanaged
class Smallest {
  // @ts-ignore: decorator
  @inline
  of(best: v128, x: v128): v128 {
    return f32x4.pmin(best, x);
  }
  // @ts-ignore: decorator
  @inline
  beats(x: v128, best: v128): v128 {
    return v128.andnot(f32x4.eq(best, best), f32x4.ge(x, best));
  }
}

/** out = maxᵣ x. @param out out (outer, inner) @param x in (outer, r, inner), r ≥ 1 */
export function maxAxis(out: usize, x: usize, outer: i32, r: i32, inner: i32): void {
  extremeAxis<Largest>(out, x, outer, r, inner);
}

/** out = minᵣ x. @param out out (outer, inner) @param x in (outer, r, inner), r ≥ 1 */
export function minAxis(out: usize, x: usize, outer: i32, r: i32, inner: i32): void {
  extremeAxis<Smallest>(out, x, outer, r, inner);
}

/** out = the first index r of the maximum. @param out out (outer, inner) int32 @param x in (outer, r, inner), r ≥ 1 */
export function argMaxAxis(out: usize, x: usize, outer: i32, r: i32, inner: i32): void {
  positionAxis<Largest>(out, x, outer, r, inner);
}

/** out = the first index r of the minimum. @param out out (outer, inner) int32 @param x in (outer, r, inner), r ≥ 1 */
export function argMinAxis(out: usize, x: usize, outer: i32, r: i32, inner: i32): void {
  positionAxis<Smallest>(out, x, outer, r, inner);
}

function extremeAxis<Kind extends End>(out: usize, x: usize, outer: i32, r: i32, inner: i32): void {
  const strips = (inner + 15) >> 4; // 16 columns each
  const end = shareEnd(outer * strips, r << 4, 1);
  for (let task = shareStart(outer * strips, r << 4, 1); task < end; task++) {
    const o = task / strips;
    const first = (task - o * strips) << 4;
    const to = out + ((<usize>o * inner + first) << 2);
    const from = x + ((<usize>o * r * inner + first) << 2);
    if (inner == 1) store<f32>(to, rowExtreme<Kind>(from, r));
    else if (inner - first >= 16) stripExtreme<Kind>(to, from, r, inner);
    else {
      for (let c = 0; c < inner - first; c += 4) {
        const lanes = min(inner - first - c, 4);
        storeLanes(to + (c << 2), columnExtreme<Kind>(from + (c << 2), r, inner, lanes), lanes);
      }
    }
  }
}

/** Lanes of x that are NaN, all ones. An instruction that spreads NaNs is much slower than this beside one that does not. */
// @ts-ignore: decorator
@inline
function isNaNs(x: v128): v128 {
  return f32x4.ne(x, x);
}

/** The extremes of 16 columns over r ≥ 1 rows, `inner` elements apart. */
function stripExtreme<Kind extends End>(out: usize, x: usize, r: i32, inner: i32): void {
  const kind = changetype<Kind>(0);
  let m0 = v128.load(x);
  let m1 = v128.load(x, 16);
  let m2 = v128.load(x, 32);
  let m3 = v128.load(x, 48);
  let n0 = isNaNs(m0);
  let n1 = isNaNs(m1);
  let n2 = isNaNs(m2);
  let n3 = isNaNs(m3);
  for (let k = 1; k < r; k++) {
    x += (<usize>inner) << 2;
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const x2 = v128.load(x, 32);
    const x3 = v128.load(x, 48);
    m0 = kind.of(m0, x0);
    m1 = kind.of(m1, x1);
    m2 = kind.of(m2, x2);
    m3 = kind.of(m3, x3);
    n0 = v128.or(n0, isNaNs(x0));
    n1 = v128.or(n1, isNaNs(x1));
    n2 = v128.or(n2, isNaNs(x2));
    n3 = v128.or(n3, isNaNs(x3));
  }
  v128.store(out, v128.or(m0, n0));
  v128.store(out, v128.or(m1, n1), 16);
  v128.store(out, v128.or(m2, n2), 32);
  v128.store(out, v128.or(m3, n3), 48);
}

/** The extremes of up to four columns over r ≥ 1 rows, `inner` elements apart. */
function columnExtreme<Kind extends End>(x: usize, r: i32, inner: i32, lanes: i32): v128 {
  const kind = changetype<Kind>(0);
  let best = loadLanes(x, lanes);
  let nans = isNaNs(best);
  for (let k = 1; k < r; k++) {
    x += (<usize>inner) << 2;
    const value = loadLanes(x, lanes);
    best = kind.of(best, value);
    nans = v128.or(nans, isNaNs(value));
  }
  return v128.or(best, nans);
}

/** The extreme of n ≥ 1 contiguous values. */
function rowExtreme<Kind extends End>(x: usize, n: i32): f32 {
  const kind = changetype<Kind>(0);
  let m0 = v128.load32_splat(x);
  let m1 = m0;
  let m2 = m0;
  let m3 = m0;
  let nans = isNaNs(m0);
  const end = x + ((<usize>n) << 2);
  for (; x + 64 <= end; x += 64) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const x2 = v128.load(x, 32);
    const x3 = v128.load(x, 48);
    m0 = kind.of(m0, x0);
    m1 = kind.of(m1, x1);
    m2 = kind.of(m2, x2);
    m3 = kind.of(m3, x3);
    nans = v128.or(v128.or(nans, v128.or(isNaNs(x0), isNaNs(x1))), v128.or(isNaNs(x2), isNaNs(x3)));
  }
  while (x < end) {
    const isWhole = x + 16 <= end;
    const x0 = isWhole ? v128.load(x) : v128.load32_splat(x);
    m0 = kind.of(m0, x0);
    nans = v128.or(nans, isNaNs(x0));
    x += isWhole ? 16 : 4;
  }
  if (v128.any_true(nans)) return NaN;
  m0 = kind.of(kind.of(m0, m1), kind.of(m2, m3));
  m0 = kind.of(m0, i8x16.shuffle(m0, m0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  m0 = kind.of(m0, i8x16.shuffle(m0, m0, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  return f32x4.extract_lane(m0, 0);
}

function positionAxis<Kind extends End>(out: usize, x: usize, outer: i32, r: i32, inner: i32): void {
  const kind = changetype<Kind>(0);
  const quads = (inner + 3) >> 2;
  const end = shareEnd(outer * quads, r << 2, 1);
  for (let task = shareStart(outer * quads, r << 2, 1); task < end; task++) {
    const o = task / quads;
    const column = (task - o * quads) << 2;
    const to = out + ((<usize>o * inner + column) << 2);
    let from = x + ((<usize>o * r * inner + column) << 2);
    if (inner == 1) {
      store<i32>(to, firstIndexOf(from, r, rowExtreme<Kind>(from, r)));
      continue;
    }
    const lanes = min(inner - column, 4);
    let best = loadLanes(from, lanes);
    let position = i32x4.splat(0);
    for (let k = 1; k < r; k++) {
      from += (<usize>inner) << 2;
      const value = loadLanes(from, lanes);
      const wins = kind.beats(value, best);
      best = v128.bitselect(value, best, wins);
      position = v128.bitselect(i32x4.splat(k), position, wins);
    }
    storeLanes(to, position, lanes);
  }
}

/** Position of the first element equal to `value`, or of the first NaN if `value` is NaN; one of the n elements is. */
function firstIndexOf(x: usize, n: i32, value: f32): i32 {
  const values = f32x4.splat(value);
  const wantsNaN = f32x4.ne(values, values);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const x0 = v128.load(x + ((<usize>i) << 2));
    const found = v128.or(f32x4.eq(x0, values), v128.and(f32x4.ne(x0, x0), wantsNaN));
    if (v128.any_true(found)) return i + ctz(i32x4.bitmask(found));
  }
  const rest = loadLanes(x + ((<usize>i) << 2), n - i);
  return i + ctz(i32x4.bitmask(v128.or(f32x4.eq(rest, values), v128.and(f32x4.ne(rest, rest), wantsNaN))));
}

/**
 * dx = dOut where x is the extreme, shared equally among ties, else 0; or += with accumulate. For maxima and minima.
 * @param dx    out (outer, r, inner)
 * @param dOut  in (outer, inner)
 * @param x     in (outer, r, inner)
 * @param out   in (outer, inner): what maxAxis or minAxis wrote; where it is NaN, dx is 0
 */
export function maxAxisBackward(
  dx: usize,
  dOut: usize,
  x: usize,
  out: usize,
  outer: i32,
  r: i32,
  inner: i32,
  accumulate: i32,
): void {
  const quads = (inner + 3) >> 2;
  const end = shareEnd(outer * quads, r << 3, 1);
  for (let task = shareStart(outer * quads, r << 3, 1); task < end; task++) {
    const o = task / quads;
    const column = (task - o * quads) << 2;
    const small = (<usize>o * inner + column) << 2;
    const large = (<usize>o * r * inner + column) << 2;
    if (inner == 1) shareRow(dx + large, load<f32>(dOut + small), x + large, load<f32>(out + small), r, accumulate);
    else {
      const lanes = min(inner - column, 4);
      const best = loadLanes(out + small, lanes);
      shareColumns(dx + large, loadLanes(dOut + small, lanes), x + large, best, r, inner, lanes, accumulate);
    }
  }
}

function shareRow(dx: usize, dOut: f32, x: usize, best: f32, n: i32, accumulate: i32): void {
  const bests = f32x4.splat(best);
  let counts = i32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) counts = i32x4.sub(counts, f32x4.eq(v128.load(x + ((<usize>i) << 2)), bests));
  let count = i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1);
  count += i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
  for (; i < n; i++) count += i32(load<f32>(x + ((<usize>i) << 2)) == best);
  const share = f32x4.splat(dOut / <f32>count);
  for (i = 0; i + 4 <= n; i += 4) give(dx + ((<usize>i) << 2), share, x + ((<usize>i) << 2), bests, accumulate, 4);
  if (i < n) give(dx + ((<usize>i) << 2), share, x + ((<usize>i) << 2), bests, accumulate, n - i);
}

function shareColumns(
  dx: usize,
  dOut: v128,
  x: usize,
  best: v128,
  r: i32,
  inner: i32,
  lanes: i32,
  accumulate: i32,
): void {
  let counts = i32x4.splat(0);
  for (let k = 0; k < r; k++) {
    counts = i32x4.sub(counts, f32x4.eq(loadLanes(x + ((<usize>k * inner) << 2), lanes), best));
  }
  const share = f32x4.div(dOut, f32x4.convert_i32x4_s(counts));
  for (let k = 0; k < r; k++) {
    const at = (<usize>k * inner) << 2;
    give(dx + at, share, x + at, best, accumulate, lanes);
  }
}

// @ts-ignore: decorator
@inline
function give(dx: usize, share: v128, x: usize, best: v128, accumulate: i32, lanes: i32): void {
  const value = v128.and(share, f32x4.eq(loadLanes(x, lanes), best));
  storeLanes(dx, accumulate ? f32x4.add(loadLanes(dx, lanes), value) : value, lanes);
}
