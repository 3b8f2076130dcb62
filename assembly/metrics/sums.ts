/**
 * Sums behind the metrics, added row by row to float64 totals in memory so that they run inside recorded steps, and so that the batches that rows come in
 * make no difference to any bit. Relative error of a sum of n terms of one sign: at most n · 2⁻⁵³; sums of whole numbers are exact to 2⁵³.
 * Thread 0 alone. weights (rows) may be 0 (no pointer): all 1.
 */
import { threadIndex } from "../thread";

// @ts-ignore: decorator
@inline
function weightOf(weights: usize, row: i32): f64 {
  return weights ? load<f32>(weights + ((<usize>row) << 2)) : 1;
}

/**
 * state[0] += Σ weight · value; state[1] += Σ weight.
 * @param state   in/out (2) float64
 * @param values  in (rows), or 0 (no pointer): state[0] is left alone
 */
export function meanAdd(state: usize, values: usize, weights: usize, rows: i32): void {
  if (threadIndex() != 0) return;
  let sum = load<f64>(state);
  let total = load<f64>(state, 8);
  for (let row = 0; row < rows; row++) {
    const weight = weightOf(weights, row);
    if (weight == 0) continue; // where the value may be infinite: a step that is padding
    total += weight;
    if (values) sum += weight * load<f32>(values + ((<usize>row) << 2));
  }
  store<f64>(state, sum);
  store<f64>(state, total, 8);
}

/**
 * What the coefficient of determination follows from, a column for each output: Σ w, the weighted mean of the targets t, Σ w (t − mean)², Σ w (t − p)².
 * The mean moves with each row, so that targets far from 0 lose little to cancellation: about 2e-16 · mean / deviation.
 * Source: West 1979, "Updating mean and variance estimates: an improved method".
 * @param state               in/out (4, columns) float64: those four, one below the other
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
  const stride = (<usize>columns) << 3;
  for (let column = 0; column < columns; column++) {
    const at = (<usize>column) << 2;
    const cell = state + ((<usize>column) << 3);
    let total = load<f64>(cell);
    let mean = load<f64>(cell + stride);
    let spread = load<f64>(cell + 2 * stride);
    let residual = load<f64>(cell + 3 * stride);
    for (let row = 0; row < rows; row++) {
      const weight = weightOf(weights, row);
      if (weight == 0) continue;
      const o = at + ((<usize>row * columns) << 2);
      const t: f64 = load<f32>(target + o);
      const error = t - load<f32>(prediction + o);
      const away = t - mean;
      total += weight;
      mean += (away * weight) / total;
      spread += weight * away * (t - mean);
      residual += weight * error * error;
    }
    store<f64>(cell, total);
    store<f64>(cell + stride, mean);
    store<f64>(cell + 2 * stride, spread);
    store<f64>(cell + 3 * stride, residual);
  }
}
