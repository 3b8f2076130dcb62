/** Casts between element types. Letters: n elements. Does not run in place where the sizes of the types differ. */
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** out = x · scale + offset. @param out out (n) float32 @param x in (n) bytes */
export function castUint8ToFloat32(out: usize, x: usize, n: i32, scale: f32, offset: f32): void {
  const s = f32x4.splat(scale);
  const c = f32x4.splat(offset);
  const end = shareEnd(n, 1, 16);
  let i = shareStart(n, 1, 16);
  for (; i + 16 <= end; i += 16) {
    const bytes = v128.load(x + i);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    const q = out + ((<usize>i) << 2);
    v128.store(q, madd(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)), s, c));
    v128.store(q, madd(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), s, c), 16);
    v128.store(q, madd(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), s, c), 32);
    v128.store(q, madd(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), s, c), 48);
  }
  for (; i < end; i++) {
    const value = madd(f32x4.splat(<f32>load<u8>(x + i)), s, c); // the same rounding as the main loop
    store<f32>(out + ((<usize>i) << 2), f32x4.extract_lane(value, 0));
  }
}

/** out = x, rounded to nearest. out may be x. @param out out (n) float32 @param x in (n) int32 */
export function castInt32ToFloat32(out: usize, x: usize, n: i32): void {
  const end = shareEnd(n, 1, 16);
  let i = shareStart(n, 1, 16);
  for (; i + 4 <= end; i += 4) {
    v128.store(out + ((<usize>i) << 2), f32x4.convert_i32x4_s(v128.load(x + ((<usize>i) << 2))));
  }
  const left = end - i;
  const o = (<usize>i) << 2;
  if (left > 0) storeLanes(out + o, f32x4.convert_i32x4_s(loadLanes(x + o, left)), left);
}

/** out = x without its fraction, held to the range of int32; NaN gives 0. out may be x. @param out out (n) int32 @param x in (n) float32 */
export function castFloat32ToInt32(out: usize, x: usize, n: i32): void {
  const end = shareEnd(n, 1, 16);
  let i = shareStart(n, 1, 16);
  for (; i + 4 <= end; i += 4) {
    v128.store(out + ((<usize>i) << 2), i32x4.trunc_sat_f32x4_s(v128.load(x + ((<usize>i) << 2))));
  }
  const left = end - i;
  const o = (<usize>i) << 2;
  if (left > 0) storeLanes(out + o, i32x4.trunc_sat_f32x4_s(loadLanes(x + o, left)), left);
}
