/**
 * Selection by a condition: a where the condition is not 0, else b. Letters: n elements, all contiguous, float32.
 * Does not broadcast: whoever needs it copies first (memory/copy.ts).
 */
import { select } from "../simd/f32x4";
import { loadLanes, putLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** out = condition ≠ 0 ? a : b. out may be any input. */
export function whereForward(out: usize, condition: usize, a: usize, b: usize, n: i32): void {
  const zero = f32x4.splat(0);
  const end = shareEnd(n, 1, 16);
  let i = shareStart(n, 1, 16);
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(out + o, select(v128.load(a + o), v128.load(b + o), f32x4.ne(v128.load(condition + o), zero)));
  }
  const left = end - i;
  if (left > 0) {
    const o = (<usize>i) << 2;
    const mask = f32x4.ne(loadLanes(condition + o, left), zero);
    storeLanes(out + o, select(loadLanes(a + o, left), loadLanes(b + o, left), mask), left);
  }
}

/** dA (+)= condition ≠ 0 ? dOut : 0. dA may be dOut. */
export function whereBackwardA(dA: usize, dOut: usize, condition: usize, n: i32, accumulate: i32): void {
  keep(dA, dOut, condition, n, accumulate, 0);
}

/** dB (+)= condition ≠ 0 ? 0 : dOut. dB may be dOut. */
export function whereBackwardB(dB: usize, dOut: usize, condition: usize, n: i32, accumulate: i32): void {
  keep(dB, dOut, condition, n, accumulate, -1);
}

/** dX (+)= dOut where the condition is not 0 (flip 0) or is 0 (flip −1). */
function keep(dX: usize, dOut: usize, condition: usize, n: i32, accumulate: i32, flip: i32): void {
  const zero = f32x4.splat(0);
  const turn = i32x4.splat(flip);
  const end = shareEnd(n, 1, 16);
  let i = shareStart(n, 1, 16);
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    let r = v128.and(v128.load(dOut + o), v128.xor(f32x4.ne(v128.load(condition + o), zero), turn));
    if (accumulate) r = f32x4.add(r, v128.load(dX + o));
    v128.store(dX + o, r);
  }
  const left = end - i;
  if (left > 0) {
    const o = (<usize>i) << 2;
    const mask = v128.xor(f32x4.ne(loadLanes(condition + o, left), zero), turn);
    putLanes(dX + o, v128.and(loadLanes(dOut + o, left), mask), accumulate, left);
  }
}
