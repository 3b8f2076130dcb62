/**
 * What a strategy of decoding is: it chooses, for each source, the tokens that go on. Letters: N sources, W rows of
 * each, R = N·W rows, V tokens of the vocabulary.
 */
import { DataError, message } from "../../errors.js";

/** A sequence that was written. */
export interface Hypothesis {
  /** Its tokens, without the start and the end. */
  readonly tokens: Int32Array;
  /** The natural logarithm of its probability, the end included. */
  readonly logProbability: number;
  /** What hypotheses of one source are ordered by: the larger the better. */
  readonly score: number;
  /** Whether the end was written; false where maxLength came first. */
  readonly isEnded: boolean;
}

/** What {@link Search.next} is given. */
export interface Step {
  /** (R, V), row by row: log-probabilities, −∞ for tokens that cannot come. */
  readonly logProbabilities: Float32Array;
  /** V */
  readonly vocabulary: number;
  /** The token that ends a sequence. */
  readonly end: number;
  /** Whether this is the last step, the one with the number maxLength. */
  readonly isLast: boolean;
  readonly maxLength: number;
}

/** The search for one batch. */
export interface Search {
  /**
   * Chooses the tokens (R) of the next step, and the row of this step that each row of the next one goes on from,
   * written into the two arrays. @returns false when every source has ended
   */
  next(step: Step, tokens: Int32Array, parents: Int32Array): boolean;
  /** For each source its hypotheses, the best first. */
  results(): Hypothesis[][];
}

/** How tokens are chosen. Made by {@link greedy}, {@link sampling} or {@link beam}. */
export interface DecodingStrategy {
  readonly name: string;
  /** W */
  readonly width: number;
  /** A search for N sources. @internal */
  begin(N: number): Search;
}

/** The error for logits that are not numbers. */
export function notANumber(where: string, token: number): DataError {
  const hint = "The model has diverged, or its step divides by zero.";
  return new DataError(message("decode", `the logit of token ${token} after ${where} is NaN`, { hint }));
}
