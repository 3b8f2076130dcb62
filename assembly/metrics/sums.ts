/**
 * Sums behind the metrics, added to float32 states in memory so that they run inside recorded steps: a batch is summed in float64 and added at once.
 * Thread 0 alone. weights (rows) may be 0 (no pointer): all 1.
 */
import { threadIndex } from "../thread";

// @ts-ignore: decorator
@inline
function weightOf(weights: usize, row: i32): f64 {
  return weights ? load<f32>(weights + ((<usize>row) << 2)) : 1;
}

// @ts-ignore: decorator
@inline
function add(cell: usize, value: f64): void {
  store<f32>(cell, <f32>(load<f32>(cell) + value));
}

/**
 * state[0] += Σ weight · value; state[1] += Σ weight.
 * @param state   in/out (2)
 * @param values  in (rows), or 0 (no pointer): state[0] is left alone
 */
export function meanAdd(state: usize, values: usize, weights: usize, rows: i32): void {
  if (threadIndex() != 0) return;
  let sum: f64 = 0;
  let total: f64 = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weightOf(weights, row);
    total += weight;
    if (values) sum += weight * load<f32>(values + ((<usize>row) << 2));
  }
  if (values) add(state, sum);
  add(state + 4, total);
}

/**
 * What the coefficient of determination follows from, a column for each output: Σ w, the weighted mean of the targets t, Σ w (t − mean)², Σ w (t − p)².
 * The mean moves with each row, so that targets far from 0 lose little to cancellation: about 1e-7 · mean / deviation.
 * Source: West 1979, "Updating mean and variance estimates: an improved method".
 * @param state               in/out (4, columns): those four, one below the other
 * @param prediction, target  in (rows, columns)
 */
export function determinationAdd(
  state: usize,
  prediction: usize,
  target: usize,
  weights: usize,
  rows: i32,
  columns: i32,
): void {
  if (threadIndex() != 0) return;
  const stride = (<usize>columns) << 2;
  for (let column = 0; column < columns; column++) {
    const at = (<usize>column) << 2;
    const cell = state + at;
    let total: f64 = load<f32>(cell);
    let mean: f64 = load<f32>(cell + stride);
    let spread: f64 = 0;
    let residual: f64 = 0;
    for (let row = 0; row < rows; row++) {
      const weight = weightOf(weights, row);
      if (weight == 0) continue;
      const t: f64 = load<f32>(target + at + <usize>row * stride);
      const error = t - load<f32>(prediction + at + <usize>row * stride);
      const away = t - mean;
      total += weight;
      mean += (away * weight) / total;
      spread += weight * away * (t - mean);
      residual += weight * error * error;
    }
    store<f32>(cell, <f32>total);
    store<f32>(cell + stride, <f32>mean);
    add(cell + 2 * stride, spread);
    add(cell + 3 * stride, residual);
  }
}
