/**
 * How a box of up to four dimensions (d0, d1, d2, d3) is cut among threads: along one axis, so that a share is a smaller box with
 * moved pointers, and the kernel behind it knows nothing of threads. Does not touch memory.
 */

/** The axis to cut: the first of at least 16 iterations, else the longest. */
export function cutAxis(d0: i32, d1: i32, d2: i32, d3: i32): i32 {
  if (d0 >= 16) return 0;
  if (d1 >= 16) return 1;
  if (d2 >= 16) return 2;
  if (d3 >= 16) return 3;
  const most = max(max(d0, d1), max(d2, d3));
  return most == d0 ? 0 : most == d1 ? 1 : most == d2 ? 2 : 3;
}

/** The value that belongs to `axis`. */
// @ts-ignore: decorator
@inline
export function alongAxis(axis: i32, v0: i32, v1: i32, v2: i32, v3: i32): i32 {
  return axis == 0 ? v0 : axis == 1 ? v1 : axis == 2 ? v2 : v3;
}
