/** What all maps of words have in common: which words are on a map, their vectors, and how a map is returned. */
import { UsageError, message, show } from "../../errors.js";
import { checkList } from "../../options.js";
import { checkVectors } from "../evaluateSimilarity.js";
import type { WordVectors } from "../vectors.js";

/** A word on a map. */
export interface MappedWord {
  readonly word: string;
  /** Along the first axis; the mean of all words is 0. */
  readonly x: number;
  /** Along the second. */
  readonly y: number;
}

/** The words on a map, and those that are not. */
export interface PlacedWords {
  readonly points: readonly MappedWord[];
  /** Words without vectors, which are not on the map. */
  readonly missing: readonly string[];
}

/** The words that are asked for, once each. */
export interface WordsOfMap {
  readonly words: readonly string[];
  /** Those without vectors. */
  readonly missing: readonly string[];
  /** A vector of D numbers for each word. */
  readonly rows: readonly Float32Array[];
}

/**
 * The words to be placed; a word that stands twice is there once.
 * @throws {UsageError} unless vectors are WordVectors and words a list of texts, of which two or more have vectors
 */
export function wordsOfMap(op: string, vectors: WordVectors, list: readonly string[]): WordsOfMap {
  checkVectors(op, vectors);
  checkList(op, "words", list);
  const asked = [...new Set(Array.from(list))];
  for (const word of asked as readonly unknown[]) {
    if (typeof word !== "string") throw new UsageError(message(op, "words must be texts", { got: show(word) }));
  }
  const words = asked.filter((word) => vectors.rowOf(word) !== undefined);
  if (words.length < 2) {
    const got = `${words.length} of ${asked.length}`;
    throw new UsageError(message(op, "too few of the words have vectors", { expected: "at least 2", got }));
  }
  const missing = asked.filter((word) => vectors.rowOf(word) === undefined);
  return { words, missing, rows: words.map((word) => vectors.vectorOf(word)) };
}

/** @param coordinates  (n, 2) */
export function placed({ words, missing }: WordsOfMap, coordinates: Float64Array): PlacedWords {
  const points = words.map((word, i) => ({ word, x: coordinates[2 * i], y: coordinates[2 * i + 1] }));
  return { points, missing };
}
