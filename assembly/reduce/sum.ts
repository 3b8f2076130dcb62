/**
 * Sums and means over one axis of x (outer, R, inner), every shape being collapsed to these three, and their backward pass.
 * inner = 1 sums contiguous rows (Note [Order of sums]); otherwise 16 columns at a time walk down the rows, and every 128 rows their
 * float32 sums are added to compensated totals (Kahan 1965), so that the error does not grow with R.
 * A sum to one number runs on one thread here; blocks.ts spreads it over all.
 */
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { foldSum, Plain } from "./fold";

/** Rows added in float32 before the compensated addition. */
const rowBlock: i32 = 128;

/**
 * out = scale · Σᵣ x, or += with accumulate.
 * @param out    out (outer, inner)
 * @param x      in (outer, r, inner)
 * @param r      ≥ 0; the sum of nothing is 0
 * @param scale  1 for a sum, 1/R for a mean
 * Accuracy: about 1e-7 of Σ|x|.
 */
export function sumAxis(out: usize, x: usize, outer: i32, r: i32, inner: i32, scale: f32, accumulate: i32): void {
  if (inner == 1) return sumRows(out, x, outer, r, scale, accumulate);
  const strips = (inner + 15) >> 4; // 16 columns each
  const tasks = outer * strips;
  const end = shareEnd(tasks, r << 4, 1);
  for (let task = shareStart(tasks, r << 4, 1); task < end; task++) {
    const o = task / strips;
    const first = (task - o * strips) << 4;
    const columns = min(inner - first, 16);
    const from = x + ((<usize>o * r * inner + first) << 2);
    const to = out + ((<usize>o * inner + first) << 2);
    if (columns == 16) {
      sumStrip(to, from, r, inner, scale, accumulate);
    } else {
      for (let c = 0; c < columns; c += 4) {
        const lanes = min(columns - c, 4);
        const sum = sumColumns(from + (c << 2), r, inner, lanes);
        put(to + (c << 2), sum, scale, accumulate, lanes);
      }
    }
  }
}

function sumRows(out: usize, x: usize, rows: i32, columns: i32, scale: f32, accumulate: i32): void {
  const end = shareEnd(rows, columns, 1);
  for (let row = shareStart(rows, columns, 1); row < end; row++) {
    const sum = <f32>(foldSum<Plain>(x + ((<usize>row * columns) << 2), columns) * scale);
    const to = out + ((<usize>row) << 2);
    store<f32>(to, accumulate ? load<f32>(to) + sum : sum);
  }
}

/** Sums of 16 columns over r rows, `inner` elements apart. */
function sumStrip(out: usize, x: usize, r: i32, inner: i32, scale: f32, accumulate: i32): void {
  const zero = f32x4.splat(0);
  const stride = (<usize>inner) << 2;
  let t0 = zero, t1 = zero, t2 = zero, t3 = zero; // prettier-ignore
  let e0 = zero, e1 = zero, e2 = zero, e3 = zero; // prettier-ignore
  for (let row = 0; row < r; row += rowBlock) {
    const rows = min(r - row, rowBlock);
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero; // prettier-ignore
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero; // prettier-ignore
    let k = 1;
    for (; k < rows; k += 2) {
      const y = x + stride;
      a0 = f32x4.add(a0, v128.load(x));
      a1 = f32x4.add(a1, v128.load(x, 16));
      a2 = f32x4.add(a2, v128.load(x, 32));
      a3 = f32x4.add(a3, v128.load(x, 48));
      b0 = f32x4.add(b0, v128.load(y));
      b1 = f32x4.add(b1, v128.load(y, 16));
      b2 = f32x4.add(b2, v128.load(y, 32));
      b3 = f32x4.add(b3, v128.load(y, 48));
      x = y + stride;
    }
    if (k == rows) {
      a0 = f32x4.add(a0, v128.load(x));
      a1 = f32x4.add(a1, v128.load(x, 16));
      a2 = f32x4.add(a2, v128.load(x, 32));
      a3 = f32x4.add(a3, v128.load(x, 48));
      x += stride;
    }
    // t += (a + b) − e, and e becomes what that addition rounded away
    a0 = f32x4.sub(f32x4.add(a0, b0), e0);
    a1 = f32x4.sub(f32x4.add(a1, b1), e1);
    a2 = f32x4.sub(f32x4.add(a2, b2), e2);
    a3 = f32x4.sub(f32x4.add(a3, b3), e3);
    b0 = f32x4.add(t0, a0);
    b1 = f32x4.add(t1, a1);
    b2 = f32x4.add(t2, a2);
    b3 = f32x4.add(t3, a3);
    e0 = f32x4.sub(f32x4.sub(b0, t0), a0);
    e1 = f32x4.sub(f32x4.sub(b1, t1), a1);
    e2 = f32x4.sub(f32x4.sub(b2, t2), a2);
    e3 = f32x4.sub(f32x4.sub(b3, t3), a3);
    t0 = b0;
    t1 = b1;
    t2 = b2;
    t3 = b3;
  }
  put(out, t0, scale, accumulate, 4);
  put(out + 16, t1, scale, accumulate, 4);
  put(out + 32, t2, scale, accumulate, 4);
  put(out + 48, t3, scale, accumulate, 4);
}

