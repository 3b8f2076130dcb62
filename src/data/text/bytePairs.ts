/**
 * Subwords by byte-pair encoding: frequent pieces of words are one token, rare words several, and what training never
 * had its bytes, so that every text has tokens and comes back from them. Learning is in pairMerges.ts. Token 0 is
 * padding, then come marks such as "<begin>", the 256 bytes, and the merges in the order in which they were learnt.
 *
 * Note [Words of byte pairs]. No token reaches across words: runs of letters, of digits or of other characters, each
 * with the blank before it, and runs of blanks; at most 64 characters, so that the time for a text grows with its length.
 * Sources: Sennrich, Haddow & Birch 2016; bytes and words as in GPT-2 (Radford et al. 2019).
 */
import { DataError, UsageError, checkKeys, message, show } from "../../errors.js";
import { type ByteSink, type ByteSource, readBytes, writeBytes } from "../../io/bytes.js";
import { checkBoolean, checkInteger, checkSequence } from "../../options.js";
import { type NormalForm, checkNormalForm, inForm, isNormalForm } from "./normalForm.js";
import { type Merge, byteSymbols, learnMerges, mergePair } from "./pairMerges.js";
import { checkMarks } from "./tokenizer.js";
import { isListOf } from "../../lists.js";

/** Options of {@link fitBytePairs}. */
export interface BytePairsOptions {
  /** Largest number of tokens, with padding, marks and the 256 bytes. Merging ends sooner where no pair is left. */
  readonly maxTokens: number;
  /** A pair that occurs less often is not merged. Default 2. */
  readonly minCount?: number;
  /** Whether texts are lower-cased first; then that is what comes back. Default false. */
  readonly lower?: boolean;
  /** The form of Unicode that texts are brought into first; then that is what comes back. Default: as they are. */
  readonly normalForm?: NormalForm;
  /** Reserves token 0 for padding. Default true. */
  readonly padding?: boolean;
  /** Tokens of their own, such as "<begin>" and "<end>", which no text is split into. Default: none. */
  readonly marks?: readonly string[];
}

/** Byte pairs as plain JSON. */
export interface BytePairsConfig {
  readonly format: "lanegrad byte pairs";
  readonly lower: boolean;
  readonly normalForm?: NormalForm;
  readonly padding: boolean;
  readonly marks: readonly string[];
  /** The two symbols of each merge: 0 … 255 are bytes, 256 + i is what merge i makes. */
  readonly merges: readonly Merge[];
}

const op = "text.fitBytePairs";
const words = /[ ]?[\p{L}\p{M}]{1,64}|[ ]?\p{N}{1,64}|[ ]?[^\s\p{L}\p{M}\p{N}]{1,64}|\s{1,64}(?!\S)|\s{1,64}/gu;
/** Bytes of the longest word: 65 characters of at most 4. */
const longestWord = 4 * 65;
/** Words whose tokens are remembered. */
const mostRemembered = 1 << 16;

/** Texts to tokens of subwords and back. Made by {@link fitBytePairs} or {@link loadBytePairs}. */
export class BytePairs {
  /** What texts are split into, for messages. */
  readonly unit = "byte pairs";
  /** Number of tokens: the inputDim of an embedding and the units of an output layer. */
  readonly size: number;
  readonly #config: BytePairsConfig;
  /** The token of byte 0. */
  readonly #first: number;
  /** The bytes of each symbol. */
  readonly #bytes: readonly Uint8Array[];
  /** The number of the merge of two symbols, by left · size + right. */
  readonly #ranks: ReadonlyMap<number, number>;
  readonly #remembered = new Map<string, readonly number[]>();
  readonly #encoder = new TextEncoder();

  /** @internal */
  constructor(config: BytePairsConfig) {
    const { padding, marks, merges } = config;
    this.#config = config;
    this.#first = Number(padding) + marks.length;
    this.#bytes = bytesOf(merges);
    this.size = this.#first + byteSymbols + merges.length;
    this.#ranks = new Map(merges.map(([left, right], rank) => [left * this.size + right, rank]));
  }

