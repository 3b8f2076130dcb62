/**
 * Strided copies of 4-byte elements: transpose, slice, concat, pad, stack, flip and broadcastTo are all calls of it.
 * Letters: d0 … d3 a box; o0 … o3 and x0 … x3 strides in elements of output and input, of either sign; an input stride of 0 repeats.
 * The elements written must be distinct and must not overlap the input. Does not convert (cast.ts does), does not reduce (reduce/ does).
 */
import { alongAxis, cutAxis } from "../elementwise/box";
import { highHalves, highPairs, lowHalves, lowPairs } from "../simd/interleave";
import { loadLanes, putLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { CopyBox } from "./layout";

/** Rows that a transpose writes side by side: their lines stay in the L1 cache even where all fall into one of its sets. */
const BLOCK: i32 = 8;

/** out[i·o] = x[i·x] over the box. @param out out, 4-byte elements @param x in, 4-byte elements */
export function copyStrided(out: usize, x: usize, box: CopyBox): void {
  walkBox(out, x, box, 0);
}

/** out[i·o] += x[i·x] over the box, float32: the gradient of a copy whose inputs were distinct. */
export function addStrided(out: usize, x: usize, box: CopyBox): void {
  walkBox(out, x, box, 1);
}

/** out = x; the ranges are the same or do not overlap. @param bytes how many */
export function copyBytes(out: usize, x: usize, bytes: i32): void {
  const start = shareStart(bytes, 1, 64);
  const count = shareEnd(bytes, 1, 64) - start;
  if (count > 0) memory.copy(out + start, x + start, count);
}

/** This thread's part of the box, plane by plane. */
function walkBox(out: usize, x: usize, box: CopyBox, accumulate: i32): void {
  const d0 = box.d0;
  const d1 = box.d1;
  const d2 = box.d2;
  const d3 = box.d3;
  const o0 = box.o0;
  const o1 = box.o1;
  const o2 = box.o2;
  const o3 = box.o3;
  const x0 = box.x0;
  const x1 = box.x1;
  const x2 = box.x2;
  const x3 = box.x3;
  const axis = cutAxis(d0, d1, d2, d3);
  const total = alongAxis(axis, d0, d1, d2, d3);
  if (d0 == 0 || d1 == 0 || d2 == 0 || d3 == 0) return;
  const cost = (d0 * d1 * d2 * d3) / total;
  const grain = axis < 2 ? 1 : 16;
  const start = shareStart(total, cost, grain);
  const count = shareEnd(total, cost, grain) - start;
  if (count <= 0) return;
  out += (<usize>(start * alongAxis(axis, o0, o1, o2, o3))) << 2;
  x += (<usize>(start * alongAxis(axis, x0, x1, x2, x3))) << 2;
  const n0 = axis == 0 ? count : d0;
  const n1 = axis == 1 ? count : d1;
  const n2 = axis == 2 ? count : d2;
  const n3 = axis == 3 ? count : d3;
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      const p = out + ((<usize>(i0 * o0 + i1 * o1)) << 2);
      const q = x + ((<usize>(i0 * x0 + i1 * x1)) << 2);
      if (o3 == 1 && (x3 == 1 || x3 == 0)) copyRows(p, q, n2, n3, o2, x2, x3, accumulate);
      else if (o3 == 1 && x2 == 1) transpose(p, q, n2, n3, o2, x3, accumulate);
      else if (o2 == 1 && x3 == 1) transpose(p, q, n3, n2, o3, x2, accumulate);
      else copySteps(p, q, n2, n3, o2, o3, x2, x3, accumulate);
    }
  }
}

/** Contiguous rows from contiguous ones (xStep 1) or each from one element (xStep 0). ldo, ldx: from row to row. */
// prettier-ignore
function copyRows(out: usize, x: usize, rows: i32, columns: i32, ldo: i32, ldx: i32, xStep: i32, accumulate: i32): void {
  for (; rows > 0; rows--) {
    let p = out;
    let q = x;
    let n = columns;
    let v0 = v128.load32_splat(x);
    let v1 = v0;
    for (; n >= 8; n -= 8) {
      if (xStep) {
        v0 = v128.load(q);
        v1 = v128.load(q, 16);
        q += 32;
      }
      put(p, v0, accumulate);
      put(p + 16, v1, accumulate);
      p += 32;
    }
    for (; n > 0; n -= 4) {
      const lanes = min(n, 4);
      if (xStep) {
        v0 = loadLanes(q, lanes);
        q += 16;
      }
      putLanes(p, v0, accumulate, lanes);
      p += 16;
    }
    out += <usize>ldo << 2;
    x += <usize>ldx << 2;
  }
}

/** out (rows, columns), leading dimension ldo, from x (columns, rows), leading dimension ldx: in 4 × 4 tiles, the edges one by one. */
function transpose(out: usize, x: usize, rows: i32, columns: i32, ldo: i32, ldx: i32, accumulate: i32): void {
  const o1 = (<usize>ldo) << 2;
  const x1 = (<usize>ldx) << 2;
  const fullRows = rows & ~3;
  const fullColumns = columns & ~3;
  for (let block = 0; block < fullRows; block += BLOCK) {
    const last = min(block + BLOCK, fullRows);
    for (let c = 0; c < fullColumns; c += 4) {
      for (let r = block; r < last; r += 4) {
        const q = x + <usize>c * x1 + ((<usize>r) << 2);
        const q0 = v128.load(q);
        const q1 = v128.load(q + x1);
        const q2 = v128.load(q + 2 * x1);
        const q3 = v128.load(q + 3 * x1);
        const low01 = lowPairs(q0, q1);
        const low23 = lowPairs(q2, q3);
        const high01 = highPairs(q0, q1);
        const high23 = highPairs(q2, q3);
        const p = out + <usize>r * o1 + ((<usize>c) << 2);
        put(p, lowHalves(low01, low23), accumulate);
        put(p + o1, highHalves(low01, low23), accumulate);
        put(p + 2 * o1, lowHalves(high01, high23), accumulate);
        put(p + 3 * o1, highHalves(high01, high23), accumulate);
      }
    }
  }
  const below = out + <usize>fullRows * o1;
  copySteps(below, x + ((<usize>fullRows) << 2), rows - fullRows, fullColumns, ldo, 1, 1, ldx, accumulate);
  const right = out + ((<usize>fullColumns) << 2);
  copySteps(right, x + <usize>fullColumns * x1, rows, columns - fullColumns, ldo, 1, 1, ldx, accumulate);
}

/** Stores or adds four lanes. */
// @ts-ignore: decorator
@inline
function put(p: usize, v: v128, accumulate: i32): void {
  v128.store(p, accumulate ? f32x4.add(v128.load(p), v) : v);
}

/** One by one: steps other than 0 and 1, and the edges of a transpose. */
// prettier-ignore
function copySteps(out: usize, x: usize, d2: i32, d3: i32, o2: i32, o3: i32, x2: i32, x3: i32, accumulate: i32): void {
  for (let i2 = 0; i2 < d2; i2++) {
    let p = out + (<usize>(i2 * o2) << 2);
    let q = x + (<usize>(i2 * x2) << 2);
    for (let i3 = 0; i3 < d3; i3++) {
      if (accumulate) store<f32>(p, load<f32>(p) + load<f32>(q));
      else store<u32>(p, load<u32>(q));
      p += <usize>o3 << 2;
      q += <usize>x3 << 2;
    }
  }
}
