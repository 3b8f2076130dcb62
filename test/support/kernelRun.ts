/**
 * Running one kernel under the guarantees every kernel gives: the same bits with 1, 2, 3 and 7 threads, guard bytes untouched;
 * and comparing arrays so that a failure names the worst element.
 */
import { expect } from "vitest";
import type { Block, Build } from "./builds.js";

type Numbers = Float32Array | Int32Array | Uint8Array;

/** Buffers a kernel writes and the call itself; made anew for each number of threads. */
export interface Prepared<T extends Numbers> {
  readonly out: Block<T>;
  readonly call: () => void;
}

/** The most threads that {@link runKernel} plays: more than some loops have rows, so that rows are left over and shares are empty. */
export const mostThreads = 7;

/** What the kernel wrote, after checking that 1, 2, 3 and 7 threads write the same bits and only inside the buffers. */
export function runKernel<T extends Numbers>(build: Build, prepare: () => Prepared<T>): T {
  let first: T | undefined;
  for (const threads of [1, 2, 3, mostThreads]) {
    build.reset();
    const { out, call } = prepare();
    build.asThreads(threads, call);
    build.checkGuards();
    const result = out.view.slice() as T;
    if (first === undefined) first = result;
    else
      expect(Buffer.from(result.buffer).equals(Buffer.from(first.buffer)), `${threads} threads, same bits`).toBe(true);
  }
  return first as T;
}

/** Fails where |actual − expected| > absolute + relative · |expected|, naming the worst element. NaN equals NaN, ∞ equals ∞. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  relative: number,
  absolute = 0,
): void {
  expect(actual.length).toBe(expected.length);
  let worst = -1;
  let excess = 1;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i] - expected[i]) / (absolute + relative * Math.abs(expected[i]));
    if (!(error <= excess)) {
      worst = i;
      excess = Number.isNaN(error) ? Infinity : error;
    }
  }
  if (worst >= 0) {
    expect.fail(
      `element ${worst} of ${expected.length}: got ${actual[worst]}, expected ${expected[worst]} (${excess.toFixed(2)} × the bound)`,
    );
  }
}

/** The bits of a float64 as a kernel takes them: two int32, the lower first. */
export function words(value: number): [low: number, high: number] {
  const [low, high] = new Int32Array(Float64Array.of(value).buffer);
  return [low, high];
}

/** A generator of numbers in [−1, 1) by seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** n float32 values in [low, high), by seed. */
export function uniform(n: number, seed: number, low = -1, high = 1): Float32Array {
  const next = numbers(seed);
  return Float32Array.from({ length: n }, () => low + ((next() + 1) / 2) * (high - low));
}
