/**
 * The arithmetic of word vectors: products of a few rows of two matrices, and their updates, of which each is a small matrix product that stays in registers.
 * Letters: six output rows o₀ … o₅ of a window, input rows a, b; e an error, a row of them (6) for each input. Rows are given by their offsets in a panel (Note [Panels] in
 * words/word2vec.ts). Source: Ji, Satish, Li, Dubey 2016, "Parallelizing word2vec in shared and distributed memory".
 */
import { madd } from "../simd/f32x4";

/** Output rows of a tile. */
export const TILE: i32 = 6;

/** The sums of the lanes of four vectors. */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/**
 * a·oₖ and b·oₖ.
 * @param toA, toB  out (6)      @param a, b  addresses of rows in the first panel      @param outs  in (6) offsets
 * @param step      bytes from a panel to the next, the same for inputs and outputs
 */
export function products(
  toA: usize,
  toB: usize,
  a: usize,
  b: usize,
  outputs: usize,
  outs: usize,
  panels: i32,
  bytes: usize,
  step: usize,
): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero; // prettier-ignore
  let b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero; // prettier-ignore
  for (; panels > 0; panels--) {
    let o0 = outputs + load<u32>(outs);
    let o1 = outputs + load<u32>(outs, 4);
    let o2 = outputs + load<u32>(outs, 8);
    let o3 = outputs + load<u32>(outs, 12);
    let o4 = outputs + load<u32>(outs, 16);
    let o5 = outputs + load<u32>(outs, 20);
    let pa = a;
    let pb = b;
    const end = pa + bytes;
    for (; pa < end; pa += 16) {
      const x = v128.load(pa);
      const y = v128.load(pb);
      let o = v128.load(o0);
      a0 = madd(o, x, a0);
      b0 = madd(o, y, b0);
      o = v128.load(o1);
      a1 = madd(o, x, a1);
      b1 = madd(o, y, b1);
      o = v128.load(o2);
      a2 = madd(o, x, a2);
      b2 = madd(o, y, b2);
      o = v128.load(o3);
      a3 = madd(o, x, a3);
      b3 = madd(o, y, b3);
      o = v128.load(o4);
      a4 = madd(o, x, a4);
      b4 = madd(o, y, b4);
      o = v128.load(o5);
      a5 = madd(o, x, a5);
      b5 = madd(o, y, b5);
      pb += 16;
      o0 += 16;
      o1 += 16;
      o2 += 16;
      o3 += 16;
      o4 += 16;
      o5 += 16;
    }
    a += step;
    b += step;
    outputs += step;
  }
  v128.store(toA, sums(a0, a1, a2, a3));
  v128.store(toB, sums(b0, b1, b2, b3));
  const rest = sums(a4, a5, b4, b5);
  v128.store64_lane(toA, rest, 0, 16);
  v128.store64_lane(toB, rest, 1, 16);
}

/** h·oₖ. @param to out (6) @param h in (P, S), panel after panel; the others as of products */
export function productsOfMean(
  to: usize,
  h: usize,
  outputs: usize,
  outs: usize,
  panels: i32,
  bytes: usize,
  step: usize,
): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero; // prettier-ignore
  for (; panels > 0; panels--) {
    const o0 = outputs + load<u32>(outs);
    const o1 = outputs + load<u32>(outs, 4);
    const o2 = outputs + load<u32>(outs, 8);
    const o3 = outputs + load<u32>(outs, 12);
    const o4 = outputs + load<u32>(outs, 16);
    const o5 = outputs + load<u32>(outs, 20);
    for (let d: usize = 0; d < bytes; d += 16) {
      const x = v128.load(h + d);
      a0 = madd(v128.load(o0 + d), x, a0);
      a1 = madd(v128.load(o1 + d), x, a1);
      a2 = madd(v128.load(o2 + d), x, a2);
      a3 = madd(v128.load(o3 + d), x, a3);
      a4 = madd(v128.load(o4 + d), x, a4);
      a5 = madd(v128.load(o5 + d), x, a5);
    }
    h += bytes;
    outputs += step;
  }
  v128.store(to, sums(a0, a1, a2, a3));
  v128.store64_lane(to, sums(a4, a5, zero, zero), 0, 16);
}

/**
 * One panel of the updates of a window of skip-gram: i_b += Σₖ e_bk oₖ and oₖ += Σ_b e_bk i_b, with oₖ as they were. Rows i_b that are the same row see the one before.
 * @param ins      in (count) offsets of input rows       @param errors  in (count) rows of 6, `stride` bytes apart
 */
export function updateEach(
  inputs: usize,
  outputs: usize,
  ins: usize,
  count: i32,
  outs: usize,
  errors: usize,
  stride: usize,
  bytes: usize,
): void {
  const o0 = outputs + load<u32>(outs);
  const o1 = outputs + load<u32>(outs, 4);
  const o2 = outputs + load<u32>(outs, 8);
  const o3 = outputs + load<u32>(outs, 12);
  const o4 = outputs + load<u32>(outs, 16);
  const o5 = outputs + load<u32>(outs, 20);
  const end = ins + ((<usize>count) << 2);
  for (let d: usize = 0; d < bytes; d += 16) updateColumns(inputs + d, ins, end, errors, stride, o0 + d, o1 + d, o2 + d, o3 + d, o4 + d, o5 + d); // prettier-ignore
}