  /** The token of a mark; undefined if there is no such mark. */
  tokenOf(mark: string): number | undefined {
    const at = this.#config.marks.indexOf(mark);
    return at < 0 ? undefined : Number(this.#config.padding) + at;
  }

  /**
   * The text of a token: "" for padding, "\uFFFD" for bytes that are no whole character.
   * @throws {UsageError} when the token is not in the vocabulary
   */
  unitOf(token: number): string {
    return this.#isMark(token) ? this.#markOf(token) : decoded([this.#bytes[token - this.#first]]);
  }

  /** A text as tokens. Halves of characters beyond U+FFFF that stand alone become U+FFFD. Cost: about 0.3 µs a character. */
  encode(text: string): Int32Array<ArrayBuffer> {
    if (typeof text !== "string") throw new UsageError(message("text.encode", "not a text", { got: show(text) }));
    const tokens: number[] = [];
    for (const [word] of prepared(text, this.#config).matchAll(words))
      for (const symbol of this.#symbolsOf(word)) tokens.push(this.#first + symbol);
    return Int32Array.from(tokens);
  }

  /**
   * Tokens as a text; marks are written as they are, padding is skipped, bytes that are no UTF-8 become "\uFFFD".
   * @throws {UsageError} when a token is not in the vocabulary
   */
  decode(tokens: ArrayLike<number>): string {
    checkSequence("text.decode", "tokens", tokens);
    const pieces = Array.from(tokens, (token) =>
      this.#isMark(token) ? this.#encoder.encode(this.#markOf(token)) : this.#bytes[token - this.#first],
    );
    return decoded(pieces);
  }

  /** The data from which {@link bytePairsFrom} restores them; JSON.stringify calls it. */
  toJSON(): BytePairsConfig {
    return this.#config;
  }

  /** Saves them as JSON. @param sink a path or file: URL (Node), or a WritableStream */
  async save(sink: ByteSink): Promise<void> {
    await writeBytes("text.save", sink, [this.#encoder.encode(JSON.stringify(this.#config))]);
  }

  /** Whether a token is padding or a mark. @throws {UsageError} when it is not in the vocabulary */
  #isMark(token: number): boolean {
    if (Number.isInteger(token) && token >= 0 && token < this.size) return token < this.#first;
    const expected = `an integer 0 ≤ token < ${this.size}`;
    throw new UsageError(message("text.decode", "unknown token", { expected, got: show(token) }));
  }

  #markOf(token: number): string {
    return this.#config.marks[token - Number(this.#config.padding)] ?? "";
  }

  /** The symbols of a word: the earliest merge first, as in training. */
  #symbolsOf(word: string): readonly number[] {
    const known = this.#remembered.get(word);
    if (known !== undefined) return known;
    let symbols = Array.from(this.#encoder.encode(word));
    for (;;) {
      let [rank, at] = [Infinity, 0];
      for (let i = 1; i < symbols.length; i++) {
        const own = this.#ranks.get(symbols[i - 1] * this.size + symbols[i]) ?? Infinity;
        if (own < rank) [rank, at] = [own, i];
      }
      if (rank === Infinity) break;
      symbols = mergePair(symbols, symbols[at - 1], symbols[at], byteSymbols + rank);
    }
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.set(word, symbols);
    return symbols;
  }
}

/**
 * Byte pairs learnt from training texts.
 * Cost: about 0.8 s for a megabyte of English and 8,000 tokens.
 *
 * @param texts  one text or several; pass only training texts, so that nothing about the test texts leaks into training
 * @throws {UsageError} for a wrong option, or when the texts are empty
 */
export function fitBytePairs(texts: string | Iterable<string>, options: BytePairsOptions): BytePairs {
  checkKeys(op, options, ["maxTokens", "minCount", "lower", "normalForm", "padding", "marks"]);
  const { maxTokens, minCount = 2, lower = false, padding = true, marks = [] } = options;
  for (const [name, value] of Object.entries({ lower, padding })) checkBoolean(op, name, value);
  checkInteger(op, "minCount", minCount, "[1, ∞)");
  checkMarks(op, marks);
  const least = Number(padding) + marks.length + byteSymbols;
  checkInteger(op, "maxTokens", maxTokens, `[${least}, 16777216]`);
  const normalForm = checkNormalForm(op, "normalForm", options.normalForm);
  if (typeof texts !== "string" && typeof (texts as Partial<typeof texts>)?.[Symbol.iterator] !== "function") {
    throw new UsageError(message(op, "texts are missing", { expected: "a string, or several", got: show(texts) }));
  }
  const form = { lower, ...(normalForm && { normalForm }) };
  const counts = new Map<string, number>();
  for (const text of typeof texts === "string" ? [texts] : texts) {
    if (typeof text !== "string")
      throw new UsageError(message(op, "texts must be strings", { expected: "a string, or several", got: show(text) }));
    for (const [word] of prepared(text, form).matchAll(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  if (counts.size === 0) {
    throw new UsageError(message(op, "the texts are empty", { expected: "at least one character", got: "none" }));
  }
  const encoder = new TextEncoder();
  const counted = Array.from(counts, ([word, count]) => ({ bytes: encoder.encode(word), count }));
  const merges = learnMerges(counted, maxTokens - least, minCount);
  return new BytePairs({ format: "lanegrad byte pairs", ...form, padding, marks, merges });
}

/**
 * Byte pairs that `save` wrote.
 * @param source  a path or file: URL (Node), bytes, a Blob, a Response, a stream
 * @throws {DataError} when the file is not that
 */
export async function loadBytePairs(source: ByteSource): Promise<BytePairs> {
  const bytes = await readBytes("text.loadBytePairs", source);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(`no JSON (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  return bytePairsFrom(parsed);
}

/** The byte pairs that `toJSON` returned. @throws {DataError} for anything else */
export function bytePairsFrom(value: unknown): BytePairs {
  const { format, lower, normalForm, padding, marks, merges } = (value ?? {}) as Record<string, unknown>;
  if (format !== "lanegrad byte pairs") throw damaged(`format ${show(format)}`);
  if (typeof lower !== "boolean" || typeof padding !== "boolean")
    throw damaged("lower or padding is not true or false");
  if (!isNormalForm(normalForm)) throw damaged(`normalForm ${show(normalForm)}`);
  const areMarks = isListOf(marks, (mark) => typeof mark === "string" && mark !== "");
  if (!areMarks || new Set(marks).size < marks.length) throw damaged(`marks ${show(marks)}`);
  if (!Array.isArray(merges)) throw damaged(`merges ${show(merges)}`);
  const lengths = new Array<number>(byteSymbols).fill(1);
  const pairs = new Set<string>();
  for (const [i, merge] of (merges as unknown[]).entries()) {
    const isSymbol = (one: unknown): boolean => Number.isInteger(one) && lengths[one as number] !== undefined;
    if (!isListOf(merge, isSymbol) || merge.length !== 2) throw damaged(`merge ${i} ${show(merge)}`);
    const [left, right] = merge as [number, number];
    lengths.push(lengths[left] + lengths[right]);
    if (lengths.at(-1)! > longestWord) throw damaged(`merge ${i} with a token of ${lengths.at(-1)} bytes`);
    pairs.add(`${left} ${right}`);
  }
  if (pairs.size < merges.length) throw damaged("a merge that stands twice");
  const form: { lower: boolean; normalForm?: NormalForm } = { lower, ...(normalForm !== undefined && { normalForm }) };
  return new BytePairs({ format, ...form, padding, marks: marks as string[], merges: merges as Merge[] });
}

function damaged(got: string, cause?: unknown): DataError {
  const wrong = "these are not saved byte pairs, or they are damaged";
  return new DataError(message("text.loadBytePairs", wrong, { expected: "what save wrote", got }), { cause });
}

function bytesOf(merges: readonly Merge[]): Uint8Array[] {
  const bytes = Array.from({ length: byteSymbols }, (_, byte) => Uint8Array.of(byte));
  for (const [left, right] of merges) bytes.push(Uint8Array.of(...bytes[left], ...bytes[right]));
  return bytes;
}

function prepared(text: string, { lower, normalForm }: Pick<BytePairsConfig, "lower" | "normalForm">): string {
  const inOne = inForm(text, normalForm);
  return lower ? inOne.toLowerCase() : inOne;
}

function decoded(pieces: readonly Uint8Array[]): string {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(all);
}
