/**
 * The machine's arithmetic limit: multiply-adds on registers alone, in the same instructions as the matrix product's tile.
 * Every speed is quoted as a percentage of this loop's, measured in the same run. Does not touch memory.
 */
import { madd } from "../simd/f32x4";
import { shareEnd, shareStart, threadCount } from "../thread";
import { isWide } from "../wide";

/** The factor, in memory: a constant V8 would build anew before each use, a load it leaves where it stands. */
const scalePointer = memory.data<f32>([1e-9]);

/** Starting values of {@link peakMultiplyAddWide}. */
const startPointer = memory.data<f32>([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);

/** Floating-point operations of one iteration: 13 chains of four lanes, in wide mode 12 of eight, a multiplication and an addition. */
export function peakFlopsPerIteration(): i32 {
  return isWide() ? 12 * 8 * 2 : 13 * 4 * 2;
}

/**
 * The loop on every thread at once: what all cores together can do. Thread 0 alone runs it threadCount() times.
 * @param out  out (threadCount(), 8): what the chains of each left; without wide mode, their sum in each row's first element
 */
export function peakOnThreads(out: usize, iterations: i32): void {
  const threads = threadCount();
  const end = shareEnd(threads, i32.MAX_VALUE, 1);
  for (let i = shareStart(threads, i32.MAX_VALUE, 1); i < end; i++) {
    const row = out + ((<usize>i) << 5);
    if (isWide()) peakMultiplyAddWide(row, iterations);
    else store<f32>(row, peakMultiplyAdd(iterations));
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

/**
 * The same in wide mode: 12 chains of eight lanes, each two neighbours of four lanes that V8 fuses, 192 flops an iteration.
 * @param out out (8): sums of the chains' lanes. Stored side by side, since neighbours in memory are where V8 begins to fuse
 */
function peakMultiplyAddWide(out: usize, iterations: i32): void {
  const scale = v128.load32_splat(scalePointer);
  let x0 = v128.load(startPointer, 0);
  let y0 = v128.load(startPointer, 16);
  let x1 = v128.load(startPointer, 4);
  let y1 = v128.load(startPointer, 20);
  let x2 = v128.load(startPointer, 8);
  let y2 = v128.load(startPointer, 24);
  let x3 = v128.load(startPointer, 12);
  let y3 = v128.load(startPointer, 28);
  let x4 = v128.load(startPointer, 16);
  let y4 = v128.load(startPointer, 32);
  let x5 = v128.load(startPointer, 20);
  let y5 = v128.load(startPointer, 36);
  let x6 = v128.load(startPointer, 24);
  let y6 = v128.load(startPointer, 40);
  let x7 = v128.load(startPointer, 28);
  let y7 = v128.load(startPointer, 44);
  let x8 = v128.load(startPointer, 32);
  let y8 = v128.load(startPointer, 48);
  let x9 = v128.load(startPointer, 36);
  let y9 = v128.load(startPointer, 52);
  let x10 = v128.load(startPointer, 40);
  let y10 = v128.load(startPointer, 56);
  let x11 = v128.load(startPointer, 44);
  let y11 = v128.load(startPointer, 60);
  for (; iterations > 0; iterations--) {
    x0 = madd(x0, scale, x0);
    y0 = madd(y0, scale, y0);
    x1 = madd(x1, scale, x1);
    y1 = madd(y1, scale, y1);
    x2 = madd(x2, scale, x2);
    y2 = madd(y2, scale, y2);
    x3 = madd(x3, scale, x3);
    y3 = madd(y3, scale, y3);
    x4 = madd(x4, scale, x4);
    y4 = madd(y4, scale, y4);
    x5 = madd(x5, scale, x5);
    y5 = madd(y5, scale, y5);
    x6 = madd(x6, scale, x6);
    y6 = madd(y6, scale, y6);
    x7 = madd(x7, scale, x7);
    y7 = madd(y7, scale, y7);
    x8 = madd(x8, scale, x8);
    y8 = madd(y8, scale, y8);
    x9 = madd(x9, scale, x9);
    y9 = madd(y9, scale, y9);
    x10 = madd(x10, scale, x10);
    y10 = madd(y10, scale, y10);
    x11 = madd(x11, scale, x11);
    y11 = madd(y11, scale, y11);
  }
  const x05 = f32x4.add(f32x4.add(f32x4.add(x0, x1), f32x4.add(x2, x3)), f32x4.add(x4, x5));
  const x611 = f32x4.add(f32x4.add(f32x4.add(x6, x7), f32x4.add(x8, x9)), f32x4.add(x10, x11));
  const y05 = f32x4.add(f32x4.add(f32x4.add(y0, y1), f32x4.add(y2, y3)), f32x4.add(y4, y5));
  const y611 = f32x4.add(f32x4.add(f32x4.add(y6, y7), f32x4.add(y8, y9)), f32x4.add(y10, y11));
  v128.store(out, f32x4.add(x05, x611));
  v128.store(out, f32x4.add(y05, y611), 16);
}