/** Four columns of updateEach. */
// @ts-ignore: decorator
@inline
function updateColumns(
  inputs: usize,
  ins: usize,
  end: usize,
  errors: usize,
  stride: usize,
  o0: usize,
  o1: usize,
  o2: usize,
  o3: usize,
  o4: usize,
  o5: usize,
): void {
  const zero = f32x4.splat(0);
  const x0 = v128.load(o0);
  const x1 = v128.load(o1);
  const x2 = v128.load(o2);
  const x3 = v128.load(o3);
  const x4 = v128.load(o4);
  const x5 = v128.load(o5);
  let d0 = zero, d1 = zero, d2 = zero, d3 = zero, d4 = zero, d5 = zero; // prettier-ignore
  for (; ins < end; ins += 4) {
    const at = inputs + load<u32>(ins);
    const x = v128.load(at);
    let e = v128.load32_splat(errors);
    d0 = madd(e, x, d0);
    let y = madd(e, x0, x);
    e = v128.load32_splat(errors, 4);
    d1 = madd(e, x, d1);
    y = madd(e, x1, y);
    e = v128.load32_splat(errors, 8);
    d2 = madd(e, x, d2);
    y = madd(e, x2, y);
    e = v128.load32_splat(errors, 12);
    d3 = madd(e, x, d3);
    y = madd(e, x3, y);
    e = v128.load32_splat(errors, 16);
    d4 = madd(e, x, d4);
    y = madd(e, x4, y);
    e = v128.load32_splat(errors, 20);
    d5 = madd(e, x, d5);
    y = madd(e, x5, y);
    v128.store(at, y);
    errors += stride;
  }
  v128.store(o0, f32x4.add(v128.load(o0), d0));
  v128.store(o1, f32x4.add(v128.load(o1), d1));
  v128.store(o2, f32x4.add(v128.load(o2), d2));
  v128.store(o3, f32x4.add(v128.load(o3), d3));
  v128.store(o4, f32x4.add(v128.load(o4), d4));
  v128.store(o5, f32x4.add(v128.load(o5), d5));
}

/**
 * One panel of the updates of a window of CBOW: each i_b += Σₖ eₖ oₖ and oₖ += eₖ h, with oₖ as they were.
 * @param h  in: the mean of the input rows, this panel of it       @param errors  in (6)
 */
export function updateMean(
  inputs: usize,
  outputs: usize,
  ins: usize,
  count: i32,
  outs: usize,
  errors: usize,
  h: usize,
  bytes: usize,
): void {
  const o0 = outputs + load<u32>(outs);
  const o1 = outputs + load<u32>(outs, 4);
  const o2 = outputs + load<u32>(outs, 8);
  const o3 = outputs + load<u32>(outs, 12);
  const o4 = outputs + load<u32>(outs, 16);
  const o5 = outputs + load<u32>(outs, 20);
  const end = ins + ((<usize>count) << 2);
  const e0 = v128.load32_splat(errors);
  const e1 = v128.load32_splat(errors, 4);
  const e2 = v128.load32_splat(errors, 8);
  const e3 = v128.load32_splat(errors, 12);
  const e4 = v128.load32_splat(errors, 16);
  const e5 = v128.load32_splat(errors, 20);
  for (let d: usize = 0; d < bytes; d += 16) {
    const x = v128.load(h + d);
    const first = f32x4.add(
      f32x4.add(turn(o0 + d, e0, x), turn(o1 + d, e1, x)),
      f32x4.add(turn(o2 + d, e2, x), turn(o3 + d, e3, x)),
    );
    const all = f32x4.add(first, f32x4.add(turn(o4 + d, e4, x), turn(o5 + d, e5, x)));
    for (let at = ins; at < end; at += 4) {
      const row = inputs + d + load<u32>(at);
      v128.store(row, f32x4.add(v128.load(row), all));
    }
  }
}

/** o += e·x. @returns e·o, as it was */
// @ts-ignore: decorator
@inline
function turn(o: usize, e: v128, x: v128): v128 {
  const before = v128.load(o);
  v128.store(o, madd(e, x, before));
  return f32x4.mul(e, before);
}

/** The mean of input rows, all panels. @param h out (P, S) */
export function meanOf(h: usize, inputs: usize, ins: usize, count: i32, panels: i32, bytes: usize, step: usize): void {
  const end = ins + ((<usize>count) << 2);
  const share = f32x4.splat(1 / <f32>count);
  for (; panels > 0; panels--) {
    for (let d: usize = 0; d < bytes; d += 16) {
      let sum = v128.load(inputs + d + load<u32>(ins));
      for (let at = ins + 4; at < end; at += 4) sum = f32x4.add(sum, v128.load(inputs + d + load<u32>(at)));
      v128.store(h + d, f32x4.mul(sum, share));
    }
    h += bytes;
    inputs += step;
  }
}
