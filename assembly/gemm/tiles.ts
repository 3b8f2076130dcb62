/**
 * The register tiles as functions, one for each number of rows, and the choice among them. Each is called once for every tile, so that V8
 * compiles it well while the product is still running (a running call is never replaced). Arguments: microKernel.ts.
 */
import { tile, tile4 } from "./microKernel";

/** C (rows × 8) = A panel · B panel, or += where `add`; 1 ≤ rows ≤ MR. */
// prettier-ignore
export function multiplyTile8(rows: i32, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (rows == 6) return tile6x8(kc, a, aStep, b, bStep, add, c, cRow);
  }
  switch (rows) {
    case 5:
      return tile5x8(kc, a, aStep, b, bStep, add, c, cRow);
    case 4:
      return tile4x8(kc, a, aStep, b, bStep, add, c, cRow);
    case 3:
      return tile3x8(kc, a, aStep, b, bStep, add, c, cRow);
    case 2:
      return tile2x8(kc, a, aStep, b, bStep, add, c, cRow);
    default:
      return tile1x8(kc, a, aStep, b, bStep, add, c, cRow);
  }
}

/** C (rows × 4) = A panel · B panel, or += where `add`; 1 ≤ rows ≤ MR. */
// prettier-ignore
export function multiplyTile4(rows: i32, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (rows == 6) return tile6x4(kc, a, aStep, b, bStep, add, c, cRow);
  }
  switch (rows) {
    case 5:
      return tile5x4(kc, a, aStep, b, bStep, add, c, cRow);
    case 4:
      return tile4x4(kc, a, aStep, b, bStep, add, c, cRow);
    case 3:
      return tile3x4(kc, a, aStep, b, bStep, add, c, cRow);
    case 2:
      return tile2x4(kc, a, aStep, b, bStep, add, c, cRow);
    default:
      return tile1x4(kc, a, aStep, b, bStep, add, c, cRow);
  }
}

/** The same, reading B as it lies and writing its packed panel to `packed` for the tiles below; 3 ≤ rows ≤ MR. */
// prettier-ignore
export function multiplyTile8Packing(rows: i32, packed: usize, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (rows == 6) return packingTile6x8(packed, kc, a, aStep, b, bStep, add, c, cRow);
  }
  switch (rows) {
    case 5:
      return packingTile5x8(packed, kc, a, aStep, b, bStep, add, c, cRow);
    case 4:
      return packingTile4x8(packed, kc, a, aStep, b, bStep, add, c, cRow);
    default:
      return packingTile3x8(packed, kc, a, aStep, b, bStep, add, c, cRow);
  }
}

function tile1x8(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(1, 8, false, 0, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile2x8(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(2, 8, false, 0, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile3x8(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(3, 8, false, 0, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile4x8(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(4, 8, false, 0, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile5x8(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(5, 8, false, 0, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile6x8(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(6, 8, false, 0, kc, a, aStep, b, bStep, add, c, cRow);
}

// prettier-ignore
function packingTile3x8(packed: usize, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(3, 8, true, packed, kc, a, aStep, b, bStep, add, c, cRow);
}

// prettier-ignore
function packingTile4x8(packed: usize, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(4, 8, true, packed, kc, a, aStep, b, bStep, add, c, cRow);
}

// prettier-ignore
function packingTile5x8(packed: usize, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(5, 8, true, packed, kc, a, aStep, b, bStep, add, c, cRow);
}

// prettier-ignore
function packingTile6x8(packed: usize, kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile(6, 8, true, packed, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile1x4(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile4(1, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile2x4(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile4(2, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile3x4(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile4(3, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile4x4(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile4(4, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile5x4(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile4(5, kc, a, aStep, b, bStep, add, c, cRow);
}

function tile6x4(kc: i32, a: usize, aStep: usize, b: usize, bStep: usize, add: i32, c: usize, cRow: usize): void {
  tile4(6, kc, a, aStep, b, bStep, add, c, cRow);
}
