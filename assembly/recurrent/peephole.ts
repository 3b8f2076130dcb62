/**
 * The gradient of an LSTM's peepholes: for each unit the sums over all steps of dzᵢ⊙c₀, dz_f⊙c₀ and dz_o⊙c.
 * Letters: N batch, T steps, H units; c₀ the cell state before a step, c after it. Source: lstm.ts.
 */
import { madd } from "../simd/f32x4";
import { loadLanes, putLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { at, positionOf } from "./steps";

/**
 * dP = or += the sums. Cut by units; a sum goes over the steps of a row, then over the rows.
 * @param dP out (3, H): of the peepholes of i, f and o   @param dz in (N, T, 4H), 0 where a step does not count
 * @param cells in (N, T, H): c after each step   @param c0 in (N, H): before the first, or 0 for zeros   @param order Note [Sequence kernels]
 */
// prettier-ignore
export function peepholeBackward(
  dP: usize, dz: usize, cells: usize, c0: usize, n: i32, t: i32, h: i32, order: i32, accumulate: i32,
): void {
  const cost = <i32>min<i64>(<i64>n * t * 5, i32.MAX_VALUE);
  const end = shareEnd(h, cost, 16);
  const row = (<usize>h) << 2;
  for (let unit = shareStart(h, cost, 16); unit < end; unit += 4) {
    const lanes = min(end - unit, 4);
    const column = (<usize>unit) << 2;
    let sumI = f32x4.splat(0);
    let sumF = f32x4.splat(0);
    let sumO = f32x4.splat(0);
    for (let r = 0; r < n; r++) {
      let rowI = f32x4.splat(0);
      let rowF = f32x4.splat(0);
      let rowO = f32x4.splat(0);
      let before = c0 ? loadLanes(c0 + <usize>r * row + column, lanes) : f32x4.splat(0);
      for (let s = 0; s < t; s++) {
        const p = positionOf(s, t, order);
        const gate = at(dz, r, p, t, 4 * h) + column;
        const c = loadLanes(at(cells, r, p, t, h) + column, lanes);
        rowI = madd(loadLanes(gate, lanes), before, rowI);
        rowF = madd(loadLanes(gate + row, lanes), before, rowF);
        rowO = madd(loadLanes(gate + 3 * row, lanes), c, rowO);
        before = c;
      }
      sumI = f32x4.add(sumI, rowI);
      sumF = f32x4.add(sumF, rowF);
      sumO = f32x4.add(sumO, rowO);
    }
    putLanes(dP + column, sumI, accumulate, lanes);
    putLanes(dP + row + column, sumF, accumulate, lanes);
    putLanes(dP + 2 * row + column, sumO, accumulate, lanes);
  }
}
