/**
 * The machine's arithmetic limit: multiply-adds on registers alone, in the same instructions as the matrix product's tile.
 * Every speed is quoted as a percentage of this loop's, measured in the same run. Does not touch memory.
 */
import { madd } from "../simd/f32x4";
import { shareEnd, shareStart, threadCount } from "../thread";

/** The factor, in memory: a constant V8 would build anew before each use, a load it leaves where it stands. */
const scalePointer = memory.data<f32>([1e-9]);

/** Floating-point operations of one iteration of {@link peakMultiplyAdd}: 13 chains, four lanes, a multiplication and an addition. */
export function peakFlopsPerIteration(): i32 {
  return 13 * 4 * 2;
}

/**
 * The loop on every thread at once: what all cores together can do. Thread 0 alone runs it threadCount() times.
 * @param out  out (threadCount()): what peakMultiplyAdd returned to each
 */
export function peakOnThreads(out: usize, iterations: i32): void {
  const threads = threadCount();
  const end = shareEnd(threads, i32.MAX_VALUE, 1);
  for (let i = shareStart(threads, i32.MAX_VALUE, 1); i < end; i++) {
    store<f32>(out + ((<usize>i) << 2), peakMultiplyAdd(iterations));
  }
}

/**
 * Runs `iterations` × 13 independent multiply-adds of four lanes: 104 flops an iteration. 13 chains hide the latency of a multiplication
 * and an addition (3 + 3 cycles at 2 a cycle) and leave a register for the product. V8 does not optimise a running call, so call it
 * repeatedly with some thousand iterations.
 * @returns a value that depends on every multiply-add, so that none is dropped
 */
export function peakMultiplyAdd(iterations: i32): f32 {
  const scale = v128.load32_splat(scalePointer);
  let x0 = f32x4.splat(1);
  let x1 = f32x4.splat(2);
  let x2 = f32x4.splat(3);
  let x3 = f32x4.splat(4);
  let x4 = f32x4.splat(5);
  let x5 = f32x4.splat(6);
  let x6 = f32x4.splat(7);
  let x7 = f32x4.splat(8);
  let x8 = f32x4.splat(9);
  let x9 = f32x4.splat(10);
  let x10 = f32x4.splat(11);
  let x11 = f32x4.splat(12);
  let x12 = f32x4.splat(13);
  for (; iterations > 0; iterations--) {
    x0 = madd(x0, scale, x0);
    x1 = madd(x1, scale, x1);
    x2 = madd(x2, scale, x2);
    x3 = madd(x3, scale, x3);
    x4 = madd(x4, scale, x4);
    x5 = madd(x5, scale, x5);
    x6 = madd(x6, scale, x6);
    x7 = madd(x7, scale, x7);
    x8 = madd(x8, scale, x8);
    x9 = madd(x9, scale, x9);
    x10 = madd(x10, scale, x10);
    x11 = madd(x11, scale, x11);
    x12 = madd(x12, scale, x12);
  }
  const sum03 = f32x4.add(f32x4.add(x0, x1), f32x4.add(x2, x3));
  const sum47 = f32x4.add(f32x4.add(x4, x5), f32x4.add(x6, x7));
  const sum812 = f32x4.add(f32x4.add(f32x4.add(x8, x9), f32x4.add(x10, x11)), x12);
  return f32x4.extract_lane(f32x4.add(f32x4.add(sum03, sum47), sum812), 0);
}
