/**
 * Autoencoders: an encoder to a code of few numbers and a decoder back to the picture. The variational one gives each
 * code a mean μ and a log variance v, draws z = μ + exp(v / 2) ⊙ ε in training, and pays for how far the codes are from
 * a standard normal distribution: ½ Σ (μ² + exp v − 1 − v). Letters: N pictures, K numbers of a code.
 * Sources: Hinton & Salakhutdinov 2006; Vincent et al. 2008 (noise removed); Kingma & Welling 2014 (variational).
 */
import {
  type Model,
  type Tensor,
  add,
  asLayer,
  exp,
  initializers,
  layers,
  losses,
  model,
  mul,
  sequential,
  slice,
  square,
  sub,
  sum,
  upTo,
} from "lanegrad";

/** Pixels of a picture. */
export const pixels = 784;
const [wide, narrow] = [256, 64]; // prettier-ignore

/** What an autoencoder is. */
export interface Form {
  readonly name: string;
  /** K */
  readonly numbers: number;
  readonly isVariational?: boolean;
  /** Standard deviation of the noise on the pictures that it sees in training. Default 0. */
  readonly noise?: number;
}

/** A network, and its two halves, which share its weights. */
export interface Autoencoder {
  /** x (N, 784) → the picture again (N, 784); a variational one has means and log variances (N, 2K) beside it. */
  readonly whole: Model;
  /** x (N, 784) → codes (N, K), the means of a variational one */
  readonly encoder: Model;
  /** codes (N, K) → pictures (N, 784) */
  readonly decoder: Model;
}

/** An autoencoder 784-256-64-K-64-256-784. */
export function autoencoderOf({ numbers: K, isVariational = false, noise = 0 }: Form, seed: number): Autoencoder {
  const relu = { activation: "relu" } as const;
  const decoder = sequential(
    [
      layers.dense({ units: narrow, ...relu, inputShape: [K] }),
      layers.dense({ units: wide, ...relu }),
      layers.dense({ units: pixels, activation: "sigmoid" }),
    ],
    { name: "decoder", seed },
  );
  decoder.build([K]);
  const x = layers.input({ shape: [pixels] });
  const seen = noise > 0 ? layers.gaussianNoise({ stddev: noise }).apply(x) : x;
  const first = layers.dense({ units: wide, ...relu }).apply(seen);
  const hidden = layers.dense({ units: narrow, ...relu }).apply(first);
  const code = layers.dense({ units: K, name: "code" }).apply(hidden);
  const outputs = [];
  if (isVariational) {
    const logVariance = layers
      .dense({ units: K, name: "logVariance", kernelInitializer: initializers.zeros() })
      .apply(hidden);
    // Noise on zeros: ε in training, 0 otherwise.
    const zero = layers.lambda({ function: (mean: Tensor) => mul(mean, 0) }).apply(code);
    const epsilon = layers.gaussianNoise({ stddev: 1 }).apply(zero);
    const z = layers.lambda({ function: drawn }).apply([code, logVariance, epsilon]);
    outputs.push(asLayer(decoder).apply(z), layers.concatenate().apply([code, logVariance]));
  } else outputs.push(asLayer(decoder).apply(code));
  const whole = model({ inputs: x, outputs, name: "autoencoder", seed });
  return { whole, encoder: upTo(whole, "code"), decoder };
}

/** z = μ + exp(v / 2) ⊙ ε */
function drawn(mean: Tensor, logVariance: Tensor, epsilon: Tensor): Tensor {
  return add(mean, mul(exp(mul(logVariance, 0.5)), epsilon));
}

/** The losses of the outputs and their weights, for which the mean over pixels counts as 1. */
export function lossesOf({ numbers: K, isVariational = false }: Form) {
  if (!isVariational) return { loss: losses.binaryCrossentropy() };
  /** Of means and log variances, (N, 2K): what the codes cost beside a standard normal distribution, (N). */
  const divergence = (_: Tensor, codes: Tensor): Tensor => {
    const [mean, logVariance] = [slice(codes, [0, 0], [codes.shape[0], K]), slice(codes, [0, K], [codes.shape[0], K])];
    return mul(sum(sub(add(square(mean), sub(exp(logVariance), logVariance)), 1), 1), 0.5);
  };
  return { loss: [losses.binaryCrossentropy(), divergence], lossWeights: [1, 1 / pixels] };
}
