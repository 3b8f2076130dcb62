/**
 * The last one to three elements of a row, in the low lanes of a vector. Tails take the same instructions as the main loop, so that
 * an element has the same bits wherever it stands. The lanes above hold 0. Reads and writes nothing beyond the k elements.
 */

/** The k elements at p, 1 ≤ k ≤ 3, in lanes 0 … k − 1; the other lanes are 0. */
export function loadTail(p: usize, k: i32): v128 {
  if (k == 1) return v128.load32_zero(p);
  const two = v128.load64_zero(p);
  return k == 2 ? two : v128.load_lane<f32>(p, two, 2, 8);
}

/** Stores lanes 0 … k − 1 at p, 1 ≤ k ≤ 3. */
export function storeTail(p: usize, v: v128, k: i32): void {
  if (k == 1) {
    v128.store_lane<f32>(p, v, 0);
    return;
  }
  v128.store_lane<f64>(p, v, 0);
  if (k == 3) v128.store_lane<f32>(p, v, 2, 8);
}
