/**
 * Texts as tokens: characters or words, numbered by their frequency in a training text. Token 0 is padding, then comes
 * the unknown unit, then the others by falling frequency; equally frequent ones in the order of their code points. Does
 * not pad (padSequences.ts) and does not split into subwords.
 */
import { DataError, UsageError, checkKeys, message, show } from "../../errors.js";
import { type ByteSink, type ByteSource, readBytes, writeBytes } from "../../io/bytes.js";
import { checkBoolean, checkInteger, checkSequence } from "../../options.js";
import { byCodePoint } from "../labels.js";
import { type NormalForm, checkNormalForm, inForm, isNormalForm } from "./normalForm.js";
import { isListOf } from "../../lists.js";

/** The units that a text is split into. */
export type TextUnit = "characters" | "words";

/** Options of {@link fitTokenizer}. */
export interface TokenizerOptions {
  /** Characters are code points; words are separated by blanks. */
  readonly unit: TextUnit;
  /** A unit that occurs less often in the training texts is unknown. Default 1. */
  readonly minCount?: number;
  /**
   * Largest size of the vocabulary, including padding and unknown; the most frequent units are kept. Default: no limit.
   */
  readonly maxTokens?: number;
  /** Whether texts are lower-cased first. Default: true for words, false for characters. */
  readonly lower?: boolean;
  /**
   * The form of Unicode that texts are brought into first: "NFC" composes letters and their marks, "NFD" takes them
   * apart. Default: texts are taken as they are, so that two spellings of a letter are two units.
   */
  readonly normalForm?: NormalForm;
  /**
   * Characters that separate words, like blanks. Default: Keras's, all ASCII punctuation except the apostrophe. For
   * characters: none.
   */
  readonly filters?: string;
  /** Reserves token 0 for padding. Default true. */
  readonly padding?: boolean;
  /**
   * Reserves a token for units outside the vocabulary. Without it such text is an error, and minCount and maxTokens are
   * not allowed. Default true.
   */
  readonly unknown?: boolean;
  /**
   * Units of their own in front of all others, such as "<begin>" and "<end>", which {@link translationPairs} puts around
   * targets. No text is split into them, unless it has them as words. Default: none.
   */
  readonly marks?: readonly string[];
}

const kerasFilters = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~';
const op = "text.fitTokenizer";

/** A tokenizer as plain JSON. */
export interface TokenizerConfig {
  readonly format: "lanegrad tokenizer";
  readonly unit: TextUnit;
  readonly lower: boolean;
  readonly normalForm?: NormalForm;
  readonly filters: string;
  readonly padding: boolean;
  readonly unknown: boolean;
  /** The units in the order of their tokens, without padding and unknown. */
  readonly units: readonly string[];
}

/** Texts to tokens and back. Made by {@link fitTokenizer} or {@link loadTokenizer}; immutable. */
export class Tokenizer {
  /** Number of tokens: the inputDim of an embedding and the units of an output layer. */
  readonly size: number;
  /** The token of units outside the vocabulary; undefined where they are an error. */
  readonly unknown: number | undefined;
  readonly #config: TokenizerConfig;
  readonly #first: number;
  readonly #tokens: ReadonlyMap<string, number>;

  /** @internal */
  constructor(config: TokenizerConfig) {
    this.#config = config;
    this.unknown = config.unknown ? Number(config.padding) : undefined;
    this.#first = Number(config.padding) + Number(config.unknown);
    this.size = this.#first + config.units.length;
    this.#tokens = new Map(config.units.map((unit, i) => [unit, this.#first + i]));
  }

  /** The units that texts are split into. */
  get unit(): TextUnit {
    return this.#config.unit;
  }

  /** The token of a unit in exactly this spelling; undefined if it is not in the vocabulary. */
  tokenOf(unit: string): number | undefined {
    return this.#tokens.get(unit);
  }

