/**
 * The two inner loops of the product, jr and ir: a packed block of A (mc rows) times the panels of a block of B (nc columns), tile by tile; and
 * how the blocks are packed. Letters: gemm.ts.
 *
 * A panel of B is packed at the moment when the first row tile needs it, so that it is still in L1 for the others; where B is not transposed, that
 * tile reads it as it lies and writes the packed copy in passing, under the shadow of its arithmetic. Does not know the blocks around it.
 */
import { isWide } from "../wide";
import { MR, NR, NR_EDGE, NR_WIDE } from "./blocking";
import { Transpose } from "./layout";
import { packAcross, packAlong } from "./pack";
import { multiplyTile4, multiplyTile8, multiplyTile8Packing } from "./tiles";

/** Added to what multiplyPanels is told: the panels of B are not packed yet. */
export const FIRST: i32 = 4;

/** Likewise: other blocks of A will meet the panels of B again, so that each keeps a place of its own. */
export const KEPT: i32 = 8;

/** Where the tiles of wide mode, `wideColumn` of wideTiles.ts, stand in the table of functions: Note [Parts] in launch.ts. */
const WIDE_COLUMN: u32 = 0;

/** Bytes between rows of a tile in spare memory. */
const spareRow: usize = 4 * NR;

/** Rows of tile t of `tiles`, as even as can be: 32 = 6 + 6 + 5 + 5 + 5 + 5, since a tile of two rows would wait for its own sums. */
// @ts-ignore: decorator
@inline
export function tileRows(mc: i32, tiles: i32, t: i32): i32 {
  return mc / tiles + i32(t < mc % tiles);
}

/** Packs the row panels of a block of op(A); panel t, of tileRows(mc, tiles, t) rows, begins at out + t · kc · 4 MR. */
export function packBlockA(transA: i32, mc: i32, kc: i32, a: usize, lead: usize, out: usize): void {
  const tiles = (mc + MR - 1) / MR;
  for (let t = 0; t < tiles; t++) {
    const rows = tileRows(mc, tiles, t);
    if (transA) packAlong(rows, kc, a, lead, out, 4 * MR);
    else packAcross(rows, kc, a, lead, out, 4 * MR);
    a += <usize>rows * (transA ? 4 : lead);
    out += <usize>kc * (4 * MR);
  }
}

/** Packs `columns` columns of op(B) into a panel `width` wide, eight at a time. */
export function packPanelB(transB: i32, columns: i32, width: i32, kc: i32, b: usize, lead: usize, out: usize): void {
  const step = (<usize>width) << 2;
  for (; columns > 0; columns -= 8) {
    if (transB) packAcross(min(columns, 8), kc, b, lead, out, step);
    else packAlong(min(columns, 8), kc, b, lead, out, step);
    b += transB ? lead << 3 : 32;
    out += 32;
  }
}

/**
 * C (mc, nc) = or += A block · B block.
 * In wide mode, the columns that are left over to the right of the wide tiles are computed by the narrower ones.
 * @param how Transpose.B, or 0; + FIRST: the panels of B are not packed yet; + KEPT: they will be met again, and each keeps a place of its own
 * @param b op(B)'s block as it lies, rows `lead` bytes apart; read only where it is the first time
 * @param spare memory for one tile
 */
// prettier-ignore
export function multiplyPanels(
  how: i32, mc: i32, nc: i32, kc: i32,
  packedA: usize, b: usize, lead: usize, packedB: usize, add: i32, c: usize, cRow: usize, spare: usize,
): void {
  const nr = isWide() ? NR_WIDE : NR;
  const transB = how & Transpose.B;
  const isFirst = (how & FIRST) != 0;
  const isKept = (how & KEPT) != 0;
  const tiles = (mc + MR - 1) / MR;
  const bColumn: usize = transB ? lead : 4;
  while (nc > 0) {
    const columns = nc >= nr ? nr : min(nc, NR);
    const isEdge = columns <= NR_EDGE;
    const fitsVectors = (columns & 3) == 0;
    const isWidest = ASC_FEATURE_RELAXED_SIMD && columns == NR_WIDE;
    const width = isWidest ? NR_WIDE : isEdge ? NR_EDGE : NR;
    let panel = packedB;
    let bStep = <usize>width << 2;
    let isPacking = false;
    if (isFirst) {
      // A tile packs in passing if others stand below it: one of 8 columns, or one of 16 that has all 6 rows.
      if (transB || !fitsVectors || (isEdge && isKept) || (isWidest && tiles > 1 && tileRows(mc, tiles, 0) < MR)) {
        packPanelB(transB, columns, width, kc, b, lead, packedB);
      } else {
        panel = b;
        bStep = lead;
        isPacking = tiles > 1 && !isEdge;
      }
    }
    // wide tiles have 4, 5 or 6 rows, of which neither 1, 2, 3 nor 7 rows are made
    if (isWidest && mc > 3 && mc != 7) {
      const passing: usize = isPacking ? packedB : 0;
      call_indirect<i32>(WIDE_COLUMN, mc, kc, packedA, panel, bStep, passing, add, c, cRow);
    } else {
      let aPanel = packedA;
      let tile = c;
      for (let t = 0; t < tiles; t++) {
        const rows = tileRows(mc, tiles, t);
        const out = fitsVectors ? tile : spare;
        const outRow = fitsVectors ? cRow : spareRow;
        const addHere = fitsVectors ? add : 0;
        if (isPacking) {
          multiplyTile8Packing(rows, packedB, kc, aPanel, 4 * MR, b, lead, add, tile, cRow);
          panel = packedB;
          bStep = <usize>width << 2;
          isPacking = false;
        } else if (isEdge) {
          multiplyTile4(rows, kc, aPanel, 4 * MR, panel, bStep, addHere, out, outRow);
        } else {
          multiplyTile8(rows, kc, aPanel, 4 * MR, panel, bStep, addHere, out, outRow);
          if (isWidest) multiplyTile8(rows, kc, aPanel, 4 * MR, panel + 32, bStep, add, tile + 32, cRow);
        }
        if (!fitsVectors) storePart(rows, columns, spare, add, tile, cRow);
        aPanel += <usize>kc * (4 * MR);
        tile += <usize>rows * cRow;
      }
    }
    nc -= columns;
    b += <usize>columns * bColumn;
    c += <usize>columns << 2;
    if (isKept) packedB += (<usize>kc * <usize>width) << 2;
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
