/**
 * The column panels of a convolution's products, and a panel times many lines: what panels.ts is to gemm, for an A that lies with its lines side by side.
 * Letters: m lines (pixels, or kernel elements) of a product of depth kc, `columns` results of each line; nr the tile's columns (blocking.ts).
 *
 *   A: element p of line i at a + p · aStep + 4 i            no panels of MR lines: any tile begins at any line
 *   B: panel j holds `width` columns, element p of column i at b + (p · width + i) · 4; width 16 (wide mode), 8, or 4 at the right edge
 *
 * Knows neither images nor blocks.
 */
import { MR, NR, NR_EDGE, NR_WIDE } from "../gemm/blocking";
import { multiplyTile4, multiplyTile8 } from "../gemm/tiles";
import { multiplyTile16 } from "../gemm/wideTiles";

/** Bytes of a tile that is computed whole and stored in part. */
export const spareBytes: usize = 256;

/** Bytes between rows of a tile in spare memory. */
const spareRow: usize = 4 * NR;

/** Number of panels of `n` columns: of nr each, then of at most 8. */
export function panelCount(n: i32, nr: i32): i32 {
  return n / nr + ((n % nr) + NR - 1) / NR;
}

/** First column of panel j. */
export function panelStart(n: i32, nr: i32, j: i32): i32 {
  const full = n / nr;
  return j <= full ? j * nr : full * nr + (j - full) * NR;
}

/** Columns that panel j has, the last of which are less than its width where it is the last. */
export function panelColumns(n: i32, nr: i32, j: i32): i32 {
  return min(n - panelStart(n, nr, j), j < n / nr ? nr : NR);
}

/** Columns that a panel of `columns` has room for. */
export function panelWidth(columns: i32): i32 {
  return columns > NR ? NR_WIDE : columns > NR_EDGE ? NR : NR_EDGE;
}

/** Columns that `n` columns in panels take in memory. */
export function paddedColumns(n: i32): i32 {
  return (n + NR - 1) & -NR;
}

/** C (m, columns) = A · B panel, or += where `add`. @param spare spareBytes */
// prettier-ignore
export function multiplyPanel(
  m: i32, columns: i32, kc: i32, a: usize, aStep: usize, b: usize, add: i32, c: usize, cRow: usize, spare: usize,
): void {
  const tiles = (m + MR - 1) / MR;
  const width = panelWidth(columns);
  const bStep = (<usize>width) << 2;
  const isWhole = (columns & 3) == 0;
  for (let t = 0; t < tiles; t++) {
    const rows = m / tiles + i32(t < m % tiles);
    if (ASC_FEATURE_RELAXED_SIMD && width == NR_WIDE) {
      multiplyTile16(rows, kc, a, aStep, b, bStep, add, c, cRow);
    } else {
      const out = isWhole ? c : spare;
      const outRow = isWhole ? cRow : spareRow;
      if (width == NR_EDGE) multiplyTile4(rows, kc, a, aStep, b, bStep, add & i32(isWhole), out, outRow);
      else multiplyTile8(rows, kc, a, aStep, b, bStep, add & i32(isWhole), out, outRow);
      if (!isWhole) storePart(rows, columns, spare, add, c, cRow);
    }
    a += (<usize>rows) << 2;
    c += <usize>rows * cRow;
  }
}

/** Copies or adds the first `columns` of each row of a tile in spare memory to C. */
function storePart(rows: i32, columns: i32, tile: usize, add: i32, c: usize, cRow: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = c + ((<usize>j) << 2);
      const x = load<f32>(tile + ((<usize>j) << 2));
      store<f32>(at, add ? load<f32>(at) + x : x);
    }
    tile += spareRow;
    c += cRow;
  }
}
