/**
 * Which rows of a table a step's gradients have touched, so that whatever follows (norm, clipping, optimizer, clearing) visits those alone and costs
 * the same for any vocabulary. Letters: V rows of the table, k ≤ V listed rows, n indices. Does not add gradients: scatterAddRows does.
 *
 * Note [Row list]. k is known when a step runs, not when it is recorded; so it lies in memory, beside the rows:
 *
 *   RowListHead (layout.ts)     k, V and the length of a row; TypeScript writes the last two
 *   i32[V]                      the listed rows, each once, in the order in which they first occurred; k of them hold
 *   u8[V]                       1 where a row is listed, else 0
 *
 * Whether a loop over the list is cut for several threads follows from V, since a recording decides it once: countedStart of thread.ts.
 */
import { threadIndex } from "../thread";
import { RowListHead } from "./layout";

const headBytes: usize = offsetof<RowListHead>();

/** Bytes of the list of a table of V rows. */
export function rowListBytes(v: i32): i32 {
  return <i32>headBytes + 5 * v;
}

/**
 * Lists the rows that are not listed yet. Thread 0 alone.
 * @param list     in/out: Note [Row list]
 * @param indices  in (n) int32, each a row of the table
 */
export function collectRows(list: RowListHead, indices: usize, n: i32): void {
  if (threadIndex() != 0) return;
  const isListed = flagsOf(list);
  let k = list.count;
  for (let i = 0; i < n; i++) {
    const row = load<i32>(indices + ((<usize>i) << 2));
    if (load<u8>(isListed + <usize>row)) continue;
    store<u8>(isListed + <usize>row, 1);
    store<i32>(rowAt(list, k), row);
    k++;
  }
  list.count = k;
}

/** Lists all rows, for a gradient that touches all of them. Thread 0 alone. @param list in/out */
export function collectAllRows(list: RowListHead): void {
  if (threadIndex() != 0) return;
  const v = list.tableRows;
  const isListed = flagsOf(list);
  let k = list.count;
  for (let row = 0; row < v && k < v; row++) {
    if (load<u8>(isListed + <usize>row)) continue;
    store<u8>(isListed + <usize>row, 1);
    store<i32>(rowAt(list, k), row);
    k++;
  }
  list.count = k;
}

/** Empties the list, at the cost of the rows that are on it. Thread 0 alone. @param list in/out */
export function clearRowList(list: RowListHead): void {
  if (threadIndex() != 0) return;
  const isListed = flagsOf(list);
  const k = list.count;
  for (let i = 0; i < k; i++) store<u8>(isListed + <usize>listedRow(list, i), 0);
  list.count = 0;
}

/** Where the row at place i of the list stands. */
// @ts-ignore: decorator
@inline
function rowAt(list: RowListHead, i: i32): usize {
  return changetype<usize>(list) + headBytes + ((<usize>i) << 2);
}

/** The byte for each row of the table. */
// @ts-ignore: decorator
@inline
function flagsOf(list: RowListHead): usize {
  return rowAt(list, list.tableRows);
}

/** k */
// @ts-ignore: decorator
@inline
export function listedRows(list: RowListHead): i32 {
  return list.count;
}

/** The row at place i of the list. */
// @ts-ignore: decorator
@inline
export function listedRow(list: RowListHead, i: i32): i32 {
  return load<i32>(rowAt(list, i));
}

/** V */
// @ts-ignore: decorator
@inline
export function tableRows(list: RowListHead): i32 {
  return list.tableRows;
}

/** Elements of a row. */
// @ts-ignore: decorator
@inline
export function listedRowLength(list: RowListHead): i32 {
  return list.rowLength;
}
