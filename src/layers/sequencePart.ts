/**
 * What a layer of sequences has besides what every layer has: tokens, what masks mean to losses, states that are carried from batch to batch. Types alone, but
 * for one check: what does the work comes along with the layers that need it, so that other networks do not carry it.
 *
 * Note [Masks]. A mask belongs to a tensor (N, T, …) of sequences of different lengths: 0 where a step is padding. Layers that make one (embedding with
 * maskZero, masking) say so here; layers that work step by step hand on their operand's; recurrent layers, and those that pool or normalise over time,
 * leave out the steps that do not count. Where a layer hands on nothing, the mask ends: docs/masks.md says what each layer does. A mask is no operand: it
 * has no gradient and no place in the graph. Losses and metrics of an output that still has one leave out the steps that do not count, by
 * `maskedSteps` of a layer that brings it along, or where masks are given.
 *
 * Note [Nothing but padding]. A sequence without a step that counts is no error: states stay the initial ones, a pooled value is 0, loss and metrics of
 * its steps weigh nothing.
 */
import { ShapeError, message } from "../errors.js";
import type { MaskedSteps } from "../ops/loss/maskedLoss.js";
import type { masksOfLengths } from "./mask/givenLengths.js";
import type { Parameter } from "./parameter.js";

/** What tokens a layer takes. */
export interface TokenRule {
  /** V: they are 0 … V − 1. */
  readonly vocabulary: number;
}

/** What a layer of sequences has besides. */
export interface SequencePart {
  /** Where the layer's inputs are tokens: which. Undefined for any numbers. */
  readonly tokens: TokenRule | undefined;
  /** How losses and metrics see an output with a mask. */
  readonly maskedSteps: MaskedSteps;
  /** How the lengths that go with a batch become masks. */
  readonly masksOfLengths: typeof masksOfLengths;
  /** What a stateful layer carries from batch to batch. */
  readonly carried: readonly Parameter[];
  /** How models keep apart what is carried: `CarriedStates`, where something is. */
  readonly carriedStates: StateKeeper | undefined;
  /** The only batch size that a stateful layer takes; undefined: any. */
  readonly batchSize: number | undefined;
  /** Forgets what is carried. */
  resetStates(): void;
}

/** A layer, as far as it may have such a part. */
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

/** What the layers carry from batch to batch. */
export function carriedBy(layers: readonly MaybeOfSequences[]): readonly Parameter[] {
  return layers.flatMap(({ sequences }) => sequences?.carried ?? []);
}

/** Throws ShapeError where a stateful layer gets batches of N rows that it has no states for. */
export function checkCarriedBatch({ kind, sequences }: MaybeOfSequences, N: number): void {
  const batchSize = sequences?.batchSize;
  if (batchSize === undefined || N === batchSize) return;
  const expected = `N = ${batchSize} (batchSize)`;
  const hint = "A stateful layer takes batches of one size alone.";
  throw new ShapeError(
    message(kind, "the carried states belong to another batch size", { expected, got: `N = ${N}`, hint }),
  );
}
