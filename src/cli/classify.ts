/** From a network's outputs to classes and their probabilities. Letters: N samples, K classes, C columns of the output. */
import type { Model } from "../index.js";

/** Probabilities, (N, K) row-major. */
export interface Classified {
  readonly classes: number;
  readonly probabilities: Float32Array;
}

/**
 * Probabilities of the classes from a model's outputs.
 *
 * C ≥ 2 columns are K = C classes, by softmax unless the last layer has taken it; one column is the second of K = 2 classes, by the sigmoid
 * function unless the last layer has taken that.
 *
 * @param outputs (N, C) row-major, which is overwritten
 */
export function classify(model: Model, outputs: Float32Array, columns: number): Classified {
  const activation = model.layers.at(-1)!.options.activation ?? "linear";
  if (columns === 1) {
    const probabilities = Float32Array.from({ length: 2 * outputs.length }, (_, i) => {
      const value = outputs[i >> 1];
      const second = activation === "linear" ? 1 / (1 + Math.exp(-value)) : value;
      return i % 2 === 1 ? second : 1 - second;
    });
    return { classes: 2, probabilities };
  }
  if (activation !== "softmax") {
    for (let start = 0; start < outputs.length; start += columns) softmax(outputs.subarray(start, start + columns));
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

function softmax(row: Float32Array): void {
  const highest = Math.max(...row);
  let sum = 0;
  for (const [i, value] of row.entries()) sum += row[i] = Math.exp(value - highest);
  for (const [i, value] of row.entries()) row[i] = value / sum;
}
