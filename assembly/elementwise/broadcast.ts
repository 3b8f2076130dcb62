/**
 * The loops of every elementwise function of two broadcast inputs. F is a strategy class: `f(g, a, b)` on four lanes, where g is a third
 * input that lies like the output (a gradient), read only if `usesG()`.
 * Letters: d0 … d3 the output's shape, contiguous; a0 … a3 and b0 … b3 strides in elements, 0 where an input is broadcast, a3, b3 ∈ {0, 1}.
 * Does not collapse dimensions: whoever calls does, so that equal shapes arrive as (1, 1, 1, n).
 */
import { loadTail, storeTail } from "../simd/tail";
import { shareEnd, shareStart } from "../thread";
import { alongAxis, cutAxis } from "./box";

/** A strategy. The constraint is for the type checker alone. */
interface Binary {
  f(g: v128, a: v128, b: v128): v128;
  usesG(): bool;
}

/** out = f(g, a, b), or out += where accumulate is 1. out may be an input of the same shape and strides. */
// @ts-ignore: decorator
@inline
export function broadcastMap<F extends Binary>(
  out: usize, g: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  const o2 = d3;
  const o1 = d2 * o2;
  const o0 = d1 * o1;
  const axis = cutAxis(d0, d1, d2, d3);
  const total = alongAxis(axis, d0, d1, d2, d3);
  if (total == 0) return;
  const cost = d0 * o0 / total;
  const grain = axis == 3 ? 16 : 1;
  const start = shareStart(total, cost, grain);
  const count = shareEnd(total, cost, grain) - start;
  if (count <= 0) return;
  const first = <usize>(start * alongAxis(axis, o0, o1, o2, 1)) << 2;
  out += first;
  g += first;
  a += <usize>(start * alongAxis(axis, a0, a1, a2, a3)) << 2;
  b += <usize>(start * alongAxis(axis, b0, b1, b2, b3)) << 2;
  const n0 = axis == 0 ? count : d0;
  const n1 = axis == 1 ? count : d1;
  const n2 = axis == 2 ? count : d2;
  const n3 = axis == 3 ? count : d3;
  if (n3 == 0) return;
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      let o = <usize>(i0 * o0 + i1 * o1) << 2;
      let rowA = a + (<usize>(i0 * a0 + i1 * a1) << 2);
      let rowB = b + (<usize>(i0 * b0 + i1 * b1) << 2);
      for (let i2 = 0; i2 < n2; i2++) {
        mapRow<F>(out + o, g + o, rowA, rowB, n3, a3, b3, accumulate);
        o += <usize>o2 << 2;
        rowA += <usize>a2 << 2;
        rowB += <usize>b2 << 2;
      }
    }
  }
}

/** One row of n elements. aStep, bStep ∈ {0, 1}; the branches on them and on accumulate are the same in every iteration. */
function mapRow<F extends Binary>(out: usize, g: usize, a: usize, b: usize, n: i32, aStep: i32, bStep: i32, accumulate: i32): void {
  const op = changetype<F>(0);
  let g0 = f32x4.splat(0);
  let g1 = g0;
  let a0 = v128.load32_splat(a);
  let a1 = a0;
  let b0 = v128.load32_splat(b);
  let b1 = b0;
  for (; n >= 8; n -= 8) {
    if (op.usesG()) {
      g0 = v128.load(g);
      g1 = v128.load(g, 16);
      g += 32;
    }
    if (aStep) {
      a0 = v128.load(a);
      a1 = v128.load(a, 16);
      a += 32;
    }
    if (bStep) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b += 32;
    }
    let r0 = op.f(g0, a0, b0);
    let r1 = op.f(g1, a1, b1);
    if (accumulate) {
      r0 = f32x4.add(r0, v128.load(out));
      r1 = f32x4.add(r1, v128.load(out, 16));
    }
    v128.store(out, r0);
    v128.store(out, r1, 16);
    out += 32;
  }
  for (; n > 0; n -= 4) {
    if (op.usesG()) {
      g0 = n < 4 ? loadTail(g, n) : v128.load(g);
      g += 16;
    }
    if (aStep) {
      a0 = n < 4 ? loadTail(a, n) : v128.load(a);
      a += 16;
    }
    if (bStep) {
      b0 = n < 4 ? loadTail(b, n) : v128.load(b);
      b += 16;
    }
    let r = op.f(g0, a0, b0);
    if (accumulate) r = f32x4.add(r, n < 4 ? loadTail(out, n) : v128.load(out));
    if (n < 4) storeTail(out, r, n);
    else v128.store(out, r);
    out += 16;
  }
}
