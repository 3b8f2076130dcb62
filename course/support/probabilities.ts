/** Logits to probabilities of classes. Letters: N samples, K classes. */

/** Probabilities, (N, K) row-major. */
export interface Classified {
  readonly classes: number;
  readonly probabilities: Float32Array;
}

/**
 * Softmax of each row of (N, K) logits, in place; for (N, 1) logits the sigmoid function, as the probability of the
 * second of two classes.
 */
export function classifyLogits(logits: Float32Array, columns: number): Classified {
  if (columns === 1) return secondOfTwo(logits, (value) => 1 / (1 + Math.exp(-value)));
  for (let start = 0; start < logits.length; start += columns) softmax(logits.subarray(start, start + columns));
  return { classes: columns, probabilities: logits };
}

/** Two classes, from outputs for the second. @param probability of the second class, from an output */
export function secondOfTwo(outputs: Float32Array, probability: (output: number) => number): Classified {
  const probabilities = Float32Array.from({ length: 2 * outputs.length }, (_, i) => {
    const second = probability(outputs[i >> 1]);
    return i % 2 === 1 ? second : 1 - second;
  });
  return { classes: 2, probabilities };
}

/** Divides by the sum; if that is 0, all become equally likely. */
export function normalize(row: Float32Array): void {
  const sum = row.reduce((total, value) => total + value, 0);
  for (const [i, value] of row.entries()) row[i] = sum === 0 ? 1 / row.length : value / sum;
}

/** The class with the highest probability in each row. */
export function bestClasses({ classes, probabilities }: Classified): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, row) => {
    const values = probabilities.subarray(row * classes, (row + 1) * classes);
    return values.indexOf(Math.max(...values));
  });
}

/** Softmax in place. */
export function softmax(row: Float32Array): void {
  const highest = Math.max(...row);
  for (const [i, value] of row.entries()) row[i] = Math.exp(value - highest);
  normalize(row);
}
