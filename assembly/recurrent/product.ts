/**
 * The product of every step: a few rows of state (rows, K) times weights (K, N) that stay the same over all steps, hence packed once.
 * The weights' panels are those of gemm/panels.ts, all of them one after the other; where K > KC, part after part:
 *
 *   | part 0: panel of columns 0 … NR − 1, of NR … 2 NR − 1, … | part 1: … |
 *
 * Letters: gemm/blocking.ts. Every element of the result is one chain of multiply-adds a part, whatever the number of rows, so a cut of the rows changes
 * no bit. One row alone (decoders) reads the weights as they lie, without packing. Does not know gates.
 */
import { KC, MR, NR, NR_EDGE, NR_WIDE, partLength } from "../gemm/blocking";
import { gemvColumns, gemvRows } from "../gemm/gemv";
import { KEPT, multiplyPanels, packBlockA, packPanelB } from "../gemm/panels";
import { isWide } from "../wide";

/** Bytes of a tile that is computed whole and stored in part. */
const spareBytes: usize = 256;

// @ts-ignore: decorator
@inline
function roundUp(x: i32, grain: i32): i32 {
  return ((x + grain - 1) / grain) * grain;
}

/** Bytes of the packed form of weights (k, n). */
// @ts-ignore: decorator
@inline
export function weightsBytes(k: i32, n: i32): usize {
  return (<usize>k * <usize>roundUp(n, NR_WIDE)) << 2;
}

/** Bytes of memory that `multiplyStep` needs for up to `rows` rows of k elements. */
// @ts-ignore: decorator
@inline
export function stepBytes(rows: i32, k: i32): usize {
  return spareBytes + ((<usize>roundUp(rows, MR) * <usize>k) << 2);
}

/** Columns of the panel that begins where `left` columns are left. */
// @ts-ignore: decorator
@inline
function panelColumns(left: i32): i32 {
  const nr = isWide() ? NR_WIDE : NR;
  return left >= nr ? nr : min(left, NR);
}

/** Floats of each p of a panel of so many columns. */
// @ts-ignore: decorator
@inline
function panelWidth(columns: i32): i32 {
  return columns > NR ? NR_WIDE : columns <= NR_EDGE ? NR_EDGE : NR;
}

/** Floats of each p of all panels of n columns. */
function allWidths(n: i32): i32 {
  let width = 0;
  while (n > 0) {
    const columns = panelColumns(n);
    width += panelWidth(columns);
    n -= columns;
  }
  return width;
}

/**
 * Packs op(B) (k, n). @param trans 0: B is (k, n), 1: B is (n, k) @param b in, rows `lead` bytes apart @param out weightsBytes(k, n)
 */
export function packWeights(trans: i32, k: i32, n: i32, b: usize, lead: usize, out: usize): void {
  const kLength = partLength(k, KC, 1);
  for (let pc = 0; pc < k; pc += kLength) {
    const kc = min(kLength, k - pc);
    for (let jc = 0; jc < n;) {
      const columns = panelColumns(n - jc);
      const width = panelWidth(columns);
      const from = trans ? b + <usize>jc * lead + ((<usize>pc) << 2) : b + <usize>pc * lead + ((<usize>jc) << 2);
      packPanelB(trans, columns, width, kc, from, lead, out);
      out += (<usize>kc * <usize>width) << 2;
      jc += columns;
    }
  }
}

/**
 * C (rows, n) = or += state · weights.
 * @param state in (rows, k), rows `stateRow` bytes apart @param packed what packWeights(…, k, n, …) wrote
 * @param c out, or in/out where add is 1: rows cRow bytes apart @param memory stepBytes(rows, k)
 */
// prettier-ignore
export function multiplyStep(
  rows: i32, k: i32, n: i32, state: usize, stateRow: usize, packed: usize, add: i32, c: usize, cRow: usize, memory: usize,
): void {
  const kLength = partLength(k, KC, 1);
  const widths = <usize>allWidths(n);
  const block = memory + spareBytes;
  for (let pc = 0; pc < k; pc += kLength) {
    const kc = min(kLength, k - pc);
    packBlockA(0, rows, kc, state + ((<usize>pc) << 2), stateRow, block);
    multiplyPanels(KEPT, rows, n, kc, block, 0, 0, packed, add | i32(pc > 0), c, cRow, memory);
    packed += (<usize>kc * widths) << 2;
  }
}

/** y (n) = or += op(B)ᵀ·x for one row x (k), B as it lies: rows `lead` bytes apart, (k, n) or, where `trans`, (n, k). */
export function multiplyRow(trans: i32, k: i32, n: i32, x: usize, b: usize, lead: usize, add: i32, y: usize): void {
  if (trans) gemvRows(n, k, b, lead, x, add, y);
  else gemvColumns(n, k, x, 4, b, lead, add, y);
}
