/**
 * The loss of connectionist temporal classification, −ln P(target | recording): the sum over all paths that give the target, forward through the frames.
 * Letters and the recurrence: Note [States of CTC] in states.ts. Log-softmax is included.
 * Source: Graves, Fernández, Gomez & Schmidhuber 2006, "Connectionist temporal classification".
 */
import { select } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { expSumRow, logOf, rowMax } from "../softmax/rows";
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
  logSumOf,
  markSkips,
  shiftOf,
} from "./states";

/**
 * A label that is no class makes the loss NaN; a target that no path gives makes it +∞, or 0 with zeroInfinity.
 * @param loss     out (N)
 * @param logs     out (N, T, C): log-softmax of the logits, at least −1e30; 0 in frames that do not count
 * @param alpha    out (N, T, ctcStateCount(L)): of each frame, shifted; 0 in frames that do not count
 * @param logits   in (N, T, C), C ≥ 1
 * @param targets  in (N, L) int32: labels, and blanks behind them
 * @param mask     in (N, T) int32: 0 where a frame does not count; or 0 (no pointer): all count
 * @param scratch  ctcScratchBytes(L)
 */
export function ctcForward(
  loss: usize,
  logs: usize,
  alpha: usize,
  logits: usize,
  targets: usize,
  mask: usize,
  scratch: usize,
  shape: CtcShape,
): void {
  const n = shape.n;
  const t = shape.t;
  const c = shape.c;
  const l = shape.l;
  const blank = shape.blank;
  const half = halfOf(l);
  const own = scratch + <usize>(24 * half) * threadIndex();
  const infinite: f32 = shape.zeroInfinity ? 0 : Infinity;
  const cost = t * (4 * c + 16 * half);
  const end = shareEnd(n, cost, 1);
  for (let i = shareStart(n, cost, 1); i < end; i++) {
    const y = targets + ((<usize>(i * l)) << 2);
    const count = labelCount(y, l, c, blank);
    const value = forward(alpha, logs, logits, y, mask, own, i * t, t, c, max(count, 0), blank, half);
    store<f32>(loss + ((<usize>i) << 2), count < 0 ? NaN : value < IMPOSSIBLE ? infinite : -value);
  }
}

/** ln P(target | recording). @param first the recording's first frame among those of all  @param scratch out: skips, then a row of states */
function forward(
  alpha: usize,
  logs: usize,
  logits: usize,
  y: usize,
  mask: usize,
  scratch: usize,
  first: i32,
  t: i32,
  c: i32,
  count: i32,
  blank: i32,
  half: i32,
): f32 {
  const states = (<usize>half) << 3;
  let before = scratch + (states >> 1);
  markSkips(scratch, y, count, half);
  clearStates(before, half);
  store<f32>(before, 0); // before the first frame
  let shift: f32 = 0;
  let total: f64 = 0;
  for (let at = first; at < first + t; at++) {
    const frame = <usize>at * ((<usize>c) << 2);
    const row = alpha + <usize>at * states;
    if (!counts(mask, at)) {
      memory.fill(logs + frame, 0, (<usize>c) << 2);
      memory.fill(row, 0, states);
      continue;
    }
    logSoftmaxRow(logs + frame, logits + frame, c);
    gather(row + (states >> 1), logs + frame, y, count, half, shift);
    const p = load<f32>(logs + frame + ((<usize>blank) << 2)) - shift;
    total += shift;
    shift = nextStates(row, before, scratch, p, count, half);
    before = row;
  }
  const last = count == 0 ? NONE : load<f32>(before + (states >> 1) + ((<usize>(count - 1)) << 2));
  return <f32>(total + logSumOf(load<f32>(before + ((<usize>count) << 2)), last));
}

function logSoftmaxRow(y: usize, x: usize, c: i32): void {
  const max = rowMax(x, c);
  const maxes = f32x4.splat(max);
  const logs = f32x4.splat(logOf(expSumRow(x, c, max)));
  for (let left = c; left > 0; left -= 4) {
    const lanes = min(left, 4);
    const value = f32x4.sub(f32x4.sub(loadLanes(x, lanes), maxes), logs);
    storeLanes(y, f32x4.pmax(value, f32x4.splat(NONE)), lanes);
    x += 16;
    y += 16;
  }
}

/** α of the next frame. @param row in/out (2 H): the labels' log-probabilities in their half  @param p of the blank  @returns its shift */
function nextStates(row: usize, before: usize, skips: usize, p: f32, count: i32, half: i32): f32 {
  const none = f32x4.splat(NONE);
  const ps = f32x4.splat(p);
  const last = i32x4.splat(count);
  const labels = (<usize>half) << 2;
  let max = none;
  for (let j = 0; j < half; j += 4) {
    const b = v128.load(before);
    const u = logSum(b, v128.load(before + labels - 4));
    const w = select(u, b, v128.load(skips));
    const inBlank = f32x4.pmax(f32x4.add(u, blankFrom(j, last, ps)), none);
    const inLabel = f32x4.pmax(f32x4.add(logSum(v128.load(before + labels), w), v128.load(row + labels)), none);
    v128.store(row, inBlank);
    v128.store(row + labels, inLabel);
    max = f32x4.pmax(max, f32x4.pmax(inBlank, inLabel));
    before += 16;
    skips += 16;
    row += 16;
  }
  return shiftOf(max);
}
