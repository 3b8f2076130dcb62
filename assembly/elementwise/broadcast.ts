/**
 * Elementwise functions of two inputs over a broadcast box. Letters: d0 … d3 the output's shape, contiguous; a0 … a3 and b0 … b3 strides in
 * elements, 0 where an input is broadcast, a3, b3 ∈ {0, 1}. Does not collapse dimensions: whoever calls does, so that equal shapes arrive as
 * (1, 1, 1, n) and are one row.
 */
import { shareEnd, shareStart } from "../thread";
import { Rows } from "./binaryRow";
import { alongAxis, cutAxis } from "./box";
import { BroadcastBox } from "./layout";

/**
 * out = op(a, b), or out += where accumulate is 1. out may be an input that lies like it.
 * @param op a number of layout.ts that R knows @param g a gradient that lies like out, or 0
 */
// prettier-ignore
export function broadcast<R extends Rows>(
  op: i32, out: usize, g: usize, a: usize, b: usize, box: BroadcastBox, accumulate: i32,
): void {
  const d0 = box.d0;
  const d1 = box.d1;
  const d2 = box.d2;
  const d3 = box.d3;
  const a0 = box.a0;
  const a1 = box.a1;
  const a2 = box.a2;
  const a3 = box.a3;
  const b0 = box.b0;
  const b1 = box.b1;
  const b2 = box.b2;
  const b3 = box.b3;
  const axis = cutAxis(d0, d1, d2, d3);
  const total = alongAxis(axis, d0, d1, d2, d3);
  if (d0 == 0 || d1 == 0 || d2 == 0 || d3 == 0) return;
  const o1 = d2 * d3;
  const o0 = d1 * o1;
  const cost = (d0 * o0) / total;
  const grain = axis == 3 ? 16 : 1;
  const start = shareStart(total, cost, grain);
  const count = shareEnd(total, cost, grain) - start;
  if (count <= 0) return;
  const first = <usize>(start * alongAxis(axis, o0, o1, d3, 1)) << 2;
  out += first;
  if (g) g += first;
  a += <usize>(start * alongAxis(axis, a0, a1, a2, a3)) << 2;
  b += <usize>(start * alongAxis(axis, b0, b1, b2, b3)) << 2;
  const n0 = axis == 0 ? count : d0;
  const n1 = axis == 1 ? count : d1;
  const n2 = axis == 2 ? count : d2;
  const n3 = axis == 3 ? count : d3;
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      let o = <usize>(i0 * o0 + i1 * o1) << 2;
      let rowA = a + (<usize>(i0 * a0 + i1 * a1) << 2);
      let rowB = b + (<usize>(i0 * b0 + i1 * b1) << 2);
      for (let i2 = 0; i2 < n2; i2++) {
        changetype<R>(0).apply(op, out + o, g ? g + o : 0, rowA, rowB, n3, a3, b3, accumulate);
        o += <usize>d3 << 2;
        rowA += <usize>a2 << 2;
        rowB += <usize>b2 << 2;
      }
    }
  }
}
