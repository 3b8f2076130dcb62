/**
 * A small GPT in plain float64 loops, forward only, as the reference of benchmarks; gradients are compared through the
 * derivative of the loss along a direction. Letters: T tokens, F features, D features of a head, V vocabulary.
 */

/** The weights of a model, in its order, without their names. */
export type Weights = readonly Float64Array[];

/** The sizes of a GPT. */
export interface GptSizes {
  readonly features: number;
  readonly heads: number;
  readonly blocks: number;
  readonly vocabulary: number;
}

/** x (T, I) · W (I, O) + b */
function dense(x: Float64Array, W: Float64Array, b: Float64Array): Float64Array {
  const O = b.length;
  const I = W.length / O;
  const y = new Float64Array((x.length / I) * O);
  for (let t = 0; t * I < x.length; t++) {
    const row = y.subarray(t * O, (t + 1) * O);
    row.set(b);
    for (let i = 0; i < I; i++) {
      const factor = x[t * I + i];
      for (let o = 0; o < O; o++) row[o] += factor * W[i * O + o];
    }
  }
  return y;
}

/** Each row less its mean, divided by its deviation; times gamma, plus beta. */
function normalized(x: Float64Array, gamma: Float64Array, beta: Float64Array): Float64Array {
  const F = gamma.length;
  const y = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += F) {
    const row = x.subarray(at, at + F);
    const mean = row.reduce((sum, value) => sum + value, 0) / F;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / F;
    const factor = 1 / Math.sqrt(variance + 1e-5);
    for (let f = 0; f < F; f++) y[at + f] = (row[f] - mean) * factor * gamma[f] + beta[f];
  }
  return y;
}

/** softmax(q·kᵀ / √D)·v of one head; with `causal` each query with the keys up to its own. */
export function headOf(
  [q, k, v]: readonly Float64Array[],
  { T, D, stride, at, causal }: { T: number; D: number; stride: number; at: number; causal: boolean },
  into: Float64Array,
): void {
  for (let t = 0; t < T; t++) {
    const keys = causal ? t + 1 : T;
    const scores = Array.from({ length: keys }, (_, s) => {
      let product = 0;
      for (let d = 0; d < D; d++) product += q[t * stride + at + d] * k[s * stride + at + d];
      return product / Math.sqrt(D);
    });
    const largest = Math.max(...scores);
    const shares = scores.map((score) => Math.exp(score - largest));
    const sum = shares.reduce((a, b) => a + b, 0);
    for (let d = 0; d < D; d++) {
      into[t * stride + at + d] = shares.reduce((total, share, s) => total + share * v[s * stride + at + d], 0) / sum;
    }
  }
}

/** x·Φ(x), Φ by its series, which is exact enough below 6 deviations. */
function gelu(x: number): number {
  if (Math.abs(x) > 6) return Math.max(0, x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17; n++) {
    term *= -(x * x) / (2 * n);
    sum += term / (2 * n + 1);
  }
  return x * (0.5 + sum / Math.sqrt(2 * Math.PI));
}

const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]);

/** The mean cross-entropy of a sequence and the tokens that follow its own. */
export function lossOf(
  { features: F, heads, blocks, vocabulary: V }: GptSizes,
  weights: Weights,
  tokens: ArrayLike<number>,
  targets: ArrayLike<number>,
): number {
  const T = tokens.length;
  const D = F / heads;
  let at = 0;
  const next = (count: number): Weights => weights.slice(at, (at += count));
  const [table, positions] = next(2);
  let x: Float64Array = Float64Array.from(
    { length: T * F },
    (_, i) => table[tokens[Math.floor(i / F)] * F + (i % F)] + positions[i],
  );
  for (let block = 0; block < blocks; block++) {
    const [gamma, beta, Wq, bq, Wk, bk, Wv, bv, Wo, bo, gamma2, beta2, W1, b1, W2, b2] = next(16);
    const n = normalized(x, gamma, beta);
    const projected = [dense(n, Wq, bq), dense(n, Wk, bk), dense(n, Wv, bv)];
    const mixed = new Float64Array(T * F);
    for (let h = 0; h < heads; h++) headOf(projected, { T, D, stride: F, at: h * D, causal: true }, mixed);
    x = plus(x, dense(mixed, Wo, bo));
    x = plus(x, dense(dense(normalized(x, gamma2, beta2), W1, b1).map(gelu), W2, b2));
  }
  const [gamma, beta, W, b] = next(4);
  const logits = dense(normalized(x, gamma, beta), W, b);
  let loss = 0;
  for (let t = 0; t < T; t++) {
    const row = logits.subarray(t * V, (t + 1) * V);
    const largest = row.reduce((a, c) => Math.max(a, c), -Infinity);
    loss += largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0)) - row[targets[t]];
  }
  return loss / T;
}
