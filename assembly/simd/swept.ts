/**
 * Numbers too small to matter, swept away.
 *
 * Note [Nothing subnormal]. What decays becomes subnormal in the end: an optimizer's means where gradients stop, as in a dead unit, and stay there, since 0.9
 * times the smallest number rounds to itself; gradients that go back through hundreds of steps. Such numbers are computed much more slowly: on an Intel
 * processor they made a step of an LSTM nine times as long (docs/benchmarks.md). WebAssembly has no mode that flushes them. So what decays is swept on its
 * way: below 2⁻¹¹² it becomes 0, long before it or its products are subnormal.
 */
import { constant } from "./constant";

const LEAST: usize = memory.data<f32>([1.925929944387236e-34]);

/** x where |x| ≥ 2⁻¹¹², else 0; NaN stays. */
// @ts-ignore: decorator
@inline
export function swept(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), constant(LEAST, 0)));
}
