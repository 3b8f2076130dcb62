/**
 * The register tiles of 16 columns, which only wide mode uses (wide.ts) and so no browser. They are carried in the part of rarer kernels: who multiplies
 * calls them by the table of functions, where they stand at number 0 (Note [Parts] in launch.ts). Arguments: microKernel.ts.
 */
import { tile } from "./microKernel";
import { multiplyTile8 } from "./tiles";

/** Where {@link wideTile} stands in the table of functions. */
const WIDE_TILE: u32 = 0;

/** C (rows × 16) = A panel · B panel, or += where `add`; 1 ≤ rows ≤ MR; in wide mode only. */
// prettier-ignore
export function multiplyTile16(rows: i32, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  if (rows > 3) {
    call_indirect<i32>(WIDE_TILE, rows, <usize>0, kc, a, aStep, b, bStep, add, c, cRow);
    return;
  }
  multiplyTile8(rows, kc, a, aStep, b, bStep, add, c, cRow);
  multiplyTile8(rows, kc, a, aStep, b + 32, bStep, add, c + 32, cRow);
}

/** C (6 × 16), reading B as it lies and writing its packed panel to `packed`; in wide mode only. */
// prettier-ignore
export function multiplyTile16Packing(packed: usize, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  call_indirect<i32>(WIDE_TILE, 6, packed, kc, a, aStep, b, bStep, add, c, cRow);
}

/** The tiles themselves: 4 to 6 rows, with `packed` ≠ 0 six of them. @returns the rows that were done: 0 in a build that has no such tiles */
// prettier-ignore
export function wideTile(rows: i32, packed: usize, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): i32 {
  if (!ASC_FEATURE_RELAXED_SIMD) return 0;
  if (packed) packingTile6x16(packed, kc, a, aStep, b, bStep, add, c, cRow);
  else if (rows == 6) tile6x16(kc, a, aStep, b, bStep, add, c, cRow);
  else if (rows == 5) tile5x16(kc, a, aStep, b, bStep, add, c, cRow);
  else tile4x16(kc, a, aStep, b, bStep, add, c, cRow);
  return rows;
}

function tile4x16(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(4, 16, false, 0, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile5x16(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(5, 16, false, 0, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile6x16(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(6, 16, false, 0, kc, a, aStep, b, bStep, add, c, cRow);
}

// prettier-ignore
function packingTile6x16(packed: usize, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(6, 16, true, packed, kc, a, aStep, b, bStep, add, c, cRow);
}
