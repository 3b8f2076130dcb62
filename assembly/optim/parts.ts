/**
 * Which elements of a slab a step visits: all of them in one part, or the rows of a table that its gradients have touched, a part each (the lazy form
 * of an optimizer: what did not occur keeps its value and its states). Letters: n elements of the slab; rows a list (Note [Row list] in
 * gather/rowList.ts) or 0 (no pointer), which stands for all elements.
 *
 *   const last = partsEnd(rows, cost);
 *   for (let part = partsStart(rows, cost); part < last; part++) {
 *     const end = partEnd(rows, part, n, cost);
 *     for (let i = partStart(rows, part, n, cost); i < end; …) …          elements [i, end) are this thread's
 *   }
 */
import { RowListHead } from "../gather/layout";
import { listedRow, listedRowLength, listedRows, tableRows } from "../gather/rowList";
import { countedEnd, countedStart, shareEnd, shareStart } from "../thread";

/** This thread's first part. @param cost of an element, as in shareStart */
export function partsStart(rows: RowListHead, cost: i32): i32 {
  return rows ? countedStart(listedRows(rows), tableRows(rows), cost * listedRowLength(rows)) : 0;
}

/** One past this thread's last part. */
export function partsEnd(rows: RowListHead, cost: i32): i32 {
  return rows ? countedEnd(listedRows(rows), tableRows(rows), cost * listedRowLength(rows)) : 1;
}

/** First element of a part. */
export function partStart(rows: RowListHead, part: i32, n: i32, cost: i32): i32 {
  return rows ? listedRow(rows, part) * listedRowLength(rows) : shareStart(n, cost, 16);
}

/** One past its last element. */
export function partEnd(rows: RowListHead, part: i32, n: i32, cost: i32): i32 {
  return rows ? (listedRow(rows, part) + 1) * listedRowLength(rows) : shareEnd(n, cost, 16);
}
