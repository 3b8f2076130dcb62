/**
 * Words as ranks of frequency, encoded as Keras encodes its reviews: a start token, an unknown token, and rank r as r +
 * indexFrom.
 */
import { UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger, checkSequence } from "../../options.js";

/** Options of {@link encodeRanks}, with Keras's defaults. */
export interface RankOptions {
  /**
   * Tokens of numWords and above become unknown: it is the size of the vocabulary, including start, unknown and
   * padding. Default: no limit.
   */
  readonly numWords?: number;
  /**
   * Tokens below skipTop become unknown: the most frequent words and, if it is above startToken, that token as well, as
   * in Keras. Default 0.
   */
  readonly skipTop?: number;
  /** The first token of every sequence; null: none. Default 1. */
  readonly startToken?: number | null;
  /** The token of words that are left out; null: they are dropped. Default 2. */
  readonly unknownToken?: number | null;
  /** The offset added to ranks; rank 1 is the most frequent word. Default 3. */
  readonly indexFrom?: number;
}

/** The names of the options. */
export const rankOptions: readonly (keyof RankOptions)[] = [
  "numWords",
  "skipTop",
  "startToken",
  "unknownToken",
  "indexFrom",
];

/** Checks the options. @throws {UsageError} when one is wrong */
export function checkRankOptions(op: string, options: RankOptions): void {
  const { numWords, skipTop = 0, startToken = 1, unknownToken = 2, indexFrom = 3 } = options;
  if (numWords !== undefined) checkInteger(op, "numWords", numWords, "[1, 2147483647]");
  checkInteger(op, "skipTop", skipTop, "[0, 2147483647]");
  checkInteger(op, "indexFrom", indexFrom, "[0, 1000000]");
  for (const [name, token] of Object.entries({ startToken, unknownToken })) {
    if (token !== null) checkInteger(op, name, token, "[0, 2147483647]");
  }
  if (numWords !== undefined && unknownToken !== null && unknownToken >= numWords) {
    const [expected, got] = [`unknownToken < numWords = ${numWords}`, show(unknownToken)];
    throw new UsageError(message(op, "unknownToken is outside the vocabulary", { expected, got }));
  }
}

/**
 * One sequence of ranks as tokens.
 *
 * @param ranks  ≥ 1, 1 for the most frequent word; 0 for a word without a rank, which is unknown
 * @throws {UsageError} for a wrong option
 */
export function encodeRanks(ranks: ArrayLike<number>, options: RankOptions = {}): Int32Array<ArrayBuffer> {
  checkKeys("text.encodeRanks", options, rankOptions);
  checkRankOptions("text.encodeRanks", options);
  checkSequence("text.encodeRanks", "ranks", ranks);
  return rankEncoder(options)(ranks);
}

/** {@link encodeRanks} with options that have been checked. */
export function rankEncoder(options: RankOptions): (ranks: ArrayLike<number>) => Int32Array<ArrayBuffer> {
  const { numWords = 2 ** 31, skipTop = 0, startToken = 1, unknownToken = 2, indexFrom = 3 } = options;
  const [start, unknown] = [startToken ?? -1, unknownToken ?? -1];
  return (ranks) => {
    const tokens = new Int32Array(ranks.length + 1);
    let count = 0;
    const put = (token: number, isKnown: boolean): void => {
      const written = isKnown && token >= skipTop && token < numWords ? token : unknown;
      if (written >= 0) tokens[count++] = written;
    };
    if (start >= 0) put(start, true);
    for (let i = 0; i < ranks.length; i++) put(ranks[i] + indexFrom, ranks[i] > 0);
    return tokens.subarray(0, count);
  };
}
