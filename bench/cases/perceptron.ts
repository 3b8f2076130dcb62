/**
 * A multilayer perceptron in plain float64 loops, forward and backward, as the reference of training steps.
 * Letters: I inputs and O outputs of a layer, R distinct samples, a activations, δ = ∂loss/∂(x·W + b).
 */

/** Activation of a layer. */
export type Activation = "linear" | "relu" | "sigmoid" | "tanh";

/** The network and its loss. */
export interface Perceptron {
  /** Inputs, then the outputs of each layer. */
  readonly sizes: readonly number[];
  /** The activation of all layers except the last. */
  readonly hidden: Activation;
  readonly output: Activation;
  /** Mean over the batch of −log softmax(output)[label], or of the mean squared error. */
  readonly loss: "crossentropy" | "squared";
}

/** Kernels (I, O) and biases (O) of the layers in turn. */
export type Weights = readonly ArrayLike<number>[];

/** A few samples that a batch repeats. */
export interface Samples {
  /** (R, I) */
  readonly x: ArrayLike<number>;
  /** (R) labels, or (R, O) values. */
  readonly y: ArrayLike<number>;
  /** The share of the batch that each sample makes up. (R) */
  readonly shares: readonly number[];
}

/** The results of a forward and a backward pass. */
export interface Pass {
  readonly loss: number;
  /** The network's outputs, a row for each sample. */
  readonly outputs: readonly Float64Array[];
  /** ∂loss/∂kernel[i, o] of a layer. */
  readonly kernelGradient: (layer: number, i: number, o: number) => number;
  /** ∂loss/∂bias[o] of a layer. */
  readonly biasGradient: (layer: number, o: number) => number;
}

const functions: Readonly<Record<Activation, { f: (z: number) => number; slope: (a: number) => number }>> = {
  linear: { f: (z) => z, slope: () => 1 },
  relu: { f: (z) => Math.max(z, 0), slope: (a) => (a > 0 ? 1 : 0) },
  sigmoid: { f: (z) => 1 / (1 + Math.exp(-z)), slope: (a) => a * (1 - a) },
  tanh: { f: Math.tanh, slope: (a) => 1 - a * a },
};

/** One pass over all samples, forward and back. */
export function pass({ sizes, hidden, output, loss }: Perceptron, weights: Weights, { x, y, shares }: Samples): Pass {
  const last = sizes.length - 2;
  const activation = (layer: number) => functions[layer === last ? output : hidden];
  const samples = shares.map((share, r) => {
    const activations = [Float64Array.from({ length: sizes[0] }, (_, i) => x[r * sizes[0] + i])];
    for (let layer = 0; layer <= last; layer++) activations.push(forward(layer, activations[layer]));
    const outputs = activations[last + 1];
    const [value, dOutput] = loss === "squared" ? squared(outputs, y, r) : crossentropy(outputs, y[r]);
    const deltas: Float64Array[] = [];
    let gradient = dOutput;
    for (let layer = last; layer >= 0; layer--) {
      const a = activations[layer + 1];
      const { slope } = activation(layer);
      deltas[layer] = gradient.map((g, o) => g * slope(a[o]));
      if (layer > 0) gradient = backward(layer, deltas[layer]);
    }
    return { share, value, activations, deltas };
  });
  const mean = (term: (sample: (typeof samples)[number]) => number): number =>
    samples.reduce((sum, sample) => sum + sample.share * term(sample), 0);
  return {
    loss: mean(({ value }) => value),
    outputs: samples.map(({ activations }) => activations[last + 1]),
    kernelGradient: (layer, i, o) => mean(({ activations, deltas }) => activations[layer][i] * deltas[layer][o]),
    biasGradient: (layer, o) => mean(({ deltas }) => deltas[layer][o]),
  };

  function forward(layer: number, a: Float64Array): Float64Array<ArrayBuffer> {
    const [kernel, bias] = [weights[2 * layer], weights[2 * layer + 1]];
    const [I, O] = [sizes[layer], sizes[layer + 1]];
    const z = Float64Array.from({ length: O }, (_, o) => bias[o]);
    for (let i = 0; i < I; i++) for (let o = 0; o < O; o++) z[o] += a[i] * kernel[i * O + o];
    return z.map(activation(layer).f);
  }

  function backward(layer: number, delta: Float64Array): Float64Array<ArrayBuffer> {
    const kernel = weights[2 * layer];
    const O = delta.length;
    return Float64Array.from({ length: sizes[layer] }, (_, i) => {
      let sum = 0;
      for (let o = 0; o < O; o++) sum += delta[o] * kernel[i * O + o];
      return sum;
    });
  }
}

/** @returns mean of (output − y)², and its gradient */
function squared(
  outputs: Float64Array<ArrayBuffer>,
  y: ArrayLike<number>,
  r: number,
): [number, Float64Array<ArrayBuffer>] {
  const O = outputs.length;
  const errors = outputs.map((output, o) => output - y[r * O + o]);
  return [errors.reduce((sum, error) => sum + error * error, 0) / O, errors.map((error) => (2 * error) / O)];
}

/** @returns −log softmax(outputs)[label], and its gradient */
function crossentropy(outputs: Float64Array<ArrayBuffer>, label: number): [number, Float64Array<ArrayBuffer>] {
  const largest = Math.max(...outputs);
  const exps = outputs.map((output) => Math.exp(output - largest));
  const sum = exps.reduce((total, value) => total + value, 0);
  const loss = Math.log(sum) + largest - outputs[label];
  return [loss, exps.map((value, o) => value / sum - (o === label ? 1 : 0))];
}
