/**
 * Training of one linear layer in float64 and plain loops, y = x·W + b: what weights of samples, penalties, clipping and schedules must do.
 * Letters: N samples of a batch, I inputs, O outputs.
 */

/** What one step of SGD is told. */
export interface LinearStep {
  readonly x: readonly (readonly number[])[];
  readonly y: readonly (readonly number[])[];
  /** (N) Default 1. */
  readonly weights?: readonly number[];
  readonly learningRate: number;
  /** Penalty on W: l1·Σ|W| + l2·ΣW². */
  readonly penalty?: { readonly l1: number; readonly l2: number };
  /** Changes the gradients of W and b before the step. */
  readonly clip?: (gradients: readonly number[][]) => number[][];
}

/** The layer: W (I, O) and b (O), flat. */
export class Linear {
  readonly W: number[];
  readonly b: number[];

  constructor(W: ArrayLike<number>, b: ArrayLike<number>) {
    this.W = Array.from(W);
    this.b = Array.from(b);
  }

  /** One step on the weighted mean squared error. @returns the loss before the step, penalty included */
  step({ x, y, weights, learningRate, penalty = { l1: 0, l2: 0 }, clip = (same) => [...same] }: LinearStep): number {
    const { W, b } = this;
    const [N, O] = [x.length, b.length];
    let loss = 0;
    const dW = W.map((w) => penalty.l1 * Math.sign(w) + 2 * penalty.l2 * w);
    const db = b.map(() => 0);
    for (const w of W) loss += penalty.l1 * Math.abs(w) + penalty.l2 * w * w;
    for (let n = 0; n < N; n++) {
      const weight = weights?.[n] ?? 1;
      for (let o = 0; o < O; o++) {
        const error = x[n].reduce((sum, value, i) => sum + value * W[i * O + o], b[o]) - y[n][o];
        loss += (weight * error * error) / (N * O);
        const dZ = (2 * weight * error) / (N * O);
        db[o] += dZ;
        x[n].forEach((value, i) => (dW[i * O + o] += value * dZ));
      }
    }
    const [gW, gb] = clip([dW, db]);
    gW.forEach((g, i) => (W[i] -= learningRate * g));
    gb.forEach((g, i) => (b[i] -= learningRate * g));
    return loss;
  }
}
