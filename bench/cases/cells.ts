/**
 * Many-to-one recurrent networks in plain float64 loops, forward only, as the reference of benchmarks. Gradients are
 * compared through the derivative of the loss along a direction. Letters: T steps, I inputs, H units. Biases are one
 * row, except for the GRU, which has two, the second on the recurrent side.
 */

/** The kind of cell. */
export type CellName = "lstm" | "gru" | "simpleRnn";

/** Kernel (I, G·H), recurrent kernel (H, G·H) and bias of the cell, kernel (H, 1) and bias of the dense layer. */
export type Weights = readonly Float64Array[];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** row (k) times matrix (k, columns), added to `into`. */
function addProduct(row: Float64Array, matrix: Float64Array, into: Float64Array): void {
  const columns = into.length;
  for (let k = 0; k < row.length; k++) {
    const factor = row[k];
    for (let j = 0; j < columns; j++) into[j] += factor * matrix[k * columns + j];
  }
}

/** The logit of one sequence x (T, I). */
export function logitOf(
  cell: CellName,
  [kernel, recurrent, bias, head, offset]: Weights,
  x: Float64Array,
  I: number,
): number {
  const H = head.length;
  const columns = kernel.length / I;
  let h = new Float64Array(H);
  const c = new Float64Array(H);
  for (let at = 0; at < x.length; at += I) {
    const z = Float64Array.from({ length: columns }, (_, j) => bias[j]);
    addProduct(x.subarray(at, at + I), kernel, z);
    const product = Float64Array.from({ length: columns }, (_, j) => (cell === "gru" ? bias[columns + j] : 0));
    addProduct(h, recurrent, product);
    h = h.map((before, j) => {
      const sum = (gate: number): number => z[gate * H + j] + product[gate * H + j];
      if (cell === "simpleRnn") return Math.tanh(sum(0));
      if (cell === "gru") {
        const [update, reset] = [sigmoid(sum(0)), sigmoid(sum(1))];
        return update * before + (1 - update) * Math.tanh(z[2 * H + j] + reset * product[2 * H + j]);
      }
      c[j] = sigmoid(sum(1)) * c[j] + sigmoid(sum(0)) * Math.tanh(sum(2));
      return sigmoid(sum(3)) * Math.tanh(c[j]);
    });
  }
  return h.reduce((sum, value, j) => sum + value * head[j], offset[0]);
}

/** −log of the probability that a logit gives to its label, 0 or 1. */
export function crossEntropy(logit: number, label: number): number {
  return Math.max(logit, 0) - logit * label + Math.log1p(Math.exp(-Math.abs(logit)));
}
