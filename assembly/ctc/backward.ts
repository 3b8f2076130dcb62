/**
 * The gradient of the loss of connectionist temporal classification with respect to the logits, backward through the frames: of each frame,
 *
 *   dLogits = dLoss · (softmax − γ)     γ[class] = Σ over its states of α β / Σ over all states
 *
 * where γ is the share of the paths that are in the class. Letters and the recurrence: Note [States of CTC] in states.ts.
 */
import { lanesSum } from "../reduce/fold";
import { select } from "../simd/f32x4";
import { loadLanes, putLanes } from "../simd/lanes";
import { expOfDifference } from "../softmax/rows";
import { shareEnd, shareStart, threadIndex } from "../thread";
import { CtcShape } from "./layout";
import {
  IMPOSSIBLE,
  NONE,
  blankFrom,
  clearStates,
  counts,
  gather,
  halfOf,
  labelCount,
  logSum,
  markSkips,
  shiftOf,
} from "./states";

/**
 * dLogits, = or += with accumulate. A label that is no class makes the gradient NaN, and so does a target that no path gives; with zeroInfinity its
 * gradient is 0. Frames that do not count have gradient 0.
 * @param dLogits  out (N, T, C)
 * @param dLoss    in (N)
 * @param logs     in (N, T, C): what the forward pass wrote, and alpha, too
 * @param targets  in (N, L) int32
 * @param mask     in (N, T) int32, or 0 (no pointer)
 * @param scratch  ctcScratchBytes(L)
 */
export function ctcBackward(
  dLogits: usize,
  dLoss: usize,
  logs: usize,
  alpha: usize,
  targets: usize,
  mask: usize,
  scratch: usize,
  shape: CtcShape,
  accumulate: i32,
): void {
  const n = shape.n;
  const t = shape.t;
  const c = shape.c;
  const l = shape.l;
  const blank = shape.blank;
  const half = halfOf(l);
  const own = scratch + <usize>(24 * half) * threadIndex();
  const infinite: f32 = shape.zeroInfinity ? 0 : NaN;
  const cost = t * (4 * c + 24 * half);
  const end = shareEnd(n, cost, 1);
  for (let i = shareStart(n, cost, 1); i < end; i++) {
    const y = targets + ((<usize>(i * l)) << 2);
    const count = labelCount(y, l, c, blank);
    const last = lastCounted(mask, i * t, t);
    if (count < 0) fillFrames(dLogits, mask, i * t, t, c, NaN, accumulate);
    else if (last < i * t || isImpossible(alpha + <usize>last * ((<usize>half) << 3), count, half))
      fillFrames(dLogits, mask, i * t, t, c, infinite, accumulate);
    else {
      const d = load<f32>(dLoss + ((<usize>i) << 2));
      backward(dLogits, d, logs, alpha, y, mask, own, i * t, last, t, c, count, blank, half, accumulate);
    }
  }
}

/** The last frame that counts of t from `first` on; less than `first` where there is none. */
function lastCounted(mask: usize, first: i32, t: i32): i32 {
  let at = first + t - 1;
  while (at >= first && !counts(mask, at)) at--;
  return at;
}

/** @param row of the last frame that counts */
function isImpossible(row: usize, count: i32, half: i32): bool {
  if (load<f32>(row + ((<usize>count) << 2)) >= IMPOSSIBLE) return false;
  if (count == 0) return load<f32>(row) < IMPOSSIBLE;
  return load<f32>(row + ((<usize>(half + count - 1)) << 2)) < IMPOSSIBLE;
}

/** The value in frames that count, 0 in others; = or +=. */
function fillFrames(dLogits: usize, mask: usize, first: i32, t: i32, c: i32, value: f32, accumulate: i32): void {
  for (let at = first; at < first + t; at++) {
    const own: f32 = counts(mask, at) ? value : 0;
    let to = dLogits + <usize>at * ((<usize>c) << 2);
    for (let j = 0; j < c; j++, to += 4) store<f32>(to, accumulate ? load<f32>(to) + own : own);
  }
}

