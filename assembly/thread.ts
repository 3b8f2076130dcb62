/**
 * Which share of a loop is this thread's. Every thread runs the same kernel call on its own instance and takes the part
 * [shareStart, shareEnd) of the outermost loop; no kernel waits for another thread, so the shares may also run one after the other.
 * A share never splits a sum: kernels cut only loops whose iterations write different elements.
 * Does not start threads and does not wait (that is the launch's business, in src/runtime).
 */

let index: i32 = 0;
let count: i32 = 1;
let smallWork: i32 = 16384;

/** Makes this instance thread `i` of `n`. Module state is per instance, hence per thread. */
export function setThread(i: i32, n: i32): void {
  index = i;
  count = n;
}

/** Work below `elements` is done by thread 0 alone: waking a thread costs more than it would save. Tests set 0 to cut everything. */
export function setSmallWork(elements: i32): void {
  smallWork = elements;
}

/** This thread's number, 0 ≤ index < count. */
export function threadIndex(): i32 {
  return index;
}

/** The number of threads that run every kernel. */
export function threadCount(): i32 {
  return count;
}

/**
 * First iteration of this thread's share of a loop of `total` iterations, each of `cost` elements, cut at multiples of `grain`.
 * The share is empty where shareStart ≥ shareEnd.
 */
export function shareStart(total: i32, cost: i32, grain: i32): i32 {
  if (index == 0) return 0;
  if (<i64>total * cost < smallWork) return total;
  return min(index * sharePer(total, grain), total);
}

/** One past the last iteration of this thread's share; see {@link shareStart}. */
export function shareEnd(total: i32, cost: i32, grain: i32): i32 {
  if (<i64>total * cost < smallWork) return total;
  return min((index + 1) * sharePer(total, grain), total);
}

/** Iterations of one share: ⌈⌈total / grain⌉ / count⌉ · grain. */
// @ts-ignore: decorator
@inline
function sharePer(total: i32, grain: i32): i32 {
  const grains = (total + grain - 1) / grain;
  return ((grains + count - 1) / count) * grain;
}
