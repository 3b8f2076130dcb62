/**
 * The words of reviews by rank, to classify a text of your own and to read a sequence of tokens. Texts are split into
 * words as Keras split the reviews.
 */
import { DataError, message, show, type UsageError } from "../errors.js";
import { checkRankOptions, encodeRanks, rankOptions, type RankOptions } from "./text/rankEncoding.js";

const blanks = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~\t\n ]+/;

/** The words as plain JSON, for the notes of a model that reads reviews. */
export interface ReviewWordsConfig {
  readonly format: "lanegrad review words";
  /** Rank of each word; words excluded by numWords are missing. */
  readonly ranks: Readonly<Record<string, number>>;
  readonly options: RankOptions;
}

const format = "lanegrad review words";

/** Words to tokens and back. */
export class ReviewWords {
  /** Ranks by word, 1 for the most frequent. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly #words: ReadonlyMap<number, string>;
  readonly #options: RankOptions;

  /** @internal */
  constructor(ranks: ReadonlyMap<string, number>, options: RankOptions) {
    this.ranks = ranks;
    this.#options = options;
    this.#words = new Map([...ranks].map(([word, rank]) => [rank + (options.indexFrom ?? 3), word]));
  }

  /** A text as tokens, including the start token. Words without a rank are unknown. */
  encode(text: string): Int32Array<ArrayBuffer> {
    const ranks = wordsOf(text).map((word) => this.ranks.get(word) ?? 0);
    return encodeRanks(ranks, this.#options);
  }

  /** How many words a text has, and how many of them have their own tokens. */
  count(text: string): { readonly words: number; readonly known: number } {
    const words = wordsOf(text);
    const { numWords = Infinity, skipTop = 0, indexFrom = 3 } = this.#options;
    const known = words.filter((word) => {
      const token = (this.ranks.get(word) ?? NaN) + indexFrom;
      return token >= skipTop && token < numWords;
    });
    return { words: words.length, known: known.length };
  }

  /** The data from which {@link reviewWordsFrom} restores the words; JSON.stringify calls it. */
  toJSON(): ReviewWordsConfig {
    const { numWords = Infinity, indexFrom = 3 } = this.#options;
    const kept = [...this.ranks].filter(([, rank]) => rank + indexFrom < numWords);
    return { format, ranks: Object.fromEntries(kept), options: this.#options };
  }

  /** Tokens as words separated by blanks; "?" for an unknown word, nothing for padding and start. */
  decode(tokens: ArrayLike<number>): string {
    const { startToken = 1 } = this.#options;
    const read = Array.from(tokens).filter((token) => token !== 0 && token !== startToken);
    return read.map((token) => this.#words.get(token) ?? "?").join(" ");
  }
}

/** The words that `toJSON` returned. @throws {DataError} for anything else */
export function reviewWordsFrom(value: unknown): ReviewWords {
  const { format: given, ranks, options } = (value ?? {}) as Record<string, unknown>;
  if (given !== format) throw damaged(`format ${show(given)}`);
  if (!isRecord(ranks) || !isRecord(options)) throw damaged(`ranks ${show(ranks)} and options ${show(options)}`);
  const entries = Object.entries(ranks);
  const wrong = entries.find(([, rank]) => !Number.isInteger(rank) || (rank as number) < 1);
  if (wrong !== undefined) throw damaged(`${show(wrong[1])} as the rank of ${show(wrong[0])}`);
  const unknown = Object.keys(options).find((name) => !(rankOptions as readonly string[]).includes(name));
  if (unknown !== undefined) throw damaged(`option ${show(unknown)}`);
  try {
    checkRankOptions("datasets.reviewWordsFrom", options);
  } catch (cause) {
    throw damaged((cause as UsageError).message, cause);
  }
  return new ReviewWords(new Map(entries as [string, number][]), options);
}

function wordsOf(text: string): string[] {
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower.split(blanks).filter((word) => word !== "");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(got: string, cause?: unknown): DataError {
  const expected = "what ReviewWords.toJSON gave";
  return new DataError(message("datasets.reviewWordsFrom", "this is not a saved ReviewWords", { expected, got }), {
    cause,
  });
}
