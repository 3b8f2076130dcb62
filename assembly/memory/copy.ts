/**
 * Strided copies of 4-byte elements: transpose, slice, concat, pad, stack, flip and broadcastTo are all calls of it.
 * Letters: d0 … d3 a box; o0 … o3 and x0 … x3 strides in elements of output and input, negative or 0 for the input as one likes.
 * The elements written must be distinct and must not overlap the input. Does not convert (cast.ts does) and does not reduce.
 */
import { alongAxis, cutAxis } from "../elementwise/box";
import { loadTail, storeTail } from "../simd/tail";
import { shareEnd, shareStart } from "../thread";

/** out[i·o] = x[i·x] over the box. @param out out, 4-byte elements @param x in, 4-byte elements */
export function copyStrided(
  out: usize, x: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  o0: i32, o1: i32, o2: i32, o3: i32,
  x0: i32, x1: i32, x2: i32, x3: i32,
): void {
  walkBox(out, x, d0, d1, d2, d3, o0, o1, o2, o3, x0, x1, x2, x3, 0);
}

/** out[i·o] += x[i·x] over the box, float32: the gradient of what copyStrided does with distinct inputs. */
export function addStrided(
  out: usize, x: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  o0: i32, o1: i32, o2: i32, o3: i32,
  x0: i32, x1: i32, x2: i32, x3: i32,
): void {
  walkBox(out, x, d0, d1, d2, d3, o0, o1, o2, o3, x0, x1, x2, x3, 1);
}

/** out = x, as bytes; the ranges must not overlap. */
export function copyBytes(out: usize, x: usize, bytes: i32): void {
  const start = shareStart(bytes, 1, 64);
  const count = shareEnd(bytes, 1, 64) - start;
  if (count > 0) memory.copy(out + start, x + start, count);
}

/** This thread's part of the box, row by row or tile by tile. */
function walkBox(
  out: usize, x: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  o0: i32, o1: i32, o2: i32, o3: i32,
  x0: i32, x1: i32, x2: i32, x3: i32,
  accumulate: i32,
): void {
  const axis = cutAxis(d0, d1, d2, d3);
  const total = alongAxis(axis, d0, d1, d2, d3);
  if (total == 0) return;
  const cost = d0 * d1 * d2 * d3 / total;
  const grain = axis < 2 ? 1 : 16;
  const start = shareStart(total, cost, grain);
  const count = shareEnd(total, cost, grain) - start;
  if (count <= 0) return;
  out += <usize>(start * alongAxis(axis, o0, o1, o2, o3)) << 2;
  x += <usize>(start * alongAxis(axis, x0, x1, x2, x3)) << 2;
  const n0 = axis == 0 ? count : d0;
  const n1 = axis == 1 ? count : d1;
  const n2 = axis == 2 ? count : d2;
  const n3 = axis == 3 ? count : d3;
  const transposed = (o3 == 1 && x2 == 1) || (o2 == 1 && x3 == 1);
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      const p = out + (<usize>(i0 * o0 + i1 * o1) << 2);
      const q = x + (<usize>(i0 * x0 + i1 * x1) << 2);
      if (o3 == 1 && x3 <= 1 && x3 >= 0) {
        for (let i2 = 0; i2 < n2; i2++) row(p + (<usize>(i2 * o2) << 2), q + (<usize>(i2 * x2) << 2), n3, x3, accumulate);
      } else if (transposed) {
        if (o3 == 1) transpose(p, q, n2, n3, o2, x3, accumulate);
        else transpose(p, q, n3, n2, o3, x2, accumulate);
      } else {
        gather(p, q, n2, n3, o2, o3, x2, x3, accumulate);
      }
    }
  }
}

/** A contiguous row of n elements from a contiguous one (xStep 1) or from one element (xStep 0). */
function row(out: usize, x: usize, n: i32, xStep: i32, accumulate: i32): void {
  const one = v128.load32_splat(x);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2;
    const v = xStep ? v128.load(x + o) : one;
    v128.store(out + o, accumulate ? f32x4.add(v128.load(out + o), v) : v);
  }
  const left = n - i;
  if (left) {
    const o = <usize>i << 2;
    const v = xStep ? loadTail(x + o, left) : one;
    storeTail(out + o, accumulate ? f32x4.add(loadTail(out + o, left), v) : v, left);
  }
}

/** out (rows, columns) with leading dimension ldo = transpose of x (columns, rows) with leading dimension ldx, in 4×4 tiles. */
function transpose(out: usize, x: usize, rows: i32, columns: i32, ldo: i32, ldx: i32, accumulate: i32): void {
  const o1 = <usize>ldo << 2;
  const x1 = <usize>ldx << 2;
  const rowsFull = rows & ~3;
  const columnsFull = columns & ~3;
  for (let c = 0; c < columnsFull; c += 4) {
    for (let r = 0; r < rowsFull; r += 4) {
      const p = x + <usize>c * x1 + (<usize>r << 2);
      const a = v128.load(p);
      const b = v128.load(p + x1);
      const d = v128.load(p + 2 * x1);
      const e = v128.load(p + 3 * x1);
      const ab01 = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
      const ab23 = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
      const de01 = i8x16.shuffle(d, e, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
      const de23 = i8x16.shuffle(d, e, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
      const q = out + <usize>r * o1 + (<usize>c << 2);
      put(q, i8x16.shuffle(ab01, de01, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), accumulate);
      put(q + o1, i8x16.shuffle(ab01, de01, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), accumulate);
      put(q + 2 * o1, i8x16.shuffle(ab23, de23, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), accumulate);
      put(q + 3 * o1, i8x16.shuffle(ab23, de23, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), accumulate);
    }
  }
  if (rowsFull < rows) {
    gather(out + <usize>rowsFull * o1, x + (<usize>rowsFull << 2), rows - rowsFull, columnsFull, ldo, 1, 1, ldx, accumulate);
  }
  if (columnsFull < columns) {
    gather(out + (<usize>columnsFull << 2), x + <usize>columnsFull * x1, rows, columns - columnsFull, ldo, 1, 1, ldx, accumulate);
  }
}

/** Stores or adds four lanes. */
// @ts-ignore: decorator
@inline
function put(p: usize, v: v128, accumulate: i32): void {
  v128.store(p, accumulate ? f32x4.add(v128.load(p), v) : v);
}

/** Any strides, element by element: steps other than 0 and 1, and the edges of a transpose. */
function gather(out: usize, x: usize, d2: i32, d3: i32, o2: i32, o3: i32, x2: i32, x3: i32, accumulate: i32): void {
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
