/**
 * Chains of states: which state a sequence begins with, which follows which, and after which it may end. What a state
 * emits is no business of a chain. Letter: S states.
 * Source: Rabiner 1989, "A tutorial on hidden Markov models and selected applications in speech recognition", sections
 * II and IV.B (left-to-right models).
 */
import { UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger, checkList, checkNumber, checkSequence } from "../../options.js";

/** States and how they follow each other. */
export interface MarkovChain {
  /** (S): the probability that the first frame is in each state; their sum is 1. */
  readonly initial: ArrayLike<number>;
  /** (S, S): row i has the probabilities of the state after state i; the sum of each row, with `final[i]`, is 1. */
  readonly transitions: readonly ArrayLike<number>[];
  /**
   * (S): the probability that nothing follows state i. Default: a sequence may end after any state, which costs
   * nothing. Chains that are joined to others need it.
   */
  readonly final?: ArrayLike<number> | undefined;
}

/** Options of {@link leftToRight}. */
export interface LeftToRightOptions {
  /** The probability that a state follows itself, in [0, 1). Default 0.5. */
  readonly stay?: number;
}

/**
 * The chain of a word: it begins in state 0, each state follows itself or the one before it, and it ends after the
 * last. At least S frames pass through it.
 *
 * @param states  S, an integer in [1, 1000]
 * @throws {UsageError} for an option out of range
 */
export function leftToRight(states: number, options: LeftToRightOptions = {}): Required<MarkovChain> {
  const op = "speech.leftToRight";
  checkInteger(op, "states", states, "[1, 1000]");
  checkKeys(op, options, ["stay"]);
  const { stay = 0.5 } = options;
  checkNumber(op, "stay", stay, "[0, 1)");
  const row = (valueOf: (j: number) => number): number[] => Array.from({ length: states }, (_, j) => valueOf(j));
  return {
    initial: row((j) => Number(j === 0)),
    transitions: row((i) => i).map((i) => row((j) => (j === i ? stay : j === i + 1 ? 1 - stay : 0))),
    final: row((i) => (i === states - 1 ? 1 - stay : 0)),
  };
}

/** A chain in logarithms, checked. */
export interface LogChain {
  readonly S: number;
  readonly initial: Float64Array;
  /** (S, S) */
  readonly transitions: Float64Array;
  readonly final: Float64Array | undefined;
}

/**
 * The logarithms of a chain's probabilities.
 * @param states  the number of states that it must have, if that is known
 * @throws {UsageError} when it is no chain, has another number of states, or its probabilities do not sum to 1
 */
export function logChain(op: string, chain: MarkovChain, states?: number): LogChain {
  checkKeys(op, chain, ["initial", "transitions", "final"]);
  checkSequence(op, "initial", chain.initial);
  const S = states ?? chain.initial.length;
  const initial = logsOf(op, "initial", chain.initial, S);
  checkList(op, "transitions", chain.transitions);
  if (chain.transitions.length !== S) {
    const got = `${chain.transitions.length}`;
    throw new UsageError(message(op, "transitions do not fit", { expected: `a row for each of S = ${S} states`, got }));
  }
  if (chain.final !== undefined) {
    checkSequence(op, "final", chain.final);
    if (chain.final.length !== S) {
      const got = `${chain.final.length}`;
      throw new UsageError(
        message(op, "final does not fit", { expected: `a number for each of S = ${S} states`, got }),
      );
    }
  }
  const transitions = new Float64Array(S * S);
  for (let i = 0; i < S; i++)
    transitions.set(logsOf(op, `transitions[${i}]`, chain.transitions[i], S, chain.final?.[i]), i * S);
  return { S, initial, transitions, final: chain.final && Float64Array.from(chain.final, Math.log) };
}

/**
 * The logarithms of probabilities.
 * @throws {UsageError} unless they are S numbers ≥ 0 that, with the probability `end` of what they leave out, sum to 1
 */
export function logsOf(op: string, name: string, values: ArrayLike<number>, S: number, end = 0): Float64Array {
  checkSequence(op, name, values);
  const probabilities = Float64Array.from(values);
  const sum = probabilities.reduce((a, b) => a + b, end);
  const isFine = end >= 0 && probabilities.every((value) => value >= 0) && Math.abs(sum - 1) < 1e-4;
  if (probabilities.length === S && isFine) return probabilities.map(Math.log);
  const expected = `${S} probabilities with the sum ${end === 0 ? "1" : `1 − final = ${1 - end}`}`;
  throw new UsageError(message(op, `${name} does not fit`, { expected, got: show([...probabilities]) }));
}
