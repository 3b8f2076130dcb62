/**
 * The few largest singular values of a sparse matrix and their vectors, by randomised subspace iteration; orthonormal
 * columns and the eigenvectors of small symmetric matrices, which it needs. All in float64. Letters: A (V, N); k values
 * that are wanted, l = k + some more columns that are computed. Source: Halko, Martinsson & Tropp 2011 (algorithms 4.4
 * and 5.1); Golub & Van Loan, Matrix Computations, 8.5 (Jacobi).
 */
import { drawNormal } from "../tensor/drawNormal.js";
import type { Random } from "../tensor/random.js";
import { type TermDocuments, times, transposedTimes } from "./termDocuments.js";

/** Left singular vectors and singular values. */
export interface LeftFactors {
  /** (V, k), row by row. In each column, the number that is largest in magnitude is positive. */
  readonly U: Float64Array;
  /** (k), descending. */
  readonly values: Float64Array;
}

/**
 * U and Σ of the best approximation A ≈ U·Σ·Vᵀ of rank k.
 *
 *   Y = A·Ω      then `iterations` times   Y = A·orth(Aᵀ·orth(Y))      Q = orth(Y)
 *   Qᵀ·A·Aᵀ·Q = W·Σ²·Wᵀ      U = Q·W
 *
 * @param more        columns beyond k that are computed, l = min(k + more, V, N)
 * @param iterations  how often A·Aᵀ is applied again; each makes the approximation better
 * Cost: 4·l·(entries of A) + 4·l²·(V + N) flops an iteration; memory 8·l·(2·V + N) bytes.
 */
export function leftFactors(
  A: TermDocuments,
  k: number,
  more: number,
  iterations: number,
  random: Random,
): LeftFactors {
  const l = Math.min(k + more, A.rows, A.columns);
  const omega = new Float64Array(A.columns * l);
  for (let i = 0; i < omega.length; i++) omega[i] = drawNormal(random);
  let Q = orthonormal(times(A, omega, l), l);
  for (let i = 0; i < iterations; i++) {
    Q = orthonormal(times(A, orthonormal(transposedTimes(A, Q, l), l), l), l);
  }
  const { values: squares, vectors: W } = symmetricEigen(gram(transposedTimes(A, Q, l), l), l);
  const U = new Float64Array(A.rows * k);
  for (let row = 0; row < A.rows; row++) {
    for (let i = 0; i < l; i++) {
      for (let j = 0; j < k; j++) U[row * k + j] += Q[row * l + i] * W[i * l + j];
    }
  }
  fixSigns(U, k);
  return { U, values: squares.slice(0, k).map((square) => Math.sqrt(Math.max(0, square))) };
}

/** Turns columns round so that the number of largest magnitude in each is positive: their signs mean nothing. */
export function fixSigns(U: Float64Array, k: number): void {
  for (let j = 0; j < k; j++) {
    let largest = 0;
    for (let at = j; at < U.length; at += k) if (Math.abs(U[at]) > Math.abs(largest)) largest = U[at];
    if (largest < 0) for (let at = j; at < U.length; at += k) U[at] = -U[at];
  }
}

/**
 * Orthonormal columns that span those of Y (n, l), row by row, by modified Gram–Schmidt, each column twice. A column
 * that depends on the ones before it becomes zeros, so that the span has as many dimensions as Y's.
 */
export function orthonormal(Y: Float64Array, l: number): Float64Array {
  const n = Y.length / l;
  const columns = Array.from({ length: l }, (_, j) => {
    const column = new Float64Array(n);
    for (let i = 0; i < n; i++) column[i] = Y[i * l + j];
    return column;
  });
  for (const [j, column] of columns.entries()) {
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

/** Xᵀ·X for X (n, l), row by row, (l, l). */
export function gram(X: Float64Array, l: number): Float64Array {
  const G = new Float64Array(l * l);
  for (let from = 0; from < X.length; from += l) {
    for (let i = 0; i < l; i++) {
      const value = X[from + i];
      for (let j = i; j < l; j++) G[i * l + j] += value * X[from + j];
    }
  }
  for (let i = 0; i < l; i++) for (let j = 0; j < i; j++) G[i * l + j] = G[j * l + i];
  return G;
}

/** Eigenvalues, descending, and eigenvectors, the columns of (l, l). */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** The eigenvalues and eigenvectors of a symmetric matrix (l, l), by cyclic Jacobi rotations until nothing is left to turn. */
export function symmetricEigen(S: Float64Array, l: number): Eigen {
  const A = S.slice();
  const vectors = new Float64Array(l * l);
  for (let i = 0; i < l; i++) vectors[i * l + i] = 1;
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
    turned = false;
    for (let p = 0; p < l; p++) {
      for (let q = p + 1; q < l; q++) {
        const off = A[p * l + q];
        const [onP, onQ] = [A[p * l + p], A[q * l + q]];
        if (Math.abs(off) <= 1e-16 * Math.sqrt(Math.abs(onP * onQ)) || Math.abs(off) < 1e-300) continue;
        turned = true;
        const tau = (onQ - onP) / (2 * off);
        const tangent = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
        const cosine = 1 / Math.hypot(1, tangent);
        const sine = tangent * cosine;
        for (let i = 0; i < l; i++) turn(A, i * l + p, i * l + q, cosine, sine);
        for (let i = 0; i < l; i++) turn(A, p * l + i, q * l + i, cosine, sine);
        for (let i = 0; i < l; i++) turn(vectors, i * l + p, i * l + q, cosine, sine);
        A[p * l + q] = A[q * l + p] = 0;
      }
    }
  }
  const order = Array.from({ length: l }, (_, i) => i).sort((a, b) => A[b * l + b] - A[a * l + a]);
  return {
    values: Float64Array.from(order, (i) => A[i * l + i]),
    vectors: vectors.map((_, at) => vectors[at - (at % l) + order[at % l]]),
  };
}

/** Rotates two numbers. */
function turn(A: Float64Array, p: number, q: number, cosine: number, sine: number): void {
  const [x, y] = [A[p], A[q]];
  A[p] = cosine * x - sine * y;
  A[q] = sine * x + cosine * y;
}
