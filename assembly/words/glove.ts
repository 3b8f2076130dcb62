/**
 * Word vectors by GloVe: AdaGrad on entries (i, j, x), the words i and j that occur x times near each other. Letters: V words, D dimensions, S columns of a row; f the weight of an
 * entry, η the learning rate. Both directions of an entry are learnt from, that of a word with itself once:
 *
 *   e = η f (w_i·c_j + b_i + b̃_j − ln x)      f = min(1, (x / most)^power)
 *   g = e c_j    w_i −= g / √s_i    s_i += g²        h = e w_i    c_j −= h / √t_j    t_j += h²
 *
 * Tasks are lists of entries whose words are different ones, so that threads which take different tasks write to different rows; within a task it is one entry after the other.
 *
 * Note [GloVe rows]. What is learnt of a word are four vectors of S numbers, side by side: w, s, c, t. S is a multiple of 4, at least D + 2:
 *
 *   w = (w₁ … w_D, b, 1, 0 …)      s = (s₁ … s_D, s_b, ∞, 1 …)      c = (c₁ … c_D, 1, b̃, 0 …)      t = (t₁ … t_D, ∞, t_b, 1 …)
 *
 * so that w_i·c_j has the biases in it, and the ones stay: their steps are divided by √∞.
 *
 * Source: Pennington, Socher & Manning 2014, and their program, which multiplies by η before it squares.
 */
import { horizontalSum, madd } from "../simd/f32x4";
import { expv, logv } from "../simd/math";
import { shareEnd, shareStart } from "../thread";

/**
 * Learns from the entries of some tasks, each from its first to its last. Threads cut tasks.
 * @param rows      in/out (V, 4, S): Note [GloVe rows]
 * @param entries   in/out (tasks, 4, capacity): of each task the words i and the words j, int32, then x > 0, which becomes ln x, and room that becomes f; capacity is a multiple of 4
 * @param counts    in (tasks) int32: entries of each task
 * @param losses    out (tasks): Σ f (w_i·c_j + b_i + b̃_j − ln x)² before each step, both directions
 * @param columns   S
 */
export function gloveStep(
  rows: usize,
  entries: usize,
  counts: usize,
  losses: usize,
  tasks: i32,
  capacity: i32,
  columns: i32,
  rate: f32,
  power: f32,
  most: f32,
): void {
  const start = shareStart(tasks, capacity * columns, 1);
  const end = shareEnd(tasks, capacity * columns, 1);
  const list = (<usize>capacity) << 2;
  for (let task = start; task < end; task++) {
    const count = load<i32>(counts + ((<usize>task) << 2));
    const from = entries + ((<usize>task * list) << 2);
    weigh(from + 2 * list, list, count, power, most);
    store<f32>(losses + ((<usize>task) << 2), learn(rows, from, list, count, (<usize>columns) << 2, rate));
  }
}

/** Turns x into ln x, and writes f `list` bytes further on. */
function weigh(x: usize, list: usize, count: i32, power: f32, most: f32): void {
  const zero = f32x4.splat(0);
  const logMost = logv(f32x4.splat(most));
  const powers = f32x4.splat(power);
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16) {
    const logs = logv(v128.load(x));
    v128.store(x, logs);
    v128.store(x + list, expv(f32x4.pmin(zero, f32x4.mul(powers, f32x4.sub(logs, logMost)))));
  }
}

/** An entry of a word with itself has no second direction: an error of 0, which changes nothing. @param bytes of S numbers @returns the loss */
function learn(rows: usize, entry: usize, list: usize, count: i32, bytes: usize, rate: f32): f32 {
  let loss: f32 = 0;
  const end = entry + ((<usize>count) << 2);
  for (; entry < end; entry += 4) {
    const i = load<i32>(entry);
    const j = load<i32>(entry + list);
    const log = load<f32>(entry + 2 * list);
    const f = load<f32>(entry + 3 * list);
    const a = rows + <usize>i * 4 * bytes;
    const b = rows + <usize>j * 4 * bytes;
    const there = product(a, b + 2 * bytes, bytes) - log;
    const back = i == j ? <f32>0 : product(b, a + 2 * bytes, bytes) - log;
    step(a, b + 2 * bytes, bytes, f32x4.splat(rate * f * there));
    step(b, a + 2 * bytes, bytes, f32x4.splat(rate * f * back));
    loss += f * (there * there + back * back);
  }
  return loss;
}

/** w·c */
// @ts-ignore: decorator
@inline
function product(w: usize, c: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let d: usize = 0; d < bytes; d += 16) sum = madd(v128.load(w + d), v128.load(c + d), sum);
  return horizontalSum(sum);
}

/** A step of w and c with their sums of squares, which stand behind them. */
// @ts-ignore: decorator
@inline
function step(w: usize, c: usize, bytes: usize, e: v128): void {
  const end = w + bytes;
  for (; w < end; w += 16) {
    const x = v128.load(w);
    const y = v128.load(c);
    const s = v128.load(w + bytes);
    const t = v128.load(c + bytes);
    const g = f32x4.mul(e, y);
    const h = f32x4.mul(e, x);
    v128.store(w, f32x4.sub(x, f32x4.div(g, f32x4.sqrt(s))));
    v128.store(c, f32x4.sub(y, f32x4.div(h, f32x4.sqrt(t))));
    v128.store(w + bytes, madd(g, g, s));
    v128.store(c + bytes, madd(h, h, t));
    c += 16;
  }
}