/** The gradient of one recording. @param scratch out: skips (H), β (2 H), a row of labels (H) */
function backward(
  dLogits: usize,
  d: f32,
  logs: usize,
  alpha: usize,
  y: usize,
  mask: usize,
  scratch: usize,
  first: i32,
  last: i32,
  t: i32,
  c: i32,
  count: i32,
  blank: i32,
  half: i32,
  accumulate: i32,
): void {
  const row = (<usize>c) << 2;
  const states = (<usize>half) << 3;
  const beta = scratch + (states >> 1);
  const labels = beta + states;
  markSkips(scratch, y, count, half);
  clearStates(beta, half);
  store<f32>(beta + ((<usize>count) << 2), 0); // after the last frame
  if (count > 0) store<f32>(beta + ((<usize>(half + count - 1)) << 2), 0);
  let shift: f32 = 0;
  let later: usize = 0;
  for (let at = first + t - 1; at >= first; at--) {
    const to = dLogits + <usize>at * row;
    if (!counts(mask, at)) {
      if (!accumulate) memory.fill(to, 0, row);
      continue;
    }
    if (at < last) {
      gather(labels, later, y, count, half, shift);
      const p = load<f32>(later + ((<usize>blank) << 2)) - shift;
      shift = earlierStates(beta, labels, scratch, p, count, half);
    }
    later = logs + <usize>at * row;
    giveFrame(to, d, later, alpha + <usize>at * states, beta, labels, y, c, count, blank, half, accumulate);
  }
}

/** β of the frame before. @param beta in/out (2 H)  @param labels in (H): log-probabilities  @param p of the blank  @returns its shift */
function earlierStates(beta: usize, labels: usize, skips: usize, p: f32, count: i32, half: i32): f32 {
  const none = f32x4.splat(NONE);
  const ps = f32x4.splat(p);
  const last = i32x4.splat(count);
  const other = (<usize>half) << 2;
  let max = none;
  let following = none; // w of the four labels that follow
  for (let j = half - 4; j >= 0; j -= 4) {
    const at = (<usize>j) << 2;
    const b = f32x4.add(v128.load(beta + at), blankFrom(j, last, ps));
    const label = f32x4.add(v128.load(beta + other + at), v128.load(labels + at));
    const u = f32x4.pmax(logSum(b, label), none);
    const w = select(u, b, v128.load(skips + at));
    const next = i8x16.shuffle(w, following, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
    const inLabel = f32x4.pmax(logSum(label, next), none);
    v128.store(beta + at, u);
    v128.store(beta + other + at, inLabel);
    max = f32x4.pmax(max, f32x4.pmax(u, inLabel));
    following = w;
  }
  return shiftOf(max);
}

/** The gradient of one frame. @param occupied out (H): shares of paths that are in each label, up to a factor */
function giveFrame(
  to: usize,
  d: f32,
  logs: usize,
  alpha: usize,
  beta: usize,
  occupied: usize,
  y: usize,
  c: i32,
  count: i32,
  blank: i32,
  half: i32,
  accumulate: i32,
): void {
  const other = (<usize>half) << 2;
  let max = f32x4.splat(NONE);
  for (let at: usize = 0; at < other << 1; at += 16)
    max = f32x4.pmax(max, f32x4.add(v128.load(alpha + at), v128.load(beta + at)));
  const shift = f32x4.splat(shiftOf(max));
  let inBlank = f32x4.splat(0);
  let inLabel = inBlank;
  for (let at: usize = 0; at < other; at += 16) {
    const b = f32x4.add(v128.load(alpha + at), v128.load(beta + at));
    const label = f32x4.add(v128.load(alpha + other + at), v128.load(beta + other + at));
    inBlank = f32x4.add(inBlank, expOfDifference(f32x4.sub(b, shift)));
    const e = expOfDifference(f32x4.sub(label, shift));
    v128.store(occupied + at, e);
    inLabel = f32x4.add(inLabel, e);
  }
  const blanks = lanesSum(inBlank);
  const factor = <f32>(d / (blanks + lanesSum(inLabel)));
  const ds = f32x4.splat(d);
  let p = to;
  for (let left = c; left > 0; left -= 4) {
    const lanes = min(left, 4);
    putLanes(p, f32x4.mul(ds, expOfDifference(loadLanes(logs, lanes))), accumulate, lanes);
    p += 16;
    logs += 16;
  }
  const own = to + ((<usize>blank) << 2);
  store<f32>(own, load<f32>(own) - factor * <f32>blanks);
  for (let i = 0; i < count; i++) {
    const place = to + ((<usize>load<i32>(y + ((<usize>i) << 2))) << 2);
    store<f32>(place, load<f32>(place) - factor * load<f32>(occupied + ((<usize>i) << 2)));
  }
}
