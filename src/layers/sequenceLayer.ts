/**
 * The base class of layers that deal with sequences: those that take tokens, make or use masks, or carry states.
 * Subclasses override what applies to them.
 */
import { ShapeError, message } from "../errors.js";
import { type Shape, showShape } from "../tensor/shape.js";
import { masksOfLengths } from "./mask/givenLengths.js";
import { maskedSteps } from "./mask/maskedSteps.js";
import type { Parameter } from "./parameter.js";
import type { SequencePart, StateKeeper, TokenRule } from "./sequencePart.js";
import { TableLayer } from "./tableLayer.js";

/** A layer of sequences (N, T, …). V: the values of its options. */
export abstract class SequenceLayer<V extends object = object> extends TableLayer<V> implements SequencePart {
  override get sequences(): SequencePart {
    return this;
  }

  get tokens(): TokenRule | undefined {
    return undefined;
  }

  get maskedSteps(): SequencePart["maskedSteps"] {
    return maskedSteps;
  }

  get masksOfLengths(): SequencePart["masksOfLengths"] {
    return masksOfLengths;
  }

  get carried(): readonly Parameter[] {
    return [];
  }

  get carriedStates(): StateKeeper | undefined {
    return undefined;
  }

  checkRows(_kind: string, _N: number): void {
    // a layer that carries nothing takes any
  }

  resetStates(): void {
    // a layer that carries nothing
  }
}

/**
 * Checks that a sample is a sequence of vectors. @param letters of the batch's shape, "[N, T, F]" @param hint what to
 * try
 * @throws {ShapeError} when it is not
 */
export function checkSequences(kind: string, shape: Shape, letters: string, hint?: string): void {
  if (shape.length === 2) return;
  const got = showShape(["N", ...shape]);
  throw new ShapeError(
    message(kind, `the input must have shape ${letters}`, { got, ...(hint !== undefined && { hint }) }),
  );
}
