/**
 * What layers of sequences have beyond other layers: tokens, the meaning of masks for losses, states carried from batch
 * to batch. Only types and one check: the code that does the work comes with the layers that need it, so that other
 * networks do not carry it.
 *
 * Note [Masks]. A mask belongs to a tensor (N, T, …) of sequences of different lengths: 0 where a step is padding.
 * Layers that make a mask (embedding with maskZero, masking) implement it here. Layers that work step by step pass on
 * the mask of their operand. Recurrent layers, and layers that pool or normalise over time, leave out the steps that do
 * not count. If a layer passes nothing on, the mask ends there: docs/masks.md lists what each layer does. A mask is not
 * an operand: it has no gradient and no place in the graph. When a mask reaches an output, or masks are given, losses
 * and metrics leave out the steps that do not count, by means of `maskedSteps`, which a layer brings along.
 *
 * Note [Nothing but padding]. A sequence in which no step counts is not an error: states keep their initial values,
 * pooled values are 0, and the loss and metrics of its steps have weight 0.
 */
import { ShapeError, message } from "../errors.js";
import type { MaskedSteps } from "../ops/loss/maskedLoss.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { masksOfLengths } from "./mask/givenLengths.js";
import type { Parameter } from "./parameter.js";

/** Which tokens a layer takes. */
export interface TokenRule {
  /** V: tokens are 0 … V − 1. */
  readonly vocabulary: number;
  /** Checks a batch that is used as it is. @param name the input's, for messages. @throws {ShapeError} */
  checkBatch(op: string, name: string, input: Tensor): void;
}

/** What a layer of sequences has beyond other layers. */
export interface SequencePart {
  /** The tokens that the layer takes as inputs; undefined when it takes any numbers. */
  readonly tokens: TokenRule | undefined;
  /** The rule of each input, for a layer whose inputs differ. Default: `tokens` for all that are tokens. */
  readonly tokenRules?: readonly (TokenRule | undefined)[];
  /** Which of a call's inputs are tokens, for a layer that also takes other numbers. Default: all. */
  tokensAmong?<T extends { readonly sizes: Shape }>(inputs: readonly T[]): readonly T[];
  /** How losses and metrics treat an output with a mask. */
  readonly maskedSteps: MaskedSteps;
  /** How the lengths of a batch are turned into masks. */
  readonly masksOfLengths: typeof masksOfLengths;
  /** The states that a stateful layer carries from batch to batch. */
  readonly carried: readonly Parameter[];
  /** The class that keeps the carried states of models apart (`CarriedStates`), if there are any. */
  readonly carriedStates: StateKeeper | undefined;
  /** Checks that N rows are what a stateful layer has states for. @param kind the layer's, for messages. @throws {ShapeError} */
  checkRows(kind: string, N: number): void;
  /** Sets the carried states to their initial values. */
  resetStates(): void;
}

/** A layer that may have a sequence part. */
export interface MaybeOfSequences {
  readonly kind: string;
  readonly sequences: SequencePart | undefined;
}

/** Carried states for one piece of work: CarriedStates in carriedStates.ts. */
export interface OwnStates {
  use<T>(fn: () => T): T;
  reset(): void;
  load(): void;
  store(): void;
  dispose(): void;
}

/** The class CarriedStates, which models get from a layer. */
export interface StateKeeper {
  new (layers: readonly MaybeOfSequences[]): OwnStates;
  lendToFit(layers: readonly MaybeOfSequences[]): () => void;
  claim(layers: readonly MaybeOfSequences[]): boolean;
}

/** The states that the layers carry from batch to batch. */
export function carriedBy(layers: readonly MaybeOfSequences[]): readonly Parameter[] {
  return layers.flatMap(({ sequences }) => sequences?.carried ?? []);
}

/** Checks that N rows are what a layer's states are for. @throws {ShapeError} when they are not */
export function checkCarriedBatch(kind: string, batchSize: number | undefined, N: number): void {
  if (batchSize === undefined || N === batchSize) return;
  const expected = `N = ${batchSize} (batchSize)`;
  const hint = "A stateful layer takes batches of one size only.";
  throw new ShapeError(
    message(kind, "the carried states are for another batch size", { expected, got: `N = ${N}`, hint }),
  );
}
