/**
 * Gram matrices, and eigenvalues and eigenvectors of small symmetric matrices, in float64. Letters: X (n, l), row by row; S (l, l). Source: Golub & Van Loan,
 * Matrix Computations, 8.5 (Jacobi).
 */

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

/** Turns columns round so that the number of largest magnitude in each is positive: their signs mean nothing. */
export function fixSigns(U: Float64Array, k: number): void {
  for (let j = 0; j < k; j++) {
    let largest = 0;
    for (let at = j; at < U.length; at += k) if (Math.abs(U[at]) > Math.abs(largest)) largest = U[at];
    if (largest < 0) for (let at = j; at < U.length; at += k) U[at] = -U[at];
  }
}
