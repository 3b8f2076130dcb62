/**
 * The vocabulary of a long text, and the text as tokens: what word vectors are trained on. Token 0 is the most frequent
 * word, and there are no tokens for padding or unknown words, which word vectors leave out (the tokenizers of
 * data/text have them). A text is read once: words get numbers as they appear, and are renumbered by their counts
 * at the end. Letters: V words of the vocabulary.
 */
import { DataError, UsageError, checkKeys, message, show } from "../errors.js";
import { checkInteger } from "../options.js";
import { type Splitter, type WordOptions, splitter, wordOptionNames } from "./units.js";

/** Options of {@link corpusOf} and {@link readCorpus}. */
export interface CorpusOptions extends WordOptions {
  /** A word that occurs less often is left out of the text. Default 5, as in word2vec. */
  readonly minCount?: number;
  /** The largest V; the most frequent words are kept. Default: no limit. */
  readonly maxWords?: number;
}

/** A text as tokens, and the vocabulary that they are of. */
export interface Corpus {
  readonly vocabulary: Vocabulary;
  /** The words of the text in order, without those outside the vocabulary. */
  readonly tokens: Int32Array<ArrayBuffer>;
  /** How many words the text has, those outside the vocabulary included. */
  readonly wordCount: number;
}

/** The words of a corpus and how often they occur, the most frequent first. Made by {@link corpusOf}; immutable. */
export class Vocabulary {
  /** The V words; those of equal counts in the order of their first appearance. */
  readonly words: readonly string[];
  /** How often each of them occurs, (V). */
  readonly counts: Float64Array;
  readonly #split: Splitter;
  readonly #tokens: ReadonlyMap<string, number>;

  /** @internal */
  constructor(words: readonly string[], counts: Float64Array, split: Splitter) {
    this.words = words;
    this.counts = counts;
    this.#split = split;
    this.#tokens = new Map(words.map((word, token) => [word, token]));
  }

  /** V */
  get size(): number {
    return this.words.length;
  }

  /** The token of a word in exactly this spelling; undefined if it is not in the vocabulary. */
  tokenOf(word: string): number | undefined {
    return this.#tokens.get(word);
  }

  /** Another text as tokens; words outside the vocabulary are left out. @throws {UsageError} unless it is a text */
  encode(text: string): Int32Array<ArrayBuffer> {
    if (typeof text !== "string") {
      throw new UsageError(message("words.Vocabulary.encode", "not a text", { got: show(text) }));
    }
    const found = this.#split(text).map((word) => this.#tokens.get(word));
    return Int32Array.from(found.filter((token) => token !== undefined));
  }
}

/**
 * The vocabulary of texts, and these as tokens, one after the other.
 *
 * @param texts  one or several; a word does not go on from one text to the next
 * @throws {UsageError} for a wrong option, or for what is not a text
 * @throws {DataError} unless at least two different words occur `minCount` times
 */
export function corpusOf(texts: string | Iterable<string>, options: CorpusOptions = {}): Corpus {
  const op = "words.corpusOf";
  const counter = new CorpusCounter(op, options);
  for (const text of checkTexts(op, texts)) counter.add(text);
  return counter.finish();
}

/** The texts one by one. @throws {UsageError} for what is not a text */
export function* checkTexts(op: string, texts: string | Iterable<string>): Generator<string> {
  const isSeveral = typeof (texts as Partial<Iterable<string>> | null | undefined)?.[Symbol.iterator] === "function";
  if (!isSeveral) throw new UsageError(message(op, "texts are missing", { expected: "a string, or several", got: show(texts) })); // prettier-ignore
  for (const text of typeof texts === "string" ? [texts] : texts) {
    if (typeof text !== "string") {
      throw new UsageError(message(op, "texts must be strings", { expected: "a string, or several", got: show(text) }));
    }
    yield text;
  }
}

/** Characters that are split at a time. */
const pieceLength = 2 ** 18;

/** The position of the last blank or line break in [from, to), −1 if there is none. */
export function lastBlank(text: string, from = 0, to = text.length): number {
  for (let at = to - 1; at >= from; at--) if (/\s/.test(text[at])) return at;
  return -1;
}

