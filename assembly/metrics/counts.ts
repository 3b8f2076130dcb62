/**
 * Counts behind the metrics, added to float64 totals in memory so that they run inside recorded steps. Thread 0 alone: the counts of a batch are
 * few and land anywhere. A float64 counts exactly to 2⁵³ a cell; a float32 would stop at 2²⁴ = 16,777,216, where adding 1 changes nothing. weights (rows) may be 0 (no pointer): all 1.
 */
import { threadIndex } from "../thread";

// @ts-ignore: decorator
@inline
function add(cell: usize, value: f32): void {
  store<f64>(cell, load<f64>(cell) + value);
}

// @ts-ignore: decorator
@inline
function weightOf(weights: usize, row: i32): f32 {
  return weights ? load<f32>(weights + ((<usize>row) << 2)) : 1;
}

/**
 * state[label, predicted] += weight. A row whose label or prediction is outside 0 … classes − 1 is not counted.
 * @param state      in/out (classes, classes) float64: row the true class, column the predicted one
 * @param predicted  in (rows) int32        @param labels  in (rows) int32
 */
export function confusionAdd(
  state: usize,
  predicted: usize,
  labels: usize,
  weights: usize,
  rows: i32,
  classes: i32,
): void {
  if (threadIndex() != 0) return;
  for (let row = 0; row < rows; row++) {
    const label = load<i32>(labels + ((<usize>row) << 2));
    const guess = load<i32>(predicted + ((<usize>row) << 2));
    if (<u32>label >= <u32>classes || <u32>guess >= <u32>classes) continue;
    add(state + ((<usize>label * classes + guess) << 3), weightOf(weights, row));
  }
}

/**
 * Adds each score to the histogram of its class, from which AUC follows: bin ⌊score · bins⌋, kept within 0 … bins − 1. A score that is NaN is not counted.
 * @param state    in/out (2, bins) float64: negatives, then positives
 * @param scores   in (rows), in [0, 1]
 * @param targets  in (rows) float32; above ½ is positive
 */
export function histogramAdd(state: usize, scores: usize, targets: usize, weights: usize, rows: i32, bins: i32): void {
  if (threadIndex() != 0) return;
  for (let row = 0; row < rows; row++) {
    const score = load<f32>(scores + ((<usize>row) << 2));
    if (score != score) continue;
    const bin = <i32>min<f32>(max<f32>(score * <f32>bins, 0), <f32>(bins - 1));
    const positive = load<f32>(targets + ((<usize>row) << 2)) > 0.5;
    add(state + ((<usize>(positive ? bins + bin : bin)) << 3), weightOf(weights, row));
  }
}

/**
 * state[target > ½, score > threshold] += weight; NaN is not above.
 * @param state   in/out (2, 2) float64: row the true answer, column the predicted one
 * @param scores  in (n)        @param targets  in (n) float32
 */
export function answersAdd(state: usize, scores: usize, targets: usize, weights: usize, n: i32, threshold: f32): void {
  if (threadIndex() != 0) return;
  for (let i = 0; i < n; i++) {
    const at = (<usize>i) << 2;
    const answer = (u32(load<f32>(targets + at) > 0.5) << 1) | u32(load<f32>(scores + at) > threshold);
    add(state + (answer << 3), weightOf(weights, i));
  }
}

/**
 * out[0] += Σ weight over rows whose label is among the k highest scores. Among equal scores the lower index is higher, so that k = 1
 * agrees with argMaxAxis. A label outside 0 … columns − 1, or whose score is NaN, is not.
 * @param out      in/out (1) float64
 * @param scores   in (rows, columns)
 * @param targets  in: labels (rows) int32, or where areRows is 1 (rows, columns), whose largest elements are the labels
 */
export function topKCount(
  out: usize,
  scores: usize,
  targets: usize,
  weights: usize,
  rows: i32,
  columns: i32,
  k: i32,
  areRows: i32,
): void {
  if (threadIndex() != 0) return;
  for (let row = 0; row < rows; row++) {
    const at = (<usize>row * columns) << 2;
    const label = areRows ? largest(targets + at, columns) : load<i32>(targets + ((<usize>row) << 2));
    if (<u32>label >= <u32>columns) continue;
    const x = scores + at;
    const own = load<f32>(x + ((<usize>label) << 2));
    if (own != own) continue;
    if (above(x, columns, label, own) < k) add(out, weightOf(weights, row));
  }
}

/** The position of the largest of n values: of equal ones the first, and the first NaN before all, as argMaxAxis has it. */
function largest(x: usize, n: i32): i32 {
  let best: f32 = -Infinity;
  let position = 0;
  for (let i = 0; i < n && best == best; i++) {
    const value = load<f32>(x + ((<usize>i) << 2));
    if (value <= best) continue;
    best = value;
    position = i;
  }
  return position;
}

/** How many of n scores rank above element `label`, whose score is `own`; NaN ranks above everything. */
function above(x: usize, n: i32, label: i32, own: f32): i32 {
  const owns = f32x4.splat(own);
  let counts = i32x4.splat(0);
  let i = 0;
  // before the label an equal score ranks above it, after it not
  for (; i + 4 <= label; i += 4) counts = i32x4.add(counts, f32x4.lt(v128.load(x + ((<usize>i) << 2)), owns));
  let count = i + sum(counts);
  for (; i <= label; i++) count += i32(i < label && !(load<f32>(x + ((<usize>i) << 2)) < own));
  counts = i32x4.splat(0);
  const from = i;
  for (; i + 4 <= n; i += 4) counts = i32x4.add(counts, f32x4.le(v128.load(x + ((<usize>i) << 2)), owns));
  count += i - from + sum(counts);
  for (; i < n; i++) count += i32(!(load<f32>(x + ((<usize>i) << 2)) <= own));
  return count;
}

/** Sum of the four lanes. */
// @ts-ignore: decorator
@inline
function sum(x: v128): i32 {
  const low = i32x4.extract_lane(x, 0) + i32x4.extract_lane(x, 1);
  return low + (i32x4.extract_lane(x, 2) + i32x4.extract_lane(x, 3));
}
