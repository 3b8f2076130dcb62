/**
 * Loads and stores of one to four lanes, so that the end of a row goes through the same formula as its middle.
 * With a literal 4 the call folds to one plain load or store. Nothing outside the asked lanes is read or written.
 */

/** The first `lanes` values at `p`, 1 ≤ lanes ≤ 4; the other lanes are 0. */
// @ts-ignore: decorator
@inline
export function loadLanes(p: usize, lanes: i32): v128 {
  if (lanes == 4) return v128.load(p);
  return loadFew(p, lanes);
}

/** Stores the first `lanes` lanes of `x` at `p`, 1 ≤ lanes ≤ 4. */
// @ts-ignore: decorator
@inline
export function storeLanes(p: usize, x: v128, lanes: i32): void {
  if (lanes == 4) v128.store(p, x);
  else storeFew(p, x, lanes);
}

/** x with all lanes from `lanes` on set to 0. */
// @ts-ignore: decorator
@inline
export function maskLanes(x: v128, lanes: i32): v128 {
  if (lanes == 4) return x;
  return v128.and(x, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes)));
}

/** Writes a gradient: `=` the first lanes of `x`, or `+=` with accumulate. */
// @ts-ignore: decorator
@inline
export function putLanes(p: usize, x: v128, accumulate: i32, lanes: i32): void {
  storeLanes(p, accumulate ? f32x4.add(loadLanes(p, lanes), x) : x, lanes);
}

function loadFew(p: usize, lanes: i32): v128 {
  if (lanes == 1) return v128.load32_zero(p);
  const pair = v128.load64_zero(p);
  return lanes == 2 ? pair : v128.load_lane<f32>(p, pair, 2, 8);
}

function storeFew(p: usize, x: v128, lanes: i32): void {
  if (lanes == 1) return v128.store_lane<f32>(p, x, 0);
  v128.store_lane<f64>(p, x, 0);
  if (lanes == 3) v128.store_lane<f32>(p, x, 2, 8);
}
