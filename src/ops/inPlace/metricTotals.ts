/**
 * Adds to the totals of metrics, batch by batch: kernels on memory that stays, so that metrics can be part of a
 * recorded step. Not differentiable.
 * Letters: R rows, which are samples, or places when a sample has several; C columns, usually classes.
 *
 * Note [Totals]. A total is a float64, a type that tensors do not have: n totals are a uint8 tensor (n, 8). So counts
 * are exact up to 2⁵³, whereas float32 would stop at 2²⁴. Rows are added one after the other, so the division into
 * batches does not change any bit.
 */
import { answersAdd, confusionAdd, determinationAdd, histogramAdd, meanAdd, topKCount } from "#wasm/kernels";
import { empty, zeros } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import { broadcastNest } from "../loops.js";
import { copyNest } from "../shape/copy.js";

/** n totals, all 0: Note [Totals]. @throws {MemoryError} when the memory limit is reached */
export function newTotals(n: number): Tensor {
  return zeros([n, 8], { dtype: "uint8" });
}

/** A copy of the totals' values. */
export function readTotals(totals: Tensor): Float64Array<ArrayBuffer> {
  return new Float64Array((totals.toTypedArray() as Uint8Array<ArrayBuffer>).buffer);
}

/** Overwrites the totals with values. @throws {ShapeError} when their number differs */
export function writeTotals(totals: Tensor, values: Float64Array): void {
  totals.assign(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/**
 * state[0] += Σ w·x, state[1] += Σ w.
 *
 * @param state    in/out, 2 totals or more
 * @param values   x (R) float32, or undefined: state[0] is left alone
 * @param weights  w (R) float32, or undefined: all 1
 * @param rows     R
 */
export function addMean(state: Tensor, values: Tensor | undefined, weights: Tensor | undefined, rows: number): void {
  meanAdd(state.ptr, values?.ptr ?? 0, weights?.ptr ?? 0, rows);
}

/**
 * state[0] += Σ w over the rows whose label is among the k highest scores; among equal scores the lower class counts as
 * higher.
 *
 * @param scores   (…, C) float32, R rows; when the label's score is NaN, it is not among them
 * @param targets  R labels int32, or float32 rows of the scores' shape, whose largest elements are the labels
 */
export function addTopK(state: Tensor, scores: Tensor, targets: Tensor, weights: Tensor | undefined, k: number): void {
  const C = scores.shape.at(-1)!;
  const R = scores.size / C;
  const areRows = targets.dtype === "int32" ? 0 : 1;
  topKCount(state.ptr, scores.ptr, targets.ptr, weights?.ptr ?? 0, R, C, k, areRows);
}

/** Each element of x (N) so many times, as (N · times). */
export function repeatEach(x: Tensor, times: number): Tensor {
  const y = empty([x.size * times]);
  copyNest(broadcastNest([x.size, times], [x.size, 1]), y.ptr, x.ptr, 0);
  return y;
}

/**
 * state[t > ½, x > threshold] += w for every element; NaN is not above.
 *
 * @param state              in/out (2, 2): rows are the truth, columns the prediction
 * @param scores, targets    x and t (R) float32
 */
export function addBinary(
  state: Tensor,
  scores: Tensor,
  targets: Tensor,
  weights: Tensor | undefined,
  threshold: number,
): void {
  answersAdd(state.ptr, scores.ptr, targets.ptr, weights?.ptr ?? 0, scores.size, threshold);
}

/**
 * state[label, predicted] += w for every row; rows with a class outside 0 … C − 1 are left out.
 *
 * @param state              in/out (C, C): rows are true classes, columns predicted ones
 * @param predicted, labels  (R) int32
 */
export function addConfusion(
  state: Tensor,
  predicted: Tensor,
  labels: Tensor,
  weights: Tensor | undefined,
  classes: number,
): void {
  confusionAdd(state.ptr, predicted.ptr, labels.ptr, weights?.ptr ?? 0, labels.size, classes);
}

/**
 * Adds scores in [0, 1] to a histogram for each class; NaN is left out.
 *
 * @param state    in/out (2, bins): negatives, then positives
 * @param scores   (R) float32
 * @param targets  (R) float32; above ½ is positive
 */
export function addHistogram(
  state: Tensor,
  scores: Tensor,
  targets: Tensor,
  weights: Tensor | undefined,
  bins: number,
): void {
  histogramAdd(state.ptr, scores.ptr, targets.ptr, weights?.ptr ?? 0, scores.size, bins);
}

/**
 * For each column: Σ w, the weighted mean of t, Σ w (t − mean)², Σ w (t − p)².
 *
 * @param state               in/out (4, C)
 * @param prediction, target  p and t (R, C) float32
 */
export function addDetermination(state: Tensor, prediction: Tensor, target: Tensor, weights: Tensor | undefined): void {
  const [R, C] = prediction.shape;
  determinationAdd(state.ptr, prediction.ptr, target.ptr, weights?.ptr ?? 0, R, C);
}
