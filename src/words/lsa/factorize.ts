/**
 * The few largest singular values of a sparse matrix and their vectors, by randomised subspace iteration, in float64 but
 * for bases in between. Letters: A (V, N); k values that are wanted, l = k + some more columns that are computed. Source:
 * Halko, Martinsson & Tropp 2011 (algorithms 4.4 and 5.1).
 */
import { drawNormal } from "../../tensor/drawNormal.js";
import type { Random } from "../../tensor/random.js";
import { fixSigns, gram, symmetricEigen } from "./eigen.js";
import { type Turn, nearlyOrthonormal, orthonormal } from "./orthonormal.js";
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
 * where Q is orthonormal to float64, and the bases before it nearly (see {@link nearlyOrthonormal}).
 *
 * @param more        columns beyond k that are computed, l = min(k + more, V, N)
 * @param iterations  how often A·Aᵀ is applied again; each makes the approximation better
 * @param turn        awaited between pieces of work, with the share that is done; it may throw
 * Cost: 4·l·(entries of A) + 8·l²·(V + N) flops an iteration; memory 8·l·(2·V + N) bytes. Needs `init`.
 */
export async function leftFactors(
  A: TermDocuments,
  k: number,
  more: number,
  iterations: number,
  random: Random,
  turn: (done: number) => Promise<void> | undefined = () => undefined,
): Promise<LeftFactors> {
  const l = Math.min(k + more, A.rows, A.columns);
  const omega = new Float64Array(A.columns * l);
  for (let i = 0; i < omega.length; i++) omega[i] = drawNormal(random);
  const products = 2 * iterations + 2;
  let made = 0;
  const next: Turn = () => turn(made / products);
  const product = async (by: typeof times, X: Float64Array): Promise<Float64Array> => {
    const Y = await by(A, X, l, next);
    made++;
    return Y;
  };
  let Y = await product(times, omega);
  for (let i = 0; i < iterations; i++) {
    const X = await product(transposedTimes, await nearlyOrthonormal(Y, l, next));
    Y = await product(times, await nearlyOrthonormal(X, l, next));
  }
  const Q = await orthonormal(Y, l, next);
  const { values: squares, vectors: W } = symmetricEigen(gram(await product(transposedTimes, Q), l), l);
  const U = new Float64Array(A.rows * k);
  for (let row = 0; row < A.rows; row++) {
    for (let i = 0; i < l; i++) {
      for (let j = 0; j < k; j++) U[row * k + j] += Q[row * l + i] * W[i * l + j];
    }
  }
  fixSigns(U, k);
  return { U, values: squares.slice(0, k).map((square) => Math.sqrt(Math.max(0, square))) };
}
