/**
 * Words, syllables, characters and tags of a treebank as numbers, and what is right without a network. Letters: N
 * sentences, T words of a sentence, C characters of a word.
 */
import { DataError, type Tensor, type datasets, tensor, text } from "lanegrad";
import { contextVectors } from "../contextVectors.js";

/** Features of a syllable. */
export const syllableSize = 64;
/** C: longer words are cut. */
export const characters = 16;

/** Inputs and labels of sentences, padded to one length. */
export interface Samples {
  /** Words (N, T), their first and last syllables (N, T, 2), and characters (N, T, C). */
  readonly x: readonly Tensor[];
  /** (N, T) */
  readonly y: Tensor;
}

/** Words, syllables, characters and tags as numbers, by the sentences for training. */
export class WordNumbers {
  /** T */
  readonly length: number;
  readonly words: text.Tokenizer;
  readonly syllables: text.Tokenizer;
  readonly letters: text.Tokenizer;
  readonly tags: readonly string[];

  /** Of the syllables, from running text: what they stand beside there. */
  readonly vectors: Float32Array | undefined;

  constructor(train: Sentences, length: number, runningText?: string) {
    this.length = length;
    const all = train.flatMap(({ words }) => words);
    const known = { unit: "words", filters: "", minCount: 2 } as const;
    this.words = text.fitTokenizer(all.map(joined), known);
    if (runningText === undefined) this.syllables = text.fitTokenizer(all, known);
    else {
      const lines = runningText
        .toLowerCase()
        .split("\n")
        .map((line) => line.match(pieces)?.join(" ") ?? "");
      this.syllables = text.fitTokenizer(lines, { ...known, minCount: 5, maxTokens: 8000 });
      const { size, unknown } = this.syllables;
      const tokens = lines.map((line) => this.syllables.encode(line).map((token) => (token === unknown ? -1 : token)));
      this.vectors = contextVectors(tokens, size, syllableSize);
    }
    this.letters = text.fitTokenizer(all, { unit: "characters", minCount: 2 });
    this.tags = [...new Set(train.flatMap(({ tags }) => tags))].sort();
  }

  /**
   * @param isHidden  whether the next word of sentence n is treated as unknown
   * @throws {DataError} for a tag that is not in the training part
   */
  samples(sentences: Sentences, isHidden = (_n: number): boolean => false): Samples {
    const [N, T] = [sentences.length, this.length];
    const [words, ends, spelt, labels] = [1, 2, characters, 1].map((width) => new Int32Array(N * T * width));
    for (const [n, { words: own, tags }] of sentences.entries())
      for (const [t, word] of own.entries()) {
        const at = n * T + t;
        const low = word.toLowerCase();
        const parts = low.split(/\s+/u).filter((part) => part !== "");
        words[at] = (isHidden(n) ? undefined : this.words.tokenOf(joined(low))) ?? this.words.unknown!;
        ends.set(
          [parts[0], parts.at(-1)].map((part) => this.syllables.tokenOf(part ?? "") ?? this.syllables.unknown!),
          2 * at,
        );
        spelt.set(this.letters.encode(word).subarray(0, characters), characters * at);
        labels[at] = this.tags.indexOf(tags[t]);
        if (labels[at] < 0) {
          const expected = this.tags.join(", ");
          throw new DataError(`train: a tag is not in the training part; expected ${expected}, got ${tags[t]}.`);
        }
      }
    return {
      x: [tensor(words, [N, T]), tensor(ends, [N, T, 2]), tensor(spelt, [N, T, characters])],
      y: tensor(labels, [N, T]),
    };
  }
}

export type Sentences = readonly datasets.TaggedSentence[];

/** Words, numbers, and other characters one by one. */
const pieces = /\p{L}+|\p{N}+|[^\s\p{L}\p{N}]/gu;

/** A word of several syllables as one unit of a tokenizer. */
const joined = (word: string): string => word.replaceAll(/\s+/gu, "_");

/** Their number in all sentences. */
export const wordsOf = (sentences: Sentences): number => sentences.reduce((sum, { words }) => sum + words.length, 0);

/** The share of words that have the most frequent tag of their form in training; unknown ones that of all words. */
export function mostFrequent(train: Sentences, test: Sentences): number {
  const counts = new Map<string, Map<string, number>>();
  for (const { words, tags } of train)
    for (const [i, word] of words.entries())
      for (const form of [word.toLowerCase(), ""]) {
        const own = counts.get(form) ?? new Map<string, number>();
        counts.set(form, own.set(tags[i], (own.get(tags[i]) ?? 0) + 1));
      }
  const best = new Map([...counts].map(([form, own]) => [form, [...own].reduce((a, b) => (b[1] > a[1] ? b : a))[0]]));
  let right = 0;
  for (const { words, tags } of test)
    for (const [i, word] of words.entries()) if (tags[i] === (best.get(word.toLowerCase()) ?? best.get(""))) right++;
  return right / wordsOf(test);
}
