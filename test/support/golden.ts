/**
 * Typed readers of test/golden/*.json, which PyTorch made (recipes beside the files), and the one comparison used on them.
 * Numbers are float32 values; kernels are (in, out), row-major.
 */
import { readFileSync } from "node:fs";

/** An optimizer as a trace names it; the hyperparameters left out are not used by it. */
export interface GoldenOptimizer {
  readonly name: "sgd" | "adam" | "adamw" | "nadam" | "rmsprop" | "adagrad" | "adadelta";
  readonly learningRate: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** Of kernels only. */
  readonly weightDecay?: number;
  readonly globalClipNorm?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly rho?: number;
  readonly epsilon?: number;
  readonly amsgrad?: boolean;
  readonly centered?: boolean;
  readonly initialAccumulator?: number;
}

/** "dense_1/kernel", "dense_1/bias", …: (in, out) and (out). */
export type GoldenParameters = Readonly<Record<string, readonly number[]>>;

/** One training step: its batch, its loss before the step, every parameter after it. */
export interface GoldenStep {
  readonly loss: number;
  /** (batch, inputs) */
  readonly x: readonly number[];
  /** (batch, units of the last layer), or (batch) class labels */
  readonly y: readonly number[];
  readonly parameters: GoldenParameters;
}

/** Ten steps of a dense network. */
export interface GoldenTrace {
  readonly inputs: number;
  readonly batch: number;
  readonly layers: readonly {
    readonly units: number;
    readonly activation: "tanh" | "relu" | "linear" | "sigmoid";
    /** As they stand in the files of models. */
    readonly kernelConstraint?: object;
    readonly biasConstraint?: object;
  }[];
  readonly loss: "sparseCategoricalCrossentropyFromLogits" | "meanSquaredError" | "binaryCrossentropyFromLogits";
  readonly optimizer: GoldenOptimizer;
  readonly initial: GoldenParameters;
  readonly steps: readonly GoldenStep[];
}

/** Ten steps of a network with convolutions on images (N, H, W, C), cross-entropy of logits. */
export interface GoldenConvTrace {
  /** (H, W, C) */
  readonly shape: readonly [number, number, number];
  readonly batch: number;
  /** As they stand in the files of models, without initializers. */
  readonly layers: readonly { readonly className: string; readonly [option: string]: unknown }[];
  readonly optimizer: GoldenOptimizer;
  readonly initial: GoldenParameters;
  /** The batch and its loss before the step; y class labels. */
  readonly steps: readonly Omit<GoldenStep, "parameters">[];
  /** Every parameter after the last step. */
  readonly final: GoldenParameters;
}

/** A function's values and the gradient of Σ dy·y. */
export interface GoldenActivation {
  readonly y: readonly number[];
  readonly dx: readonly number[];
}

/** Activations of x, and of rows.x row by row; dy belongs to both. */
export interface GoldenActivations {
  readonly x: readonly number[];
  readonly dy: readonly number[];
  readonly elementwise: Readonly<Record<string, GoldenActivation>>;
  readonly rows: {
    readonly shape: readonly [number, number];
    readonly x: readonly number[];
    readonly cases: Readonly<Record<string, GoldenActivation>>;
  };
}

/** A loss: one number a sample, and the gradient of their mean. */
export interface GoldenLoss {
  readonly prediction: readonly number[];
  /** As the prediction, or (N) class labels. */
  readonly target: readonly number[];
  readonly samples: readonly number[];
  readonly gradient: readonly number[];
}

/** Losses, each on a prediction of its own, all (N, C). */
export interface GoldenLosses {
  readonly shape: readonly [number, number];
  readonly cases: Readonly<Record<string, GoldenLoss>>;
}

/** CTC losses of recordings, and the gradient of their sum; null where they are +∞ or NaN. */
export interface GoldenCtc {
  readonly T: number;
  readonly C: number;
  readonly blank: number;
  readonly targets: readonly (readonly number[])[];
  /** How many frames of each recording count. */
  readonly frames: readonly number[];
  readonly zeroInfinity: boolean;
  /** (N, T, C) */
  readonly logits: readonly number[];
  readonly losses: readonly (number | null)[];
  readonly gradient: readonly (number | null)[];
}

/** The weights of one layer and direction, or their gradients. */
export interface GoldenCellWeights {
  readonly kernel: readonly number[];
  readonly recurrentKernel: readonly number[];
  readonly bias: readonly number[];
}

type GoldenCell = "rnn-tanh" | "rnn-relu" | "lstm" | "gru";

/** A recurrent network on sequences (N, T, I); weights and gradients layer by layer, of both directions the forward one first. */
export interface GoldenRecurrentCase {
  readonly cell: GoldenCell;
  readonly layers: number;
  readonly isBidirectional: boolean;
  readonly lengths?: readonly number[];
  readonly x: readonly number[];
  /** h, and c of an LSTM: (layers · directions, N, H). */
  readonly initial: readonly (readonly number[])[];
  readonly weights: readonly GoldenCellWeights[];
  readonly y: readonly number[];
  readonly last: readonly (readonly number[])[];
  readonly dY: readonly number[];
  readonly dLast: readonly (readonly number[])[];
  readonly dX: readonly number[];
  readonly dInitial: readonly (readonly number[])[];
  readonly dWeights: readonly GoldenCellWeights[];
}