/** Tokens of one block, which are numbered by first appearance until the text has ended. */
const blockTokens = 2 ** 20;

/** Counts the words of a text that comes in pieces, and keeps it as numbers. */
export class CorpusCounter {
  readonly #op: string;
  readonly #minCount: number;
  readonly #maxWords: number;
  readonly #split: Splitter;
  readonly #numbers = new Map<string, number>();
  #counts = new Float64Array(1024); // by number
  readonly #blocks: Int32Array[] = [];
  #wordCount = 0;

  /** @throws {UsageError} for a wrong option */
  constructor(op: string, options: CorpusOptions) {
    checkKeys(op, options, ["minCount", "maxWords", ...wordOptionNames]);
    const { minCount = 5, maxWords } = options;
    checkInteger(op, "minCount", minCount, "[1, ∞)");
    if (maxWords !== undefined) checkInteger(op, "maxWords", maxWords, "[2, ∞)");
    this.#op = op;
    this.#minCount = minCount;
    this.#maxWords = maxWords ?? Infinity;
    this.#split = splitter(op, options);
  }

  /** The next piece of the text, which begins and ends between words. A long one is split bit by bit. */
  add(text: string): void {
    let from = 0;
    while (text.length - from > 2 * pieceLength) {
      const end = lastBlank(text, from, from + pieceLength) + 1;
      if (end === 0) break;
      this.#addPiece(text.slice(from, end));
      from = end;
    }
    this.#addPiece(from === 0 ? text : text.slice(from));
  }

  #addPiece(text: string): void {
    for (const word of this.#split(text)) {
      const number = this.#numbers.get(word) ?? this.#newNumber(word);
      this.#counts[number]++;
      const at = this.#wordCount++ % blockTokens;
      if (at === 0) this.#blocks.push(new Int32Array(blockTokens));
      this.#blocks[this.#blocks.length - 1][at] = number;
    }
  }

  #newNumber(word: string): number {
    const number = this.#numbers.size;
    // A long match is a view of the text that it stands in, which it would keep in memory.
    this.#numbers.set(word.length < 13 ? word : Array.from(word).join(""), number);
    if (number === this.#counts.length) {
      const longer = new Float64Array(2 * number);
      longer.set(this.#counts);
      this.#counts = longer;
    }
    return number;
  }

  /** @throws {DataError} unless at least two different words occur `minCount` times */
  finish(): Corpus {
    const kept = [...this.#numbers]
      .filter(([, number]) => this.#counts[number] >= this.#minCount)
      .sort(([, a], [, b]) => this.#counts[b] - this.#counts[a])
      .slice(0, this.#maxWords);
    if (kept.length < 2) throw this.#tooFew(kept.length);
    const counts = Float64Array.from(kept, ([, number]) => this.#counts[number]);
    const tokenOf = new Int32Array(this.#numbers.size).fill(-1);
    for (const [token, [, number]] of kept.entries()) tokenOf[number] = token;
    const tokens = new Int32Array(counts.reduce((sum, count) => sum + count, 0));
    let filled = 0;
    for (const [i, block] of this.#blocks.entries()) {
      const length = Math.min(blockTokens, this.#wordCount - i * blockTokens);
      for (let at = 0; at < length; at++) {
        const token = tokenOf[block[at]];
        if (token >= 0) tokens[filled++] = token;
      }
    }
    const words = kept.map(([word]) => word);
    return { vocabulary: new Vocabulary(words, counts, this.#split), tokens, wordCount: this.#wordCount };
  }

  #tooFew(count: number): DataError {
    const [isEmpty, least] = [this.#wordCount === 0, this.#minCount];
    const wrong = isEmpty ? "the text has no words" : "the text has too few different words";
    const times = least === 1 ? "" : ` that occur ${least} times or more`;
    const got = isEmpty ? "" : `${count} (${this.#wordCount} words, ${this.#numbers.size} different)`;
    const hint = count < 2 && least > 1 && this.#numbers.size > 1 ? "Lower minCount." : undefined;
    const expected = `at least 2 different words${times}`;
    return new DataError(message(this.#op, wrong, { expected, ...(got && { got }), ...(hint && { hint }) }));
  }
}
