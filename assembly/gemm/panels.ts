/**
 * The two inner loops of the product, jr and ir: a packed block of A (mc rows) times the panels of a block of B (nc columns), tile by tile; and
 * how the blocks are packed. Letters: gemm.ts.
 *
 * A panel of B is packed at the moment when the first row tile needs it, so that it is still in L1 for the others; where B is not transposed, that
 * tile reads it as it lies and writes the packed copy in passing, under the shadow of its arithmetic. Does not know the blocks around it.
 */
import { MR, NR, NR_EDGE } from "./blocking";
import { packAcross, packAlong } from "./pack";
import { multiplyTile4, multiplyTile8, multiplyTile8Packing } from "./tiles";

/** Bytes between rows of a tile in spare memory. */
const spareRow: usize = 4 * NR;

/** Rows of tile t of `tiles`, as even as can be: 32 = 6 + 6 + 5 + 5 + 5 + 5, since a tile of two rows would wait for its own sums. */
// @ts-ignore: decorator
@inline
function tileRows(mc: i32, tiles: i32, t: i32): i32 {
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

/** Packs one panel of op(B), 8 wide, or 4 wide for at most four columns. */
function packPanelB(transB: i32, columns: i32, kc: i32, b: usize, lead: usize, out: usize): void {
  const step: usize = (columns <= NR_EDGE ? NR_EDGE : NR) << 2;
  if (transB) packAcross(columns, kc, b, lead, out, step);
  else packAlong(columns, kc, b, lead, out, step);
}

/**
 * C (mc, nc) = or += A block · B block.
 * @param isFirst the panels of B are not packed yet     @param isKept they will be met again: each keeps a place of its own
 * @param b op(B)'s block as it lies, rows `lead` bytes apart; read only where isFirst
 * @param spare memory for one tile
 */
// prettier-ignore
export function multiplyPanels(
  transB: i32, isFirst: bool, isKept: bool, mc: i32, nc: i32, kc: i32,
  packedA: usize, b: usize, lead: usize, packedB: usize, add: i32, c: usize, cRow: usize, spare: usize,
): void {
  const tiles = (mc + MR - 1) / MR;
  const bColumn: usize = transB ? lead : 4;
  for (let jr = 0; jr < nc; jr += NR) {
    const columns = min(nc - jr, NR);
    const isEdge = columns <= NR_EDGE;
    const isWhole = (columns & 3) == 0;
    let panel = packedB;
    let bStep: usize = (isEdge ? NR_EDGE : NR) << 2;
    let isPacking = false;
    if (isFirst) {
      if (transB || !isWhole || (isEdge && isKept)) {
        packPanelB(transB, columns, kc, b, lead, packedB);
      } else {
        panel = b;
        bStep = lead;
        isPacking = tiles > 1 && !isEdge;
      }
    }
    let aPanel = packedA;
    let tile = c;
    for (let t = 0; t < tiles; t++) {
      const rows = tileRows(mc, tiles, t);
      if (isPacking) {
        multiplyTile8Packing(rows, packedB, kc, aPanel, 4 * MR, b, lead, add, tile, cRow);
        panel = packedB;
        bStep = 4 * NR;
        isPacking = false;
      } else {
        const out = isWhole ? tile : spare;
        const outRow = isWhole ? cRow : spareRow;
        const addHere = isWhole ? add : 0;
        if (isEdge) multiplyTile4(rows, kc, aPanel, 4 * MR, panel, bStep, addHere, out, outRow);
        else multiplyTile8(rows, kc, aPanel, 4 * MR, panel, bStep, addHere, out, outRow);
        if (!isWhole) storePart(rows, columns, spare, add, tile, cRow);
      }
      aPanel += <usize>kc * (4 * MR);
      tile += <usize>rows * cRow;
    }
    b += <usize>NR * bColumn;
    c += 4 * NR;
    if (isKept) packedB += <usize>kc * (4 * NR);
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
