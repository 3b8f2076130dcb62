/**
 * Every tuning constant of the matrix product, in one table. Letters as in the BLIS papers: MR × NR is the register tile, KC the depth of a
 * panel, MC × KC the block of A and KC × NC the block of B that are packed at a time.
 *
 *             plain   relaxed   wide
 *   MR          5        6        6   see below
 *   NR          8        8       16   see below
 *   KC        256      256      256   NR · KC + MR · KC floats ≤ 22 KiB: a panel of B stays in 32 KiB of L1 while panels of A run through it
 *   MC        240      240      240   a multiple of both MR; MC · KC floats = 240 KiB of L2
 *   NC       1024     1024     1024   KC · NC floats = 1 MiB of L3, packed once for all blocks of A; M ≤ MC needs only one panel at a time
 *
 * MR and NR: MR · NR/4 accumulators, NR/4 vectors of B and one of A fit into 15 registers; V8 keeps the sixteenth. The plain build needs one more, for
 * the product before it is added. In wide mode a register has eight lanes, not four, so that NR is twice as large.
 *
 * Does not depend on the number of threads: KC cuts every sum, so it decides the bits.
 */

/** Rows of the register tile. */
export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/** Columns of the register tile: two vectors. */
export const NR: i32 = 8;

/** Columns of the tile of wide mode, where two vectors are one: as many registers as NR. */
export const NR_WIDE: i32 = 16;

/** Columns of the tile at the right edge where at most four are left: one vector. */
export const NR_EDGE: i32 = 4;

/** Greatest depth of a panel; a deeper product is cut into equal parts. */
export const KC: i32 = 256;

/** Greatest number of rows of a packed block of A. */
export const MC: i32 = 240;

/** Greatest number of columns of a packed block of B. */
export const NC: i32 = 1024;

/** Elements of B beyond which it does not stay in L2 and is read ahead: 2 MiB. */
export const FAR: i32 = 524288;

/** Columns of B that are read ahead at a time: KC · AHEAD floats = 256 KiB of L2. */
export const AHEAD: i32 = 256;

/** Products of at most this many multiply-adds take plain loops: setting up tiles would cost more. */
export const TINY: i32 = 64;

/** The length of the parts, equal and a multiple of `grain`, that `total` is cut into so that none is longer than `most`. */
export function partLength(total: i32, most: i32, grain: i32): i32 {
  const parts = (total + most - 1) / most;
  const length = (total + parts - 1) / parts;
  return ((length + grain - 1) / grain) * grain;
}
