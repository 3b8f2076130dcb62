/**
 * What goes on inside an LSTM, step by step, in plain loops: its gates, its cell and its output. Letters: T steps,
 * I inputs, H units; gates i f g o side by side.
 *
 *   i, f, o = σ(x·W + h·U + b)   g = tanh(x·W + h·U + b)   c′ = i ⊙ g + f ⊙ c   h′ = o ⊙ tanh(c′)
 *
 * Source: Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000.
 */

/** The parts of an LSTM that can be looked at. */
export const parts = ["input gate", "forget gate", "candidate", "output gate", "cell", "output"] as const;

/** The values of each part, (T, H). */
export type Trace = Readonly<Record<(typeof parts)[number], Float64Array>>;

/** The weights of an LSTM: kernel W (I, 4H), recurrent kernel U (H, 4H), bias b (4H). */
export interface LstmArrays {
  readonly kernel: ArrayLike<number>;
  readonly recurrentKernel: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
}

/** Runs an LSTM from zero states. @param x the inputs, (T, I) */
export function traceOf(x: ArrayLike<number>, { kernel, recurrentKernel, bias }: LstmArrays): Trace {
  const H = bias.length / 4;
  const I = kernel.length / (4 * H);
  const T = x.length / I;
  const trace = Object.fromEntries(parts.map((part) => [part, new Float64Array(T * H)])) as Trace;
  const z = new Float64Array(4 * H);
  let [h, c] = [new Float64Array(H), new Float64Array(H)];
  for (let t = 0; t < T; t++) {
    for (let k = 0; k < 4 * H; k++) z[k] = bias[k];
    for (let i = 0; i < I; i++) for (let k = 0; k < 4 * H; k++) z[k] += x[t * I + i] * kernel[i * 4 * H + k];
    for (let j = 0; j < H; j++) for (let k = 0; k < 4 * H; k++) z[k] += h[j] * recurrentKernel[j * 4 * H + k];
    const [h0, c0] = [h, c];
    [h, c] = [h0.slice(), c0.slice()];
    for (let j = 0; j < H; j++) {
      const [i, f, g, o] = [sigmoid(z[j]), sigmoid(z[H + j]), Math.tanh(z[2 * H + j]), sigmoid(z[3 * H + j])];
      c[j] = i * g + f * c0[j];
      h[j] = o * Math.tanh(c[j]);
      for (const [at, value] of [i, f, g, o, c[j], h[j]].entries()) trace[parts[at]][t * H + j] = value;
    }
  }
  return trace;
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** ‖vₜ − vₜ₋₁‖ / ‖vₜ₋₁‖ for t = 1 … T − 1. @param values (T, H) */
export function relativeChanges(values: Float64Array, H: number): number[] {
  return Array.from({ length: values.length / H - 1 }, (_, t) => {
    let [moved, size] = [0, 0];
    for (let j = 0; j < H; j++) {
      moved += (values[(t + 1) * H + j] - values[t * H + j]) ** 2;
      size += values[t * H + j] ** 2;
    }
    return Math.sqrt(moved / size);
  });
}
