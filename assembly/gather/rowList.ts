/**
 * Which rows of a table a step's gradients have touched, so that whatever follows (norm, clipping, optimizer, clearing) visits those alone and costs
 * the same for any vocabulary. Letters: V rows of the table, k ≤ V listed rows, n indices. Does not add gradients: scatterAddRows does.
 *
 * Note [Row list]. k is known when a step runs, not when it is recorded; so it lies in memory, beside the rows:
 *
 *   byte  0     i32     k                      0 at first
 *   byte  4     i32     V                      written by TypeScript
 *   byte  8     i32     elements of a row      written by TypeScript
 *   byte 16     i32[V]  the listed rows, each once, in the order in which they first occurred; k of them hold
 *   byte 16+4V  u8[V]   1 where a row is listed, else 0
 *
 * Whether a loop over the list is cut for several threads follows from V, since a recording decides it once: countedStart of thread.ts.
 */
import { threadIndex } from "../thread";

const headBytes: usize = 16;

/** Bytes of the list of a table of V rows. */
export function rowListBytes(v: i32): i32 {
  return <i32>headBytes + 5 * v;
}

/**
 * Lists the rows that are not listed yet. Thread 0 alone.
 * @param list     in/out: Note [Row list]
 * @param indices  in (n) int32, each a row of the table
 */
export function collectRows(list: usize, indices: usize, n: i32): void {
  if (threadIndex() != 0) return;
  const isListed = list + headBytes + ((<usize>load<i32>(list, 4)) << 2);
  let k = load<i32>(list);
  for (let i = 0; i < n; i++) {
    const row = load<i32>(indices + ((<usize>i) << 2));
    if (load<u8>(isListed + <usize>row)) continue;
    store<u8>(isListed + <usize>row, 1);
    store<i32>(list + ((<usize>k) << 2), row, headBytes);
    k++;
  }
  store<i32>(list, k);
}

/** Lists all rows, for a gradient that touches all of them. Thread 0 alone. @param list in/out */
export function collectAllRows(list: usize): void {
  if (threadIndex() != 0) return;
  const v = load<i32>(list, 4);
  const isListed = list + headBytes + ((<usize>v) << 2);
  let k = load<i32>(list);
  for (let row = 0; row < v && k < v; row++) {
    if (load<u8>(isListed + <usize>row)) continue;
    store<u8>(isListed + <usize>row, 1);
    store<i32>(list + ((<usize>k) << 2), row, headBytes);
    k++;
  }
  store<i32>(list, k);
}

/** Empties the list, at the cost of the rows that are on it. Thread 0 alone. @param list in/out */
export function clearRowList(list: usize): void {
  if (threadIndex() != 0) return;
  const isListed = list + headBytes + ((<usize>load<i32>(list, 4)) << 2);
  const k = load<i32>(list);
  for (let i = 0; i < k; i++) store<u8>(isListed + <usize>listedRow(list, i), 0);
  store<i32>(list, 0);
}

/** k */
// @ts-ignore: decorator
@inline
export function listedRows(list: usize): i32 {
  return load<i32>(list);
}

/** The row at place i of the list. */
// @ts-ignore: decorator
@inline
export function listedRow(list: usize, i: i32): i32 {
  return load<i32>(list + ((<usize>i) << 2), headBytes);
}

/** V */
// @ts-ignore: decorator
@inline
export function tableRows(list: usize): i32 {
  return load<i32>(list, 4);
}

/** Elements of a row. */
// @ts-ignore: decorator
@inline
export function listedRowLength(list: usize): i32 {
  return load<i32>(list, 8);
}
