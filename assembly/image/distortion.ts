/**
 * Random distortions of images as a field of places (sample.ts): one affine map for each image, and an elastic displacement that differs from pixel
 * to pixel but is smooth. Everything follows from numbers that were drawn before; Note [Distortion draws]. Letters: field (N, 2, H, W); r radius of the
 * Gaussian, w_t its weights. Source: Simard, Steinkraus, Platt 2003, "Best practices for convolutional neural networks".
 *
 * Note [Distortion draws]. For each image uniform numbers u in [−1, 1): rotation, scale, shear, shift of rows, shift of columns, elastic amplitude,
 * horizontal flip, vertical flip, and with elastic displacement H·W for rows and H·W for columns. The place of the pixel at offset (v, h) from the middle is
 *
 *   middle + shift + flip · R(rotation) · (v, h + shear · v) / (1 + scale) + amplitude · (Gaussian ∗ noise)
 *
 * with each value its bound times its u, the amplitude its bound times |u|. Noise outside of the image is 0.
 */
import { madd } from "../simd/f32x4";
import { putLanes, storeLanes } from "../simd/lanes";
import { expv } from "../simd/math";
import { cos2piv, sin2piv } from "../simd/trig";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { Distortion } from "./layout";

const affineDraws: i32 = 8;
const flipsHorizontally: i32 = 1;
const flipsVertically: i32 = 2;

/** Uniform numbers that an image takes. */
export function distortionDrawCount(h: i32, w: i32, sigma: f32): i32 {
  return affineDraws + (sigma > 0 ? 2 * h * w : 0);
}

/** Bytes of `scratch` of distortionField, all threads together. */
export function distortionScratchBytes(h: i32, w: i32, sigma: f32): i32 {
  return sigma > 0 ? <i32>partBytes(h, w, radiusOf(sigma)) * threadCount() : 0;
}

// @ts-ignore: decorator
@inline
function radiusOf(sigma: f32): i32 {
  return <i32>ceil<f32>(sigma * 3);
}

/** Columns rounded up to whole vectors. */
// @ts-ignore: decorator
@inline
function wide(w: i32): i32 {
  return (w + 3) & ~3;
}

/** Scratch of one thread: weights w_0 … w_r, a row with r zeros on both sides, and a plane with r rows of zeros above and below. */
// @ts-ignore: decorator
@inline
function partBytes(h: i32, w: i32, r: i32): usize {
  return (<usize>(r + 1 + wide(w) + 2 * r + (h + 2 * r) * wide(w))) << 2;
}

/**
 * The field of random distortions.
 * @param field      out (n, 2, h, w)
 * @param scratch    distortionScratchBytes(h, w, sigma)
 * @param draws      in (n, distortionDrawCount(h, w, sigma)), Note [Distortion draws]
 */
// prettier-ignore
export function distortionField(
  field: usize, scratch: usize, draws: usize, n: i32, h: i32, w: i32, bounds: Distortion,
): void {
  const sigma = bounds.sigma;
  const cost = h * w * (sigma > 0 ? 64 : 2);
  const start = shareStart(n, cost, 1);
  const end = shareEnd(n, cost, 1);
  if (start >= end) return;
  const drawBytes = (<usize>distortionDrawCount(h, w, sigma)) << 2;
  const planeBytes = (<usize>h * <usize>w) << 2;
  const r = radiusOf(sigma);
  if (sigma > 0) {
    scratch += <usize>threadIndex() * partBytes(h, w, r);
    memory.fill(scratch, 0, partBytes(h, w, r));
    writeWeights(scratch, sigma, r);
  }
  for (let image = start; image < end; image++) {
    const u = draws + <usize>image * drawBytes;
    const rows = field + ((<usize>image * planeBytes) << 1);
    writeAffine(rows, u, h, w, bounds);
    if (sigma > 0) {
      const bound = bounds.amplitude * abs(load<f32>(u, 20));
      const noise = u + (<usize>affineDraws << 2);
      addSmoothed(rows, noise, scratch, h, w, r, bound);
      addSmoothed(rows + planeBytes, noise + planeBytes, scratch, h, w, r, bound);
    }
  }
}