  /**
   * The unit of a token: "" for padding, "\uFFFD" for unknown.
   * @throws {UsageError} when the token is not in the vocabulary
   */
  unitOf(token: number): string {
    if (!Number.isInteger(token) || token < 0 || token >= this.size) {
      const expected = `an integer 0 ≤ token < ${this.size}`;
      throw new UsageError(message("text.decode", "unknown token", { expected, got: show(token) }));
    }
    if (token >= this.#first) return this.#config.units[token - this.#first];
    return token === this.unknown ? "\uFFFD" : "";
  }

  /**
   * A text as tokens.
   * @throws {DataError} when a unit is not in the vocabulary and there is no token for unknown units
   */
  encode(text: string): Int32Array<ArrayBuffer> {
    if (typeof text !== "string") throw new UsageError(message("text.encode", "not a text", { got: show(text) }));
    const units = unitsOf(text, this.#config);
    const tokens = new Int32Array(units.length);
    for (let i = 0; i < units.length; i++) {
      const token = this.#tokens.get(units[i]) ?? this.unknown;
      if (token === undefined) {
        const hint = "Fit the tokenizer on a text that has it, or with unknown: true.";
        const wrong = `unit ${i} is not in the vocabulary`;
        throw new DataError(
          message("text.encode", wrong, { expected: `one of ${this.size} ${this.unit}`, got: show(units[i]), hint }),
        );
      }
      tokens[i] = token;
    }
    return tokens;
  }

  /**
   * Tokens as a text; words are joined by blanks, padding is skipped.
   * @throws {UsageError} when a token is not in the vocabulary
   */
  decode(tokens: ArrayLike<number>): string {
    checkSequence("text.decode", "tokens", tokens);
    const units = Array.from(tokens, (token) => this.unitOf(token)).filter((unit) => unit !== "");
    return units.join(this.unit === "words" ? " " : "");
  }

  /** The data from which {@link loadTokenizer} restores the tokenizer; JSON.stringify calls it. */
  toJSON(): TokenizerConfig {
    return this.#config;
  }

  /** Saves it as JSON. @param sink a path or file: URL (Node), or a WritableStream */
  async save(sink: ByteSink): Promise<void> {
    await writeBytes("text.save", sink, [new TextEncoder().encode(JSON.stringify(this.#config))]);
  }
}

/**
 * A tokenizer with the vocabulary of training texts.
 * Cost: for words about 0.1 µs per character.
 *
 * @param texts  one text or several; pass only training texts, so that nothing about the test texts leaks into training
 * @throws {UsageError} for a wrong option, or when the texts leave the vocabulary empty
 */
export function fitTokenizer(texts: string | Iterable<string>, options: TokenizerOptions): Tokenizer {
  const known = ["unit", "minCount", "maxTokens", "lower", "normalForm", "filters", "padding", "unknown", "marks"];
  checkKeys(op, options, known);
  const normalForm = checkNormalForm(op, "normalForm", options?.normalForm);
  const { unit, minCount = 1, maxTokens, padding = true, unknown = true, marks = [] } = options;
  if (unit !== "characters" && unit !== "words") {
    throw new UsageError(message(op, "unit is unknown", { expected: '"characters" or "words"', got: show(unit) }));
  }
  const { lower = unit === "words", filters = unit === "words" ? kerasFilters : "" } = options;
  for (const [name, value] of Object.entries({ lower, padding, unknown })) checkBoolean(op, name, value);
  checkInteger(op, "minCount", minCount, "[1, ∞)");
  checkMarks(op, marks);
  const reserved = Number(padding) + Number(unknown) + marks.length;
  if (maxTokens !== undefined) checkInteger(op, "maxTokens", maxTokens, `[${reserved + 1}, ∞)`);
  if (typeof filters !== "string" || (unit === "characters" && filters !== "")) {
    const expected = unit === "words" ? "a string of the characters that separate words" : "none for characters";
    throw new UsageError(message(op, "filters is invalid", { expected, got: show(filters) }));
  }
  if (!unknown && (minCount > 1 || maxTokens !== undefined)) {
    const expected = "unknown: true";
    throw new UsageError(
      message(op, "minCount and maxTokens need a token for rare units", { expected, got: "unknown: false" }),
    );
  }
  if (typeof texts !== "string" && typeof (texts as Partial<typeof texts>)?.[Symbol.iterator] !== "function") {
    throw new UsageError(message(op, "texts are missing", { expected: "a string, or several", got: show(texts) }));
  }
  const form = { lower, ...(normalForm && { normalForm }) };
  const config = { format: "lanegrad tokenizer", unit, ...form, filters, padding, unknown } as const;
  const counts = new Map<string, number>();
  for (const text of typeof texts === "string" ? [texts] : texts) {
    if (typeof text !== "string")
      throw new UsageError(message(op, "texts must be strings", { expected: "a string, or several", got: show(text) }));
    for (const found of unitsOf(text, config)) counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  const units = [...counts]
    .filter(([found, count]) => count >= minCount && !marks.includes(found))
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || byCodePoint(a, b))
    .slice(0, maxTokens === undefined ? undefined : maxTokens - reserved)
    .map(([found]) => found);
  if (units.length === 0) {
    const got = `${counts.size} different ${unit}`;
    throw new UsageError(message(op, "the vocabulary is empty", { expected: `${unit} in the texts`, got }));
  }
  return new Tokenizer({ ...config, units: [...marks, ...units] });
}

/** @throws {UsageError} unless marks are different texts */
export function checkMarks(op: string, marks: readonly string[]): void {
  const isList = isListOf(marks, (mark) => typeof mark === "string" && mark !== "");
  if (isList && new Set(marks).size === marks.length) return;
  const expected = 'different texts, such as ["<begin>", "<end>"]';
  throw new UsageError(message(op, "marks is invalid", { expected, got: show(marks) }));
}

/**
 * A tokenizer that `save` wrote.
 * @param source  a path or file: URL (Node), bytes, a Blob, a Response, a stream
 * @throws {DataError} when the file is not a saved tokenizer
 */
export async function loadTokenizer(source: ByteSource): Promise<Tokenizer> {
  const bytes = await readBytes("text.loadTokenizer", source);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(`no JSON (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  return tokenizerFrom(parsed);
}

/** The tokenizer that `toJSON` returned. @throws {DataError} for anything else */
export function tokenizerFrom(value: unknown): Tokenizer {
  const { format, unit, lower, normalForm, filters, padding, unknown, units } = (value ?? {}) as Record<
    string,
    unknown
  >;
  if (format !== "lanegrad tokenizer") throw damaged(`format ${show(format)}`);
  if (unit !== "characters" && unit !== "words") throw damaged(`unit ${show(unit)}`);
  if (typeof lower !== "boolean" || typeof padding !== "boolean" || typeof unknown !== "boolean") {
    throw damaged("lower, padding or unknown is not true or false");
  }
  if (!isNormalForm(normalForm)) {
    throw damaged(`normalForm ${show(normalForm)}`);
  }
  if (typeof filters !== "string") throw damaged(`filters ${show(filters)}`);
  const isList = isListOf(units, (x) => typeof x === "string" && x !== "") && units.length > 0;
  if (!isList) throw damaged(`units ${show(units)}`);
  if (new Set(units).size !== units.length) throw damaged("a unit stands twice");
  const form: { lower: boolean; normalForm?: NormalForm } = { lower, ...(normalForm !== undefined && { normalForm }) };
  return new Tokenizer({ format, unit, ...form, filters, padding, unknown, units: units as string[] });
}

function damaged(got: string, cause?: unknown): DataError {
  const wrong = "this is not a saved tokenizer, or it is damaged";
  return new DataError(message("text.loadTokenizer", wrong, { expected: "what save wrote", got }), { cause });
}

/** The units of a text, in order. */
function unitsOf(
  text: string,
  { unit, lower, normalForm, filters }: Pick<TokenizerConfig, "unit" | "lower" | "normalForm" | "filters">,
): string[] {
  const inOne = inForm(text, normalForm);
  const prepared = lower ? inOne.toLowerCase() : inOne;
  if (unit === "characters") return Array.from(prepared);
  const blanks = new RegExp(`[\\s${filters.replace(/[\\\]^-]/g, "\\$&")}]+`, "u");
  return prepared.split(blanks).filter((word) => word !== "");
}
