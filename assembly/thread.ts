/**
 * Which share of a loop is this thread's. Every thread runs the same kernel call on its own instance and takes the part
 * [shareStart, shareEnd) of the outermost loop; no kernel waits for another thread, so the shares may also run one after the other.
 * A share never splits a sum: kernels cut only loops whose iterations write different elements. An empty share does nothing at all.
 * Does not start threads and does not wait (launch.ts does).
 *
 * Note [Thread state]. What a thread knows of itself are globals that every part of the kernels imports: one set a thread, made by whoever instantiates
 * (src/runtime/kernels.ts, with their first values), so that what one part sets holds in all.
 */

/** This thread, 0 ≤ index < count. */
// @ts-ignore: decorator
@external("env", "threadIndex")
declare let index: i32;

/** Threads. */
// @ts-ignore: decorator
@external("env", "threadCount")
declare let count: i32;

/** ≠ 0: thread 0 does everything itself. */
// @ts-ignore: decorator
@external("env", "isAlone")
declare let isAlone: i32;

/** Elements below which work is not cut. */
// @ts-ignore: decorator
@external("env", "smallWork")
declare let smallWork: i32;

/** ≠ 0: a kernel would have cut its work since beginProbe. */
// @ts-ignore: decorator
@external("env", "hasSplit")
declare let hasSplit: i32;

/** Makes this thread `i` of `n`. */
export function setThread(i: i32, n: i32): void {
  index = i;
  count = n;
}

/** Thread 0 does everything itself (1), or its share only (0): while the others are not there yet, or not any more. */
export function setAlone(alone: i32): void {
  isAlone = alone;
}

/** Work below `elements` is done by thread 0 alone: waking a thread costs more than it would save. Tests set 0 to cut everything. */
export function setSmallWork(elements: i32): void {
  smallWork = elements;
}

/** This thread's number, 0 ≤ index < count. */
export function threadIndex(): i32 {
  return index;
}

/** The number of threads that scratch must be there for; while thread 0 works alone, still that number. */
export function threadCount(): i32 {
  return count;
}

/** Until endProbe, kernels do nothing but find out whether they would cut their work: this is a thread that has no share. */
export function beginProbe(): void {
  index = count;
  hasSplit = 0;
}

/** Makes this thread 0 again. @returns 1 where a kernel since beginProbe would cut its work, 0 where thread 0 does it alone */
export function endProbe(): i32 {
  index = 0;
  return hasSplit;
}

/**
 * First iteration of this thread's share of a loop of `total` iterations, each of `cost` elements, cut at multiples of `grain`.
 * The share is empty where shareStart ≥ shareEnd.
 */
export function shareStart(total: i32, cost: i32, grain: i32): i32 {
  if (index == 0) return 0;
  if (isSmall(total, cost)) return total;
  hasSplit = 1;
  return min(index * sharePer(total, grain), total);
}

/** One past the last iteration of this thread's share; see {@link shareStart}. */
export function shareEnd(total: i32, cost: i32, grain: i32): i32 {
  if (isAlone != 0 && index == 0) return total;
  if (isSmall(total, cost)) return total;
  return min((index + 1) * sharePer(total, grain), total);
}

/**
 * As shareStart, of a loop whose length lies in memory and is at most `most`: only `most` decides whether the loop is cut, because a recorded call
 * keeps that decision while the length changes.
 */
export function countedStart(total: i32, most: i32, cost: i32): i32 {
  if (index == 0) return 0;
  if (isSmall(most, cost)) return total;
  hasSplit = 1;
  return min(index * sharePer(total, 1), total);
}

/** One past the last iteration of this thread's share; see {@link countedStart}. */
export function countedEnd(total: i32, most: i32, cost: i32): i32 {
  if ((isAlone && index == 0) || isSmall(most, cost)) return total;
  return min((index + 1) * sharePer(total, 1), total);
}

// @ts-ignore: decorator
@inline
function isSmall(total: i32, cost: i32): bool {
  return <i64>total * cost < smallWork;
}

/** Iterations of one share: ⌈⌈total / grain⌉ / count⌉ · grain. */
// @ts-ignore: decorator
@inline
function sharePer(total: i32, grain: i32): i32 {
  const grains = (total + grain - 1) / grain;
  return ((grains + count - 1) / count) * grain;
}
