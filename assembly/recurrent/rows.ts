/**
 * The plain loops of which cells are made, over n elements that lie in L1 by then. Results may lie on operands. Does not know gates.
 */
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { swept } from "../simd/swept";

/** out = x. */
export function copyRow(out: usize, x: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(out, v128.load(x));
    out += 16;
    x += 16;
  }
  if (n > 0) storeLanes(out, loadLanes(x, n), n);
}

/** out += x. */
export function addRow(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    storeLanes(out, f32x4.add(loadLanes(out, lanes), loadLanes(x, lanes)), lanes);
    out += 16;
    x += 16;
  }
}

/** x = 0 where it is too small to matter: Note [Nothing subnormal] in simd/swept.ts. */
export function sweepRow(x: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    storeLanes(x, swept(loadLanes(x, lanes)), lanes);
    x += 16;
  }
}

/** out = x + y + z. */
export function addThree(out: usize, x: usize, y: usize, z: usize, n: i32): void {
  for (; n >= 8; n -= 8) {
    const s0 = f32x4.add(f32x4.add(v128.load(x), v128.load(y)), v128.load(z));
    const s1 = f32x4.add(f32x4.add(v128.load(x, 16), v128.load(y, 16)), v128.load(z, 16));
    v128.store(out, s0);
    v128.store(out, s1, 16);
    out += 32;
    x += 32;
    y += 32;
    z += 32;
  }
  while (n > 0) {
    const lanes = min(n, 4);
    storeLanes(out, f32x4.add(f32x4.add(loadLanes(x, lanes), loadLanes(y, lanes)), loadLanes(z, lanes)), lanes);
    out += 16;
    x += 16;
    y += 16;
    z += 16;
    n -= 4;
  }
}

/** out = 0. */
export function clearRow(out: usize, n: i32): void {
  memory.fill(out, 0, (<usize>n) << 2);
}

/** out = x · scale where keep (int32) is not 0, else 0. */
export function dropRows(out: usize, x: usize, keep: usize, scale: f32, n: i32): void {
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    storeLanes(out, v128.and(f32x4.mul(loadLanes(x, lanes), f32x4.splat(scale)), kept(loadLanes(keep, lanes))), lanes);
    out += 16;
    x += 16;
    keep += 16;
  }
}

/** out += x · scale where keep (int32) is not 0. */
export function addDropped(out: usize, x: usize, keep: usize, scale: f32, n: i32): void {
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    const term = v128.and(f32x4.mul(loadLanes(x, lanes), f32x4.splat(scale)), kept(loadLanes(keep, lanes)));
    storeLanes(out, f32x4.add(loadLanes(out, lanes), term), lanes);
    out += 16;
    x += 16;
    keep += 16;
  }
}

// @ts-ignore: decorator
@inline
function kept(keep: v128): v128 {
  return i32x4.ne(keep, i32x4.splat(0));
}

/** out = x ⊙ y. */
export function multiplyRows(out: usize, x: usize, y: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(out, f32x4.mul(v128.load(x), v128.load(y)));
    out += 16;
    x += 16;
    y += 16;
  }
  if (n > 0) storeLanes(out, f32x4.mul(loadLanes(x, n), loadLanes(y, n)), n);
}

/** out += x ⊙ y. */
export function addProduct(out: usize, x: usize, y: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    storeLanes(out, madd(loadLanes(x, lanes), loadLanes(y, lanes), loadLanes(out, lanes)), lanes);
    out += 16;
    x += 16;
    y += 16;
  }
}