/** Parameters of a recurrent layer, both directions, and a dense one. */
interface GoldenRecurrentParameters {
  readonly layers: readonly GoldenCellWeights[];
  readonly kernel: readonly number[];
  readonly bias: readonly number[];
}

/** Ten steps of a recurrent layer and a dense one, cross-entropy on logits, Adam. */
export interface GoldenRecurrentTrace {
  readonly cell: Exclude<GoldenCell, "rnn-relu">;
  readonly isBidirectional: boolean;
  readonly initial: GoldenRecurrentParameters;
  readonly steps: readonly {
    readonly loss: number;
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly parameters: GoldenRecurrentParameters;
  }[];
}

interface GoldenSizes {
  readonly N: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8"));

/** The names of the traces, one a file. */
export const goldenTraceNames = [
  "sgd",
  "sgd-momentum",
  "sgd-nesterov",
  "sgd-weight-decay",
  "sgd-clipped",
  "sgd-mse",
  "sgd-bce",
  "adam",
  "adam-amsgrad",
  "adamw",
  "nadam",
  "adamax",
  "lion",
  "sgd-constrained",
  "rmsprop",
  "rmsprop-centered",
  "adagrad",
  "adadelta",
] as const;

/** A trace by name. */
export const goldenTrace = (name: (typeof goldenTraceNames)[number]): GoldenTrace =>
  read(`traces-${name}`) as GoldenTrace;

/** The names of the traces of networks with convolutions. */
export const goldenConvTraceNames = ["lying", "network", "normalized"] as const;

/** A trace of a network with convolutions by name. */
export const goldenConvTrace = (name: (typeof goldenConvTraceNames)[number]): GoldenConvTrace =>
  read(`traces-conv-${name}`) as GoldenConvTrace;

/** All activations. */
export const goldenActivations = (): GoldenActivations => read("activations") as GoldenActivations;

/** All losses. */
export const goldenLosses = (): GoldenLosses => read("losses") as GoldenLosses;

/** All cases of CTC. */
export const goldenCtc = (): Readonly<Record<string, GoldenCtc>> => read("ctc") as Readonly<Record<string, GoldenCtc>>;

/** All recurrent networks, and the sizes that they have in common. */
export const goldenRecurrent = (): GoldenSizes & { readonly cases: Readonly<Record<string, GoldenRecurrentCase>> } =>
  read("recurrent") as GoldenSizes & { readonly cases: Readonly<Record<string, GoldenRecurrentCase>> };

/** Ten steps of recurrent networks. */
export const goldenRecurrentTraces = (): GoldenSizes & {
  readonly learningRate: number;
  readonly traces: Readonly<Record<string, GoldenRecurrentTrace>>;
} => read("traces-recurrent") as never;

/** Ten steps of networks that read tokens, whose table is trained by rows. */
export interface GoldenEmbeddingTraces {
  readonly V: number;
  readonly D: number;
  readonly T: number;
  readonly units: number;
  readonly classes: number;
  readonly batch: number;
  readonly traces: Readonly<Record<"sgd" | "adam", Pick<GoldenTrace, "optimizer" | "initial" | "steps">>>;
}

/** The same, read. */
export const goldenEmbeddingTraces = (): GoldenEmbeddingTraces => read("traces-embedding") as GoldenEmbeddingTraces;

/** A step of attention with heads: its batch, its loss and weights before the step, every parameter after it. */
export interface GoldenAttentionStep extends GoldenStep {
  /** (batch, keys, memory), where another sequence is looked at, and how many of its steps count. */
  readonly memory?: readonly number[];
  readonly lengths?: readonly number[];
  /** (batch, heads, queries, keys) */
  readonly weights: readonly number[];
}

/** Ten steps of attention with heads, and the sizes that both traces have. */
export const goldenAttentionTraces = (): {
  readonly features: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly memory: number;
  readonly batch: number;
  readonly traces: Readonly<
    Record<"causal" | "cross", { readonly initial: GoldenParameters; readonly steps: readonly GoldenAttentionStep[] }>
  >;
} => read("traces-attention") as never;

/** A convolutional LSTM's operands, results and gradients by name, and the factors of the results in the loss. */
export interface GoldenConvLstm {
  readonly strides: number;
  readonly padding: number;
  /** (oH, oW, F) */
  readonly state: readonly number[];
  readonly operands: GoldenParameters;
  readonly results: GoldenParameters;
  readonly weights: GoldenParameters;
  readonly gradients: GoldenParameters;
}

/** The same, read, and the sizes that all cases have. */
export const goldenConvLstm = (): Readonly<Record<"N" | "T" | "H" | "W" | "C" | "F" | "K", number>> & {
  readonly cases: Readonly<Record<string, GoldenConvLstm>>;
} => read("convLstm") as never;

/** Throws at the worst element where |got − want| exceeds relative · |want| + absolute, and says where and by how much. */
export function expectClose(
  what: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  relative: number,
  absolute = 0,
): void {
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} numbers, expected ${want.length}`);
  let worst = -1;
  let excess = 1;
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i] - want[i]);
    const ratio = error === 0 ? 0 : error / (relative * Math.abs(want[i]) + absolute);
    if (!(ratio <= excess)) {
      worst = i;
      excess = Number.isNaN(ratio) ? Infinity : ratio;
    }
  }
  if (worst < 0) return;
  throw new Error(`${what}[${worst}] is ${got[worst]}, expected ${want[worst]}: ${excess.toPrecision(3)} × the bound`);
}
