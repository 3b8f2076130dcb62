/**
 * Philox 4×32-10, a random generator that keeps nothing but a counter: 128 bits of counter and 64 of key give 128 random bits.
 * Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
 *
 * Note [Random state]. 16 bytes in memory: seed low, seed high, counter low, counter high (u32). The key is the seed; the counter of the 16 random
 * words for elements 16b … 16b + 15 of a call is (4b + lane, stream, counter low, counter high): word w of lane l belongs to element 16b + 4w + l.
 * So an element's value depends on seed, counter, stream and its index alone, never on threads or on how many elements there are.
 * A step adds 1 to the counter (advanceRandom) once all its random kernels have run; each of them has a stream of its own.
 */
import { threadIndex } from "../thread";

/** The two multipliers, then what is added to the two words of the key in each round. */
const rounds: usize = memory.data<u32>([0xd2511f53, 0xcd9e8d57, 0x9e3779b9, 0xbb67ae85]);

/** counter += 1. @param state in/out, Note [Random state]. Thread 0 alone. */
export function advanceRandom(state: usize): void {
  if (threadIndex() == 0) store<u64>(state, load<u64>(state, 8) + 1, 8);
}

/** What is made of 16 random words: elements i … i + 3 of `out` from w0, i + 4 … i + 7 from w1 and so on, of which the first n are wanted. */
export interface Draw {
  take(out: usize, i: i32, n: i32, w0: v128, w1: v128, w2: v128, w3: v128, a: v128, b: v128): void;
}

/** Low 32 bits of four 64-bit products. */
// @ts-ignore: decorator
@inline
function low(first: v128, last: v128): v128 {
  return i8x16.shuffle(first, last, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
}

/** High 32 bits of four 64-bit products. */
// @ts-ignore: decorator
@inline
export function high(first: v128, last: v128): v128 {
  return i8x16.shuffle(first, last, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}

/** Draws elements start … end − 1, start a multiple of 16, with the parameters a and b of the draw. */
// @ts-ignore: decorator
@inline
export function drawAll<D extends Draw>(
  out: usize,
  start: i32,
  end: i32,
  state: usize,
  stream: i32,
  a: v128,
  b: v128,
): void {
  const draw = changetype<D>(0);
  // loaded, not written down: V8 would make a constant of four words anew in every round
  const m0 = v128.load32_splat(rounds);
  const m1 = v128.load32_splat(rounds, 4);
  const weyl0 = v128.load32_splat(rounds, 8);
  const weyl1 = v128.load32_splat(rounds, 12);
  for (let i = start; i < end; i += 16) {
    let c0 = i32x4.add(i32x4.splat(i >> 2), i32x4(0, 1, 2, 3));
    let c1 = i32x4.splat(stream);
    let c2 = v128.load32_splat(state, 8);
    let c3 = v128.load32_splat(state, 12);
    let k0 = v128.load32_splat(state);
    let k1 = v128.load32_splat(state, 4);
    for (let round = 0; round < 10; round++) {
      const p0 = i64x2.extmul_low_i32x4_u(c0, m0);
      const p1 = i64x2.extmul_high_i32x4_u(c0, m0);
      const q0 = i64x2.extmul_low_i32x4_u(c2, m1);
      const q1 = i64x2.extmul_high_i32x4_u(c2, m1);
      c0 = v128.xor(v128.xor(high(q0, q1), c1), k0);
      c2 = v128.xor(v128.xor(high(p0, p1), c3), k1);
      c1 = low(q0, q1);
      c3 = low(p0, p1);
      k0 = i32x4.add(k0, weyl0);
      k1 = i32x4.add(k1, weyl1);
    }
    draw.take(out, i, min(end - i, 16), c0, c1, c2, c3, a, b);
  }
}
