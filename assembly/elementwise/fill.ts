/** Fills. Letters: n, a count of elements. Does not allocate. */
import { shareEnd, shareStart } from "../thread";

/** out = value. @param out out (n) float32 */
export function fill(out: usize, value: f32, n: i32): void {
  const start = shareStart(n, 1, 16);
  const end = shareEnd(n, 1, 16);
  const values = f32x4.splat(value);
  let i = start;
  for (; i + 4 <= end; i += 4) v128.store(out + ((<usize>i) << 2), values);
  for (; i < end; i++) store<f32>(out + ((<usize>i) << 2), value);
}
