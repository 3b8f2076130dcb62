/**
 * What the two passes of connectionist temporal classification (CTC) share. Letters: N recordings, T frames, C classes, L places of a target, ℓ ≤ L of
 * them labels; y the labels; H a half, below.
 *
 * Note [States of CTC]. A path is in a state in each frame: in label i, or in the blank before it (blank ℓ follows the last label). Blanks and labels are
 * kept apart, so that neighbouring lanes hold neighbours of one kind. With log-probabilities p of one frame, those α of all paths that end in a state are
 *
 *   u[i] = α[blank i] ⊕ α[label i − 1]                                                                a ⊕ b = ln(eᵃ + eᵇ)
 *   α′[blank i] = u[i] + p[blank]          α′[label i] = (α[label i] ⊕ w[i]) + p[y i]          w[i] = y[i] ≠ y[i − 1] ? u[i] : α[blank i]
 *
 * two sums of logarithms for two states, since u serves twice. Going back, with β the probability of what follows, B = β[blank] + p[blank] and
 * Y[i] = β[label i] + p[y i]:
 *
 *   u[i] = B[i] ⊕ Y[i]          β′[blank i] = u[i]          β′[label i] = Y[i] ⊕ w[i + 1]          w[i] = y[i] ≠ y[i − 1] ? u[i] : B[i]
 *
 * The states of a frame are one row:   | blanks 0 … ℓ, then NONE up to H | labels 0 … ℓ − 1, then NONE up to H |
 * H is a multiple of 4 and at least L + 2, so that the place before label 0 holds NONE.
 *
 * A row is shifted by its largest value when the next one is made of it, so that numbers stay near 0, where float32 is fine; the forward pass adds up the
 * shifts in float64.
 */
import { select } from "../simd/f32x4";
import { softplusv } from "../simd/math";
import { threadCount } from "../thread";

/** The logarithm of 0 here: finite, so that no difference of two is NaN. */
// @ts-ignore: decorator
@inline
export const NONE: f32 = -1e30;
/** What is below is the logarithm of 0. */
// @ts-ignore: decorator
@inline
export const IMPOSSIBLE: f32 = -5e29;

/** H. */
// @ts-ignore: decorator
@inline
export function halfOf(l: i32): i32 {
  return (l + 5) & ~3;
}

/** The states of a frame, those of padding among them: 2 H. */
export function ctcStateCount(l: i32): i32 {
  return 2 * halfOf(l);
}

/** Scratch of both passes: for each thread, which labels may follow the one before without a blank (H), two rows of states and a half. */
export function ctcScratchBytes(l: i32): i32 {
  return 24 * halfOf(l) * threadCount();
}

/** ln(eᵃ + eᵇ). NaN stays. */
// @ts-ignore: decorator
@inline
export function logSum(a: v128, b: v128): v128 {
  const isLess = f32x4.lt(a, b);
  const more = select(b, a, isLess);
  const less = select(a, b, isLess);
  return f32x4.add(more, softplusv(f32x4.sub(less, more)));
}

/** ln(eᵃ + eᵇ) of two numbers. */
export function logSumOf(a: f32, b: f32): f32 {
  return f32x4.extract_lane(logSum(f32x4.splat(a), f32x4.splat(b)), 0);
}

/** ℓ, the labels before the first blank; −1 where one is no class. @param y in (L) int32 */
export function labelCount(y: usize, l: i32, c: i32, blank: i32): i32 {
  for (let i = 0; i < l; i++) {
    const label = load<i32>(y + ((<usize>i) << 2));
    if (label == blank) return i;
    if (<u32>label >= <u32>c) return -1;
  }
  return l;
}

/** All ones where label i ≠ label i − 1, else 0. @param skips out (H) */
export function markSkips(skips: usize, y: usize, count: i32, half: i32): void {
  memory.fill(skips, 0, (<usize>half) << 2);
  for (let i = 1; i < count; i++) {
    const at = y + ((<usize>i) << 2);
    store<i32>(skips + ((<usize>i) << 2), load<i32>(at) != load<i32>(at - 4) ? -1 : 0);
  }
}

/** The log-probabilities of the labels, less `shift`; NONE behind them. @param to out (H)  @param logs in (C) */
export function gather(to: usize, logs: usize, y: usize, count: i32, half: i32, shift: f32): void {
  for (let i = 0; i < count; i++) {
    const label = <usize>load<i32>(y + ((<usize>i) << 2));
    store<f32>(to + ((<usize>i) << 2), load<f32>(logs + (label << 2)) - shift);
  }
  for (let i = count; i < half; i++) store<f32>(to + ((<usize>i) << 2), NONE);
}

/** NONE in all states. @param row out (2 H) */
export function clearStates(row: usize, half: i32): void {
  for (let i = 0; i < half << 1; i++) store<f32>(row + ((<usize>i) << 2), NONE);
}

/** The log-probability of the blank in the blanks from j on, of which the last is number `count`; NONE behind it. */
// @ts-ignore: decorator
@inline
export function blankFrom(j: i32, count: v128, p: v128): v128 {
  const index = i32x4.add(i32x4.splat(j), i32x4(0, 1, 2, 3));
  return select(f32x4.splat(NONE), p, i32x4.gt_s(index, count));
}

/** The largest lane; 0 where all are logarithms of 0. */
export function shiftOf(max: v128): f32 {
  let m = f32x4.pmax(max, i8x16.shuffle(max, max, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  m = f32x4.pmax(m, i8x16.shuffle(m, m, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  const most = f32x4.extract_lane(m, 0);
  return most > IMPOSSIBLE ? most : 0;
}

/** Where frame t of recording n counts. @param mask in (N, T) int32, or 0: all count */
// @ts-ignore: decorator
@inline
export function counts(mask: usize, at: i32): bool {
  return mask == 0 || load<i32>(mask + ((<usize>at) << 2)) != 0;
}
