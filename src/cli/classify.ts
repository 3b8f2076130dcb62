/** From a network's outputs to classes and their probabilities. Letters: N samples, K classes, C columns of the output. */
import type { Model } from "../index.js";
import { activatedLayer, givesProbabilities } from "../models/graph/logits.js";

/** Probabilities, (N, K) row-major. */
export interface Classified {
  readonly classes: number;
  readonly probabilities: Float32Array;
}

/**
 * Probabilities of the classes from a model's outputs.
 *
 * C ≥ 2 columns are K = C classes, one column is the second of K = 2. Where the last activation gives probabilities they stay as they are, but for those of
 * sigmoids side by side, which are divided by their sum. Any other outputs are logits: softmax is taken, or the sigmoid function of one column. Of layers that
 * do not say what they give, outputs are probabilities where they look like such: in [0, 1], and of several columns with sum 1.
 *
 * @param outputs (N, C) row-major, which is overwritten
 */
export function classify(model: Model, outputs: Float32Array, columns: number): Classified {
  const { outputActivation } = activatedLayer(model.layers.toReversed()) ?? {};
  const areProbabilities = givesProbabilities(outputActivation) ?? lookLikeProbabilities(outputs, columns);
  if (columns === 1) {
    const probabilities = Float32Array.from({ length: 2 * outputs.length }, (_, i) => {
      const value = outputs[i >> 1];
      const second = areProbabilities ? value : 1 / (1 + Math.exp(-value));
      return i % 2 === 1 ? second : 1 - second;
    });
    return { classes: 2, probabilities };
  }
  for (let start = 0; start < outputs.length; start += columns) {
    const row = outputs.subarray(start, start + columns);
    if (!areProbabilities) softmax(row);
    else if (outputActivation !== "softmax") normalize(row);
  }
  return { classes: columns, probabilities: outputs };
}

/** The class with the highest probability in each row. */
export function bestClasses({ classes, probabilities }: Classified): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, row) => {
    const values = probabilities.subarray(row * classes, (row + 1) * classes);
    return values.indexOf(Math.max(...values));
  });
}

function lookLikeProbabilities(outputs: Float32Array, columns: number): boolean {
  if (!outputs.every((value) => value >= 0 && value <= 1)) return false;
  const sumOf = (row: number): number =>
    outputs.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value, 0);
  return columns === 1 || outputs.every((_, i) => i % columns > 0 || Math.abs(sumOf(i / columns) - 1) < 1e-3);
}

function softmax(row: Float32Array): void {
  const highest = Math.max(...row);
  for (const [i, value] of row.entries()) row[i] = Math.exp(value - highest);
  normalize(row);
}

/** Divides by the sum; all are equally likely where it is 0. */
function normalize(row: Float32Array): void {
  const sum = row.reduce((total, value) => total + value, 0);
  for (const [i, value] of row.entries()) row[i] = sum === 0 ? 1 / row.length : value / sum;
}