/** Sums of up to four columns over r rows, `inner` elements apart. */
function sumColumns(x: usize, r: i32, inner: i32, lanes: i32): v128 {
  let total = f32x4.splat(0);
  let error = total;
  for (let row = 0; row < r; row += rowBlock) {
    const rows = min(r - row, rowBlock);
    let sum = f32x4.splat(0);
    for (let k = 0; k < rows; k++) {
      sum = f32x4.add(sum, loadLanes(x, lanes));
      x += (<usize>inner) << 2;
    }
    sum = f32x4.sub(sum, error);
    const next = f32x4.add(total, sum);
    error = f32x4.sub(f32x4.sub(next, total), sum);
    total = next;
  }
  return total;
}

// @ts-ignore: decorator
@inline
function put(out: usize, sum: v128, scale: f32, accumulate: i32, lanes: i32): void {
  const scaled = f32x4.mul(sum, f32x4.splat(scale));
  storeLanes(out, accumulate ? f32x4.add(loadLanes(out, lanes), scaled) : scaled, lanes);
}

/**
 * dx = scale · dOut repeated over the summed axis, or += with accumulate.
 * @param dx    out (outer, r, inner)
 * @param dOut  in (outer, inner)
 */
export function sumAxisBackward(
  dx: usize,
  dOut: usize,
  outer: i32,
  r: i32,
  inner: i32,
  scale: f32,
  accumulate: i32,
): void {
  if (inner == 1) return spreadRows(dx, dOut, outer, r, scale, accumulate);
  const scales = f32x4.splat(scale);
  const end = shareEnd(outer * r, inner, 1);
  for (let row = shareStart(outer * r, inner, 1); row < end; row++) {
    let to = dx + ((<usize>row * inner) << 2);
    let from = dOut + ((<usize>(row / r) * inner) << 2);
    let i = inner;
    for (; i >= 4; i -= 4) {
      const value = f32x4.mul(v128.load(from), scales);
      v128.store(to, accumulate ? f32x4.add(v128.load(to), value) : value);
      to += 16;
      from += 16;
    }
    if (i > 0) put(to, loadLanes(from, i), scale, accumulate, i);
  }
}

function spreadRows(dx: usize, dOut: usize, rows: i32, columns: i32, scale: f32, accumulate: i32): void {
  const end = shareEnd(rows, columns, 1);
  for (let row = shareStart(rows, columns, 1); row < end; row++) {
    const value = f32x4.splat(load<f32>(dOut + ((<usize>row) << 2)) * scale);
    let to = dx + ((<usize>row * columns) << 2);
    let i = columns;
    for (; i >= 4; i -= 4) {
      v128.store(to, accumulate ? f32x4.add(v128.load(to), value) : value);
      to += 16;
    }
    if (i > 0) put(to, value, 1, accumulate, i);
  }
}
