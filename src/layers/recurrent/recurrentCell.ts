/**
 * What a kind of recurrent layer is: the table of its options, its parameters and its op over whole sequences. Letters:
 * N batch, T steps, I inputs, H units, G gates.
 */
import type { Constraint } from "../../constraints/constraint.js";
import type { Initializer } from "../../initializers/initializer.js";
import { glorotUniform, orthogonal, zeros } from "../../initializers/index.js";
import {
  type RecurrentActivation,
  type SequenceOptions,
  type SequenceResult,
  checkRecurrentActivation,
} from "../../ops/recurrent/sequence.js";
import { type Option, type Table, type Values, flag, integer, named, number, optional } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { LayerOptions } from "../layer.js";
import { type LayerTable, constraint, initializer, regularizer } from "../tableLayer.js";

/** Options of every recurrent layer. */
export interface RecurrentOptions extends LayerOptions {
  /** H, the size of the state, ≥ 1. */
  readonly units: number;
  /** φ: linear, relu, sigmoid, tanh, selu, softplus or hardSigmoid. Default "tanh". */
  readonly activation?: RecurrentActivation;
  /** False leaves out the biases. Default true. */
  readonly useBias?: boolean;
  /** Default glorotUniform(). */
  readonly kernelInitializer?: Initializer | string;
  /** Default orthogonal(). */
  readonly recurrentInitializer?: Initializer | string;
  /** Default zeros(). */
  readonly biasInitializer?: Initializer | string;
  readonly kernelRegularizer?: Regularizer | string;
  readonly kernelConstraint?: Constraint | string;
  readonly recurrentRegularizer?: Regularizer | string;
  readonly recurrentConstraint?: Constraint | string;
  readonly biasRegularizer?: Regularizer | string;
  readonly biasConstraint?: Constraint | string;
  /** In training, zeroes this fraction of the inputs, the same features in all steps of a sequence. Default 0. */
  readonly dropout?: number;
  /**
   * In training, zeroes this fraction of the state where the recurrent kernel reads it, the same units in all steps
   * (Gal & Ghahramani 2016). Default 0.
   */
  readonly recurrentDropout?: number;
  /** True: the states of all steps (N, T, H). False: the last state (N, H). Default false. */
  readonly returnSequences?: boolean;
  /** True: applyMany also returns the last states, after the output. Default false. */
  readonly returnState?: boolean;
  /**
   * Reads the sequence from its end. With returnSequences the outputs are in the order in which the steps are read, the
   * last position first. Default false.
   */
  readonly goBackwards?: boolean;
  /**
   * True starts each batch with the final states of the batch before, row by row; no gradient flows into that batch.
   * Default false.
   */
  readonly stateful?: boolean;
  /** N, required for a stateful layer. */
  readonly batchSize?: number;
}

/** An option for the activation of a recurrent layer. */
export function recurrentActivation(initial: RecurrentActivation): Option<RecurrentActivation> {
  return (op, name, value = initial) => {
    const known = named(op, name, value) as RecurrentActivation;
    checkRecurrentActivation(op, name, known);
    return known;
  };
}

/** Of the options of every recurrent layer, those of its weights and of the steps, whatever its state is. */
export const weightAndStepRows = {
  kernelInitializer: initializer(glorotUniform),
  recurrentInitializer: initializer(orthogonal),
  biasInitializer: initializer(zeros),
  kernelRegularizer: regularizer,
  kernelConstraint: constraint,
  recurrentRegularizer: regularizer,
  recurrentConstraint: constraint,
  biasRegularizer: regularizer,
  biasConstraint: constraint,
  dropout: number("[0, 1)", 0),
  recurrentDropout: number("[0, 1)", 0),
  returnSequences: flag(false),
  returnState: flag(false),
  goBackwards: flag(false),
};

/** The options of every recurrent layer. */
export const recurrentTable = {
  units: integer("[1, ∞)"),
  activation: recurrentActivation("tanh"),
  useBias: flag(true),
  ...weightAndStepRows,
  stateful: flag(false),
  batchSize: optional(integer("[1, ∞)")),
} satisfies LayerTable<RecurrentOptions>;

/** The values of these options. */
export type RecurrentValues = Values<typeof recurrentTable>;

/** A row for every option of O that not all recurrent layers have. */
export type CellTable<O extends RecurrentOptions> = Table<Omit<O, keyof RecurrentOptions>>;

/** What distinguishes a kind of recurrent layer. V: the values of its options. */
export interface Cell<V extends RecurrentValues = RecurrentValues> {
  readonly kind: string;
  /** The options that only this kind has; in a file they follow the activation. */
  readonly table: { readonly [K in Exclude<keyof V, keyof RecurrentValues>]: Option<V[K]> };
  /** G. */
  readonly gates: number;
  /** The names of the states. */
  readonly states: readonly string[];
  biasShape(options: V): Shape;
  /** The initializer of the bias. */
  biasInitializer(options: V): Initializer;
  /** Further parameters, if there are any. They do not decay. */
  extra?(options: V): readonly { readonly name: string; readonly shape: Shape; readonly initializer: Initializer }[];
  /** The op over whole sequences. */
  run(x: Tensor, weights: CellWeights, states: readonly Tensor[], options: SequenceOptions, layer: V): SequenceResult;
}

/** The parameters of a cell. */
export interface CellWeights {
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias: Tensor | undefined;
  /** In the order of {@link Cell.extra}. */
  readonly extra: readonly Tensor[];
}
