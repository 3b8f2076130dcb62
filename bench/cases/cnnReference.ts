/**
 * The convolutional network of the benchmarks in plain float64 loops, forward and backward, one image at a time, as the
 * reference of training steps.
 *
 *   x (28, 28, 1) → conv 3×3 same, 32, ReLU → conv 3×3 same, 64, ReLU → max pool 2×2
 *     → dense 128, ReLU → dense 10 → −log softmax[label]
 *
 * Letters: S size of an image, C and O channels in and out, a activations, δ = ∂loss/∂(pre-activation).
 */

const S = 28;

/** Kernels and biases in turn. */
export type Weights = readonly ArrayLike<number>[];

/** Loss, outputs and the gradient of each weight, for one image. */
export interface ImagePass {
  readonly loss: number;
  readonly outputs: Float64Array;
  readonly gradients: readonly Float64Array[];
}

/** Calls `visit` for each output pixel and tap that reads a pixel inside of the image. */
function eachTap(visit: (output: number, tap: number, input: number) => void): void {
  for (let q = 0; q < S; q++)
    for (let r = 0; r < S; r++)
      for (let tap = 0; tap < 9; tap++) {
        const [h, w] = [q + Math.floor(tap / 3) - 1, r + (tap % 3) - 1];
        if (h >= 0 && w >= 0 && h < S && w < S) visit(q * S + r, tap, h * S + w);
      }
}

const relu = (z: Float64Array): Float64Array => z.map((value) => Math.max(0, value));

/** max(0, x ∗ kernel + bias). */
function conv(x: ArrayLike<number>, C: number, kernel: ArrayLike<number>, bias: ArrayLike<number>): Float64Array {
  const O = bias.length;
  const z = Float64Array.from({ length: S * S * O }, (_, i) => bias[i % O]);
  eachTap((output, tap, input) => {
    for (let c = 0; c < C; c++) {
      const value = x[input * C + c];
      if (value === 0) continue;
      for (let o = 0; o < O; o++) z[output * O + o] += value * kernel[(tap * C + c) * O + o];
    }
  });
  return relu(z);
}

/** The gradients of x, kernel and bias from δ (S, S, O). */
function convBackward(x: ArrayLike<number>, C: number, kernel: ArrayLike<number>, delta: Float64Array, O: number) {
  const [dX, dKernel, dBias] = [new Float64Array(S * S * C), new Float64Array(9 * C * O), new Float64Array(O)];
  for (const [i, value] of delta.entries()) dBias[i % O] += value;
  eachTap((output, tap, input) => {
    for (let o = 0; o < O; o++) {
      const value = delta[output * O + o];
      if (value === 0) continue;
      for (let c = 0; c < C; c++) {
        dX[input * C + c] += value * kernel[(tap * C + c) * O + o];
        dKernel[(tap * C + c) * O + o] += value * x[input * C + c];
      }
    }
  });
  return { dX, dKernel, dBias };
}

/** x·W + b. */
function dense(x: ArrayLike<number>, kernel: ArrayLike<number>, bias: ArrayLike<number>): Float64Array {
  const O = bias.length;
  return Float64Array.from({ length: O }, (_, o) => {
    let sum = bias[o];
    for (let i = 0; i < x.length; i++) sum += x[i] * kernel[i * O + o];
    return sum;
  });
}

/** The gradients of x and W from δ (O). */
function denseBackward(x: Float64Array, kernel: ArrayLike<number>, delta: Float64Array) {
  const O = delta.length;
  const dX = x.map((_, i) => delta.reduce((sum, value, o) => sum + value * kernel[i * O + o], 0));
  return { dX, dKernel: Float64Array.from({ length: x.length * O }, (_, at) => x[Math.floor(at / O)] * delta[at % O]) };
}

/** For each element of the pooled image, the place of the largest of its four. */
function largestPlaces(x: Float64Array, C: number): number[] {
  return Array.from({ length: (S / 2) ** 2 * C }, (_, at) => {
    const [pixel, c] = [Math.floor(at / C), at % C];
    const corner = Math.floor(pixel / (S / 2)) * 2 * S + (pixel % (S / 2)) * 2;
    const places = [0, 1, S, S + 1].map((step) => (corner + step) * C + c);
    return places.reduce((best, place) => (x[place] > x[best] ? place : best));
  });
}

/** One image, forward and back. */
export function imagePass(weights: Weights, x: ArrayLike<number>, label: number): ImagePass {
  const [k1, b1, k2, b2, k3, b3, k4, b4] = weights;
  const a1 = conv(x, 1, k1, b1);
  const a2 = conv(a1, 32, k2, b2);
  const places = largestPlaces(a2, 64);
  const pooled = Float64Array.from(places, (place) => a2[place]);
  const a3 = relu(dense(pooled, k3, b3));
  const outputs = dense(a3, k4, b4);
  const largest = Math.max(...outputs);
  const total = outputs.reduce((sum, z) => sum + Math.exp(z - largest), 0);
  const d4 = outputs.map((z, o) => Math.exp(z - largest) / total - (o === label ? 1 : 0));
  const back4 = denseBackward(a3, k4, d4);
  const d3 = back4.dX.map((value, i) => (a3[i] > 0 ? value : 0));
  const back3 = denseBackward(pooled, k3, d3);
  const d2 = new Float64Array(a2.length);
  for (const [i, place] of places.entries()) if (a2[place] > 0) d2[place] = back3.dX[i];
  const back2 = convBackward(a1, 32, k2, d2, 64);
  const d1 = back2.dX.map((value, i) => (a1[i] > 0 ? value : 0));
  const back1 = convBackward(x, 1, k1, d1, 32);
  return {
    loss: Math.log(total) + largest - outputs[label],
    outputs,
    gradients: [back1.dKernel, back1.dBias, back2.dKernel, back2.dBias, back3.dKernel, d3, back4.dKernel, d4],
  };
}