/** The affine part of one image's field. @param u its draws */
function writeAffine(rows: usize, u: usize, h: i32, w: i32, bounds: Distortion): void {
  const shift = bounds.shift;
  const flips = bounds.flips;
  const turn = bounds.rotation * load<f32>(u);
  const angle = f32x4.splat(turn - floor<f32>(turn));
  const size: f32 = 1 / (1 + bounds.scale * load<f32>(u, 4));
  const sine = size * f32x4.extract_lane(sin2piv(angle), 0);
  const cosine = size * f32x4.extract_lane(cos2piv(angle), 0);
  const slant = bounds.shear * load<f32>(u, 8);
  const horizontal: f32 = flips & flipsHorizontally && load<f32>(u, 24) < 0 ? -1 : 1;
  const vertical: f32 = flips & flipsVertically && load<f32>(u, 28) < 0 ? -1 : 1;
  const middleRow = <f32>(h - 1) / 2;
  const middleColumn = <f32>(w - 1) / 2;
  // row = row₀ + rowStep · j and column = column₀ + columnStep · j along a row of pixels
  const rowStep = f32x4.splat(vertical * sine);
  const columnStep = f32x4.splat(horizontal * cosine);
  const columns = rows + ((<usize>h * <usize>w) << 2);
  for (let i = 0; i < h; i++) {
    const v = <f32>i - middleRow;
    const first = slant * v - middleColumn;
    const row = f32x4.splat(middleRow + shift * load<f32>(u, 12) + vertical * (cosine * v + sine * first));
    const column = f32x4.splat(middleColumn + shift * load<f32>(u, 16) + horizontal * (cosine * first - sine * v));
    for (let j = 0; j < w; j += 4) {
      const at = (<usize>(i * w + j)) << 2;
      const steps = f32x4.add(f32x4.splat(<f32>j), f32x4(0, 1, 2, 3));
      storeLanes(rows + at, madd(steps, rowStep, row), min(w - j, 4));
      storeLanes(columns + at, madd(steps, columnStep, column), min(w - j, 4));
    }
  }
}

/** w_t = exp(−t² / 2σ²) for t = 0 … r, all 2r + 1 of them with the sum 1. */
function writeWeights(weights: usize, sigma: f32, r: i32): void {
  let sum: f32 = 0;
  for (let t = 0; t <= r; t++) {
    const ratio = <f32>t / sigma;
    const weight = f32x4.extract_lane(expv(f32x4.splat(-0.5 * ratio * ratio)), 0);
    store<f32>(weights + ((<usize>t) << 2), weight);
    sum += t == 0 ? weight : weight * 2;
  }
  for (let t = 0; t <= r; t++) {
    const at = weights + ((<usize>t) << 2);
    store<f32>(at, load<f32>(at) / sum);
  }
}

/** plane += bound · (Gaussian ∗ noise), along rows, then along columns. @param plane in/out (h, w) @param noise in (h, w) */
function addSmoothed(plane: usize, noise: usize, scratch: usize, h: i32, w: i32, r: i32, bound: f32): void {
  const lineBytes = (<usize>wide(w)) << 2;
  const reach = (<usize>r) << 2;
  const row = scratch + reach + 4; // behind the weights
  const smoothed = row + lineBytes + 2 * reach + <usize>r * lineBytes; // behind the zeros above it
  for (let i = 0; i < h; i++) {
    memory.copy(row + reach, noise + ((<usize>(i * w)) << 2), (<usize>w) << 2);
    for (let j: usize = 0; j < lineBytes; j += 16) {
      v128.store(smoothed + <usize>i * lineBytes + j, weightedSum(row + reach + j, 4, scratch, r));
    }
  }
  const bounds = f32x4.splat(bound);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j += 4) {
      const sum = weightedSum(smoothed + <usize>i * lineBytes + ((<usize>j) << 2), lineBytes, scratch, r);
      putLanes(plane + ((<usize>(i * w + j)) << 2), f32x4.mul(bounds, sum), 1, min(w - j, 4));
    }
  }
}

/** Σ w_t (x[−t] + x[t]) over neighbours `step` bytes apart. */
// @ts-ignore: decorator
@inline
function weightedSum(x: usize, step: usize, weights: usize, r: i32): v128 {
  let sum = f32x4.mul(v128.load32_splat(weights), v128.load(x));
  let before = x;
  let after = x;
  for (let t = 1; t <= r; t++) {
    before -= step;
    after += step;
    sum = madd(f32x4.add(v128.load(before), v128.load(after)), v128.load32_splat(weights + ((<usize>t) << 2)), sum);
  }
  return sum;
}
