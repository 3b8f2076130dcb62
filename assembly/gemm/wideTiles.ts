/**
 * The register tiles of 16 columns, which only wide mode uses (wide.ts) and so no browser. Those of a matrix product are carried in the part of rarer kernels:
 * panels.ts calls a column of them at once by the table of functions (Note [Parts] in launch.ts). Arguments: microKernel.ts.
 */
import { MR } from "./blocking";
import { tile } from "./microKernel";
import { tileRows } from "./panels";
import { multiplyTile8 } from "./tiles";

/** C (rows × 16) = A panel · B panel, or += where `add`; 1 ≤ rows ≤ MR. */
// prettier-ignore
export function multiplyTile16(rows: i32, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  if (rows == 6) return tile6x16(kc, a, aStep, b, bStep, add, c, cRow);
  if (rows == 5) return tile5x16(kc, a, aStep, b, bStep, add, c, cRow);
  if (rows == 4) return tile4x16(kc, a, aStep, b, bStep, add, c, cRow);
  multiplyTile8(rows, kc, a, aStep, b, bStep, add, c, cRow);
  multiplyTile8(rows, kc, a, aStep, b + 32, bStep, add, c + 32, cRow);
}

/**
 * C (mc × 16) = block of A · panel of B, or += where `add`: the tiles from top to bottom, all of 4 rows or more (mc is 4 to 6 or at least 8).
 * @param a       the packed row panels of A
 * @param packed  ≠ 0: the first tile, of 6 rows, reads B as it lies and writes its packed panel there, for the others
 * @returns mc; 0 in a build without wide tiles
 */
// prettier-ignore
export function wideColumn(mc: i32, kc: i32, a: usize, b: usize, bStep: usize, packed: usize, add: i32, c: usize, cRow: usize): i32 {
  if (!ASC_FEATURE_RELAXED_SIMD) return 0;
  const tiles = (mc + MR - 1) / MR;
  for (let t = 0; t < tiles; t++) {
    const rows = tileRows(mc, tiles, t);
    if (packed) {
      packingTile6x16(packed, kc, a, 4 * MR, b, bStep, add, c, cRow);
      b = packed;
      bStep = 64;
      packed = 0;
    } else if (rows == 6) tile6x16(kc, a, 4 * MR, b, bStep, add, c, cRow);
    else if (rows == 5) tile5x16(kc, a, 4 * MR, b, bStep, add, c, cRow);
    else tile4x16(kc, a, 4 * MR, b, bStep, add, c, cRow);
    a += <usize>kc * (4 * MR);
    c += <usize>rows * cRow;
  }
  return mc;
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
