/**
 * What all sequence kernels share: the order of the steps, which of them count, and how the batch is cut.
 * Letters: N batch, T steps, H units; n a row of the batch, t a position in time, s a step: the s-th one to be computed.
 *
 * Note [Sequence kernels]. A kernel runs the whole time loop over its share of the batch, so no step waits for another thread. Its rows go through in blocks
 * of at most BLOCK_ROWS, block after block, so that scratch has a size. The states that steps hand on lie in (N, H) tensors which hold the last state when
 * the kernel returns. `order` says where step s reads and writes: bit 0, from the end (t = T − 1 − s); bit 1, the output y at s instead of t.
 * `mask` (N, T) int32 or 0: where it is 0 the step does not count: the states stay, y is 0, and going back no gradient enters.
 */
/** Most rows that go through the time loop together. */
export const BLOCK_ROWS: i32 = 96;

/** Reads from the end. */
export const BACKWARDS: i32 = 1;
/** Writes y in the order of the steps. */
export const IN_STEPS: i32 = 2;

/** The cost of a row of the batch for shareStart, where a step takes so many multiply-adds. */
// @ts-ignore: decorator
@inline
export function rowCost(t: i32, multiplyAdds: i32): i32 {
  return <i32>min<i64>((<i64>t * multiplyAdds) >> 3, i32.MAX_VALUE);
}

/** The position of step s. */
// @ts-ignore: decorator
@inline
export function positionOf(s: i32, steps: i32, order: i32): i32 {
  return order & BACKWARDS ? steps - 1 - s : s;
}

/** Where y of step s stands. */
// @ts-ignore: decorator
@inline
export function outputOf(s: i32, steps: i32, order: i32): i32 {
  return order & IN_STEPS ? s : positionOf(s, steps, order);
}

/** The address of row (n, t) of x (N, T, width). */
// @ts-ignore: decorator
@inline
export function at(x: usize, n: i32, t: i32, steps: i32, width: i32): usize {
  return x + (((<usize>n * <usize>steps + <usize>t) * <usize>width) << 2);
}

/** True where step t of row n counts. */
// @ts-ignore: decorator
@inline
export function counts(mask: usize, n: i32, t: i32, steps: i32): bool {
  return mask == 0 || load<i32>(mask + ((<usize>n * <usize>steps + <usize>t) << 2)) != 0;
}

/** True where step t counts for one of the rows from `first` on. */
export function anyCounts(mask: usize, first: i32, rows: i32, t: i32, steps: i32): bool {
  if (mask == 0) return true;
  for (let n = first; n < first + rows; n++) if (counts(mask, n, t, steps)) return true;
  return false;
}
