/**
 * Random orthogonal matrices, uniformly distributed: the Q of a QR factorisation of a normal matrix, with R's diagonal
 * positive, in float64.
 * Letters: m vectors of length n, m ≤ n.
 * Source: Saxe, McClelland & Ganguli 2014; Mezzadri 2007 (why the diagonal must be positive).
 */
import { ShapeError, message } from "../errors.js";
import { fillNormal } from "../ops/random.js";
import { number, resolve } from "../options.js";
import type { Initializer } from "./initializer.js";

/**
 * gain · Q: the rows of the matrix, or its columns if there are fewer of them, are orthogonal and of length `gain`. All
 * axes but the last count as rows.
 * Cost: 2·m²·n flops in JavaScript.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the parameter is a vector or a scalar
 */
export function orthogonal(options: { readonly gain?: number } = {}): Initializer {
  const { gain } = resolve("orthogonal", options, { gain: number("(-∞, ∞)", 1) });
  return {
    config: { className: "orthogonal", gain },
    fill(out, random) {
      if (out.rank < 2)
        throw new ShapeError(
          message("orthogonal", "the parameter is not a matrix", { expected: "rank 2 or more", got: out.label() }),
        );
      fillNormal(out, random, 0, 1);
      random.advance();
      const columns = out.shape[out.rank - 1];
      const rows = columns === 0 ? 0 : out.size / columns;
      const values = Float64Array.from(out.toTypedArray());
      const [m, n] = [Math.min(rows, columns), Math.max(rows, columns)];
      orthonormalize(values, m, n);
      const at = (row: number, column: number) => (rows <= columns ? row * n + column : column * n + row);
      const filled = new Float32Array(out.size);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++)
          filled[row * columns + column] = gain * values[at(row, column)];
      }
      out.assign(filled);
    },
  };
}

/**
 * Makes the m rows of q (m, n) orthonormal (modified Gram–Schmidt). A normal matrix is conditioned well enough for
 * this: in float64, products of two rows are below 1e-9.
 */
function orthonormalize(q: Float64Array, m: number, n: number): void {
  for (let i = 0; i < m; i++) {
    const row = q.subarray(i * n, (i + 1) * n);
    const norm = Math.sqrt(dot(row, row));
    for (let k = 0; k < n; k++) row[k] /= norm;
    for (let j = i + 1; j < m; j++) {
      const other = q.subarray(j * n, (j + 1) * n);
      const along = dot(row, other);
      for (let k = 0; k < n; k++) other[k] -= along * row[k];
    }
  }
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k] * y[k];
  return sum;
}
