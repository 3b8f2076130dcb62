/**
 * Columns that span the same space and are orthonormal: exactly, in float64, or nearly and fast, by products of the
 * kernels in float32. Letters: Y (n, l), row by row. Sources: Golub & Van Loan, Matrix Computations, 5.2 (Gram–Schmidt);
 * Yamamoto, Nakatsukasa, Yanagisawa & Fukaya 2015 (Cholesky's factorization, twice).
 */
import { matmul } from "../../ops/product/matmul.js";
import { tensor } from "../../tensor/create.js";
import { scope } from "../../tensor/scope.js";

/** Called between two pieces of work; what it returns, if anything, is awaited. It may throw. */
export type Turn = () => Promise<void> | undefined;

/**
 * Orthonormal columns that span those of Y (n, l), row by row, by modified Gram–Schmidt, each column twice. A column
 * that depends on the ones before it becomes zeros, so that the span has as many dimensions as Y's. Cost: 4·n·l² flops
 * in JavaScript.
 */
export async function orthonormal(Y: Float64Array, l: number, turn: Turn = () => undefined): Promise<Float64Array> {
  const n = Y.length / l;
  const columns = Array.from({ length: l }, (_, j) => {
    const column = new Float64Array(n);
    for (let i = 0; i < n; i++) column[i] = Y[i * l + j];
    return column;
  });
  for (const [j, column] of columns.entries()) {
    await turn();
    const before = Math.sqrt(dot(column, column));
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < j; i++) subtract(column, columns[i], dot(column, columns[i]));
    }
    const length = Math.sqrt(dot(column, column));
    const scale = length > 1e-12 * before ? 1 / length : 0;
    for (let i = 0; i < n; i++) column[i] *= scale;
  }
  const Q = new Float64Array(n * l);
  for (const [j, column] of columns.entries()) for (let i = 0; i < n; i++) Q[i * l + j] = column[i];
  return Q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** a −= scale · b */
function subtract(a: Float64Array, b: Float64Array, scale: number): void {
  for (let i = 0; i < a.length; i++) a[i] -= scale * b[i];
}

/** A squared length below which a column, of length 1, is taken to depend on the ones before it. */
const leastPivot = 1e-4;

/**
 * Columns that span those of Y, for a subspace iteration, whose next product needs no more than columns far from
 * dependent: of length 1 and with products below 1e-4. By float32 products with R⁻¹, where Yᵀ·Y = Rᵀ·R, twice; where columns depend on each other, or
 * nearly, by {@link orthonormal}. Cost: 4·n·l² flops by kernels. Needs `init`.
 */
export async function nearlyOrthonormal(
  Y: Float64Array,
  l: number,
  turn: Turn = () => undefined,
): Promise<Float64Array> {
  const n = Y.length / l;
  const inverse = lengths(Y, l).map((length) => 1 / length);
  if (!inverse.every(Number.isFinite)) return orthonormal(Y, l, turn);
  let Q = new Float32Array(Y.length); // loops: from() with a function takes ten times as long
  for (let at = 0; at < Y.length; at += l) for (let j = 0; j < l; j++) Q[at + j] = Y[at + j] * inverse[j];
  for (let pass = 0; pass < 2; pass++) {
    await turn();
    const next = scope(() => {
      const X = tensor(Q, [n, l]);
      const toR = inverseOfRoot(matmul(X, X, { transposeA: true }).toTypedArray() as Float32Array, l);
      return toR && (matmul(X, tensor(toR, [l, l])).toTypedArray() as Float32Array).slice();
    });
    if (next === undefined) return orthonormal(Y, l, turn);
    Q = next;
  }
  return new Float64Array(Q);
}

/** The lengths of the columns. */
function lengths(Y: Float64Array, l: number): Float64Array {
  const squares = new Float64Array(l);
  for (let at = 0; at < Y.length; at += l) for (let j = 0; j < l; j++) squares[j] += Y[at + j] * Y[at + j];
  return squares.map(Math.sqrt);
}

/** R⁻¹ for G = Rᵀ·R with R upper triangular; undefined where a pivot is too small. */
function inverseOfRoot(G: Float32Array, l: number): Float32Array | undefined {
  const R = new Float64Array(l * l);
  const inverse = new Float64Array(l * l);
  for (let i = 0; i < l; i++) {
    for (let j = i; j < l; j++) {
      let rest = G[i * l + j];
      for (let k = 0; k < i; k++) rest -= R[k * l + i] * R[k * l + j];
      if (j === i && !(rest > leastPivot)) return undefined;
      R[i * l + j] = j === i ? Math.sqrt(rest) : rest / R[i * l + i];
    }
  }
  for (let j = 0; j < l; j++) {
    inverse[j * l + j] = 1 / R[j * l + j];
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++) sum += R[i * l + k] * inverse[k * l + j];
      inverse[i * l + j] = -sum / R[i * l + i];
    }
  }
  return Float32Array.from(inverse);
}
