/** What a kind of recurrent layer is: its options, its parameters and its op over whole sequences. Letters: N batch, T steps, I inputs, H units, G gates. */
import type { Initializer } from "../../initializers/initializer.js";
import type { RecurrentActivation, SequenceOptions, SequenceResult } from "../../ops/recurrent/sequence.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { LayerOptions } from "../layer.js";

/** Options of every recurrent layer. */
export interface RecurrentOptions extends LayerOptions {
  /** H: size of the state, ≥ 1. */
  readonly units: number;
  /** φ: linear, relu, sigmoid, tanh, selu, softplus or hardSigmoid. Default "tanh". */
  readonly activation?: RecurrentActivation;
  /** False leaves the biases out. Default true. */
  readonly useBias?: boolean;
  /** Default glorotUniform(). */
  readonly kernelInitializer?: Initializer;
  /** Default orthogonal(). */
  readonly recurrentInitializer?: Initializer;
  /** Default zeros(). */
  readonly biasInitializer?: Initializer;
  readonly kernelRegularizer?: Regularizer;
  readonly recurrentRegularizer?: Regularizer;
  readonly biasRegularizer?: Regularizer;
  /** In training, zeroes this part of the inputs, the same features in all steps of a sequence. Default 0. */
  readonly dropout?: number;
  /** In training, zeroes this part of the state where the recurrent kernel reads it, the same units in all steps (Gal & Ghahramani 2016). Default 0. */
  readonly recurrentDropout?: number;
  /** True: the states of all steps (N, T, H). False: the last one (N, H). Default false. */
  readonly returnSequences?: boolean;
  /** True: applyMany gives the last states too, after the output. Default false. */
  readonly returnState?: boolean;
  /** Reads the sequence from its end; with returnSequences the outputs stand in the order of the steps, the last position first. Default false. */
  readonly goBackwards?: boolean;
  /** A batch begins with the states that the one before ended with, row by row; no gradient goes back into it. Default false. */
  readonly stateful?: boolean;
  /** N, for a stateful layer. */
  readonly batchSize?: number;
}

/** What distinguishes a kind of recurrent layer. O: its options. */
export interface Cell<O extends RecurrentOptions = RecurrentOptions> {
  readonly kind: string;
  /** Names of the options that only this kind has. */
  readonly ownOptions: readonly string[];
  /** Throws UsageError where one of them is wrong. */
  checkOptions(options: O): void;
  /** Their values as they stand in a file. */
  describeOptions(options: O): Readonly<Record<string, unknown>>;
  /** G. */
  readonly gates: number;
  /** The states by name. */
  readonly states: readonly string[];
  biasShape(options: O): Shape;
  /** What fills the bias. */
  biasInitializer(options: O): Initializer;
  /** Further parameters, where there are some. They do not decay. */
  extra?(options: O): readonly { readonly name: string; readonly shape: Shape; readonly initializer: Initializer }[];
  /** The op over whole sequences. */
  run(x: Tensor, weights: CellWeights, states: readonly Tensor[], options: SequenceOptions, layer: O): SequenceResult;
}

/** The parameters of a cell. */
export interface CellWeights {
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias: Tensor | undefined;
  /** In the order of {@link Cell.extra}. */
  readonly extra: readonly Tensor[];
}

/** The names of the options of every recurrent layer. */
export const optionNames = [
  "units",
  "activation",
  "useBias",
  "kernelInitializer",
  "recurrentInitializer",
  "biasInitializer",
  "kernelRegularizer",
  "recurrentRegularizer",
  "biasRegularizer",
  "dropout",
  "recurrentDropout",
  "returnSequences",
  "returnState",
  "goBackwards",
  "stateful",
  "batchSize",
];
