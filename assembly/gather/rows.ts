/**
 * Rows picked by index: a batch from a data set, vectors from an embedding table; and the sum back into the rows they came from.
 * Letters: n picked rows, rowLength elements a row. Does not check indices: the caller knows how many rows x has.
 */
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/**
 * out[i] = x[indices[i]], 4 bytes an element: float32 and int32 alike.
 * @param out        out (n, rowLength); must not overlap x
 * @param x          in (any, stride), of which the first rowLength columns are read
 * @param indices    in (n) int32, each a row of x
 * @param rowLength  ≤ stride
 */
export function gatherRows(out: usize, x: usize, indices: usize, n: i32, rowLength: i32, stride: i32): void {
  const bytes = (<usize>rowLength) << 2;
  const end = shareEnd(n, rowLength, 1);
  for (let i = shareStart(n, rowLength, 1); i < end; i++) {
    let from = x + <usize>load<i32>(indices + ((<usize>i) << 2)) * ((<usize>stride) << 2);
    let to = out + <usize>i * bytes;
    const last = to + bytes;
    for (; to + 64 <= last; to += 64) {
      const x0 = v128.load(from);
      const x1 = v128.load(from, 16);
      const x2 = v128.load(from, 32);
      const x3 = v128.load(from, 48);
      v128.store(to, x0);
      v128.store(to, x1, 16);
      v128.store(to, x2, 32);
      v128.store(to, x3, 48);
      from += 64;
    }
    for (; to + 16 <= last; to += 16) {
      v128.store(to, v128.load(from));
      from += 16;
    }
    if (to < last) storeLanes(to, loadLanes(from, (<i32>(last - to)) >> 2), (<i32>(last - to)) >> 2);
  }
}

/**
 * out[i] = scale · x[indices[i]] + offset: images kept as bytes become float32 on the way into the batch.
 * @param out      out (n, rowLength) float32
 * @param x        in (any, rowLength) uint8, any alignment
 * @param indices  in (n) int32, each a row of x
 */
export function gatherRowsUint8(
  out: usize,
  x: usize,
  indices: usize,
  n: i32,
  rowLength: i32,
  scale: f32,
  offset: f32,
): void {
  const scales = f32x4.splat(scale);
  const offsets = f32x4.splat(offset);
  const end = shareEnd(n, rowLength, 1);
  for (let i = shareStart(n, rowLength, 1); i < end; i++) {
    let from = x + <usize>load<i32>(indices + ((<usize>i) << 2)) * rowLength;
    let to = out + ((<usize>i * rowLength) << 2);
    const last = from + rowLength;
    for (; from + 16 <= last; from += 16) {
      const bytes = v128.load(from);
      const low = i16x8.extend_low_i8x16_u(bytes);
      const high = i16x8.extend_high_i8x16_u(bytes);
      v128.store(to, madd(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)), scales, offsets));
      v128.store(to, madd(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), scales, offsets), 16);
      v128.store(to, madd(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), scales, offsets), 32);
      v128.store(to, madd(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), scales, offsets), 48);
      to += 64;
    }
    for (; from < last; from++) {
      const value = f32x4.splat(<f32>load<u8>(from));
      storeLanes(to, madd(value, scales, offsets), 1);
      to += 4;
    }
  }
}

/**
 * dx[indices[i]] += dOut[i], in the order of i. Threads cut the columns, so rows named twice are safe and the order is fixed.
 * @param dx       in/out (any, rowLength)
 * @param dOut     in (n, rowLength)
 * @param indices  in (n) int32, each a row of dx
 */
export function scatterAddRows(dx: usize, dOut: usize, indices: usize, n: i32, rowLength: i32): void {
  const start = shareStart(rowLength, n, 16);
  const end = shareEnd(rowLength, n, 16);
  if (start >= end) return;
  const bytes = (<usize>rowLength) << 2;
  for (let i = 0; i < n; i++) {
    let to = dx + <usize>load<i32>(indices + ((<usize>i) << 2)) * bytes + ((<usize>start) << 2);
    let from = dOut + <usize>i * bytes + ((<usize>start) << 2);
    let left = end - start;
    for (; left >= 8; left -= 8) {
      v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
      v128.store(to, f32x4.add(v128.load(to, 16), v128.load(from, 16)), 16);
      to += 32;
      from += 32;
    }
    for (; left > 0; left -= 4) {
      const lanes = min(left, 4);
      storeLanes(to, f32x4.add(loadLanes(to, lanes), loadLanes(from, lanes)), lanes);
      to += 16;
      from += 16;
    }
  }
}
