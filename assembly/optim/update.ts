/**
 * What the optimizers share. In every file of this folder g stands for gradientScale · gradient + weightDecay · parameter (coupled decay, as
 * PyTorch's `weight_decay`), and the formulas are PyTorch's. Parameters, gradients and states are float32 (n) and do not overlap.
 * Loops take whole vectors first and the last lanes behind them: one loop that tests the lanes at every load is 2.6 times slower (Adam).
 * weightDecay is an argument, not a field of the block, so that slabs with and without decay share a block. Note [Optimizer block] in block.ts.
 */
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { swept } from "../simd/swept";
import { OptimizerBlock } from "./layout";

/** Reads a gradient, clears it, and returns g. */
// @ts-ignore: decorator
@inline
export function takeGradient(grads: usize, scale: v128, p: v128, weightDecay: v128, lanes: i32): v128 {
  const grad = loadLanes(grads, lanes);
  storeLanes(grads, f32x4.splat(0), lanes);
  return madd(grad, scale, f32x4.mul(p, weightDecay));
}

/** Sweeps a state in every 64th step, and where steps are not counted, in every step: Note [Nothing subnormal] in simd/swept.ts. */
export function sweep(state: usize, start: i32, end: i32, block: OptimizerBlock): void {
  if ((<i64>block.step) & 63) return;
  for (let i = start; i < end; i += 4) {
    const at = state + ((<usize>i) << 2);
    const lanes = min(end - i, 4);
    storeLanes(at, swept(loadLanes(at, lanes)), lanes);
  }
}

/** A running mean: state += rest · (value − state), which is (1 − rest) · state + rest · value; returns it. */
// @ts-ignore: decorator
@inline
export function moveTo(value: v128, state: usize, rest: v128, lanes: i32): v128 {
  const before = loadLanes(state, lanes);
  const after = madd(rest, f32x4.sub(value, before), before);
  storeLanes(state, after, lanes);
  return after;
}
