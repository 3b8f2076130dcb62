/**
 * The JSON header of a safetensors file, read strictly: { name: { dtype, shape, data_offsets }, "__metadata__": { key:
 * text } }. JSON.parse would silently drop duplicate keys and would build any nesting, many times the size of the file,
 * before it could be refused. This reader accepts only the structure that the format allows and stops at the first
 * character that does not fit. What the numbers mean for the data is checked in safetensors.ts.
 * Source: the safetensors format description (huggingface/safetensors, README, "Format").
 */
import { DataError, message, show } from "../errors.js";

/** One tensor's entry in the header; begin and end are bytes from the start of the data. */
export interface TensorInfo {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The contents of a header, in its own order. `metadata` has no prototype, so that no key can have another meaning. */
export interface SafetensorsHeader {
  readonly metadata: Record<string, string>;
  readonly tensors: Map<string, TensorInfo>;
}

/** Strings are UTF-16; half of a surrogate pair is not a character and cannot be written as UTF-8. */
export const loneSurrogate = /\p{Surrogate}/u;

const space = /[ \t\n\r]*/y;
const digits = /(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y;

/** A cursor over the header's text. */
class HeaderReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  fail(expected: string): never {
    const rest = this.#text.slice(this.#at, this.#at + 24);
    const got = rest === "" ? "the end of the header" : show(rest);
    throw new DataError(message("safetensors", `the header is wrong at character ${this.#at}`, { expected, got }));
  }

  #skipSpace(): void {
    space.lastIndex = this.#at;
    space.test(this.#text);
    this.#at = space.lastIndex;
  }

  /** True where `character` comes next after white space; moves past it. */
  take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  expect(character: string, where: string): void {
    if (!this.take(character)) this.fail(`'${character}' ${where}`);
  }

  expectEnd(): void {
    this.#skipSpace();
    if (this.#at !== this.#text.length) this.fail("only white space after the closing '}'");
  }

  string(what: string): string {
    this.expect('"', `to open ${what}`);
    const start = this.#at - 1;
    let quote = start;
    let escapes;
    do {
      quote = this.#text.indexOf('"', quote + 1);
      if (quote < 0) this.fail(`'"' to close ${what}`);
      escapes = 0;
      while (this.#text[quote - 1 - escapes] === "\\") escapes++;
    } while (escapes % 2 === 1);
    this.#at = start;
    const value = parseString(this.#text.slice(start, quote + 1));
    if (value === undefined || loneSurrogate.test(value)) this.fail(`${what} as a JSON string of whole characters`);
    this.#at = quote + 1;
    return value;
  }

  integer(what: string): number {
    this.#skipSpace();
    digits.lastIndex = this.#at;
    const value = Number(digits.exec(this.#text)?.[0] ?? NaN);
    if (!Number.isSafeInteger(value)) this.fail(`${what} as an integer from 0 to 2^53 − 1`);
    this.#at = digits.lastIndex;
    return value;
  }

  integers(what: string): number[] {
    const values: number[] = [];
    this.expect("[", `to open ${what}`);
    if (this.take("]")) return values;
    do values.push(this.integer(`a number of ${what}`));
    while (this.take(","));
    this.expect("]", `to close ${what}`);
    return values;
  }

  /** Calls `member` at the value of each key; a duplicate key is an error. */
  object(what: string, member: (key: string) => void): void {
    const seen = new Set<string>();
    this.expect("{", `to open ${what}`);
    if (this.take("}")) return;
    do {
      const key = this.string(`a name in ${what}`);
      if (seen.has(key)) throw new DataError(message("safetensors", `${show(key)} appears twice in ${what}`));
      seen.add(key);
      this.expect(":", `after ${show(key)}`);
      member(key);
    } while (this.take(","));
    this.expect("}", `to close ${what}`);
  }
}

function parseString(json: string): string | undefined {
  try {
    return JSON.parse(json) as string;
  } catch {
    return undefined;
  }
}

function tensorInfo(reader: HeaderReader, name: string): TensorInfo {
  const tensor = `tensor ${show(name)}`;
  let dtype: string | undefined;
  let shape: readonly number[] | undefined;
  let offsets: readonly number[] | undefined;
  reader.object(tensor, (field) => {
    const what = `${field} of ${tensor}`;
    if (field === "dtype") dtype = reader.string(what);
    else if (field === "shape") shape = reader.integers(what);
    else if (field === "data_offsets") offsets = reader.integers(what);
    else
      throw new DataError(
        message("safetensors", `${tensor} has an unknown field`, { expected: fields, got: show(field) }),
      );
  });
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    throw new DataError(message("safetensors", `${tensor} lacks a field`, { expected: fields }));
  }
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2) {
    const wrong = `data_offsets of ${tensor} are not a pair`;
    throw new DataError(message("safetensors", wrong, { expected: "[begin, end]", got: show([...offsets]) }));
  }
  return { dtype, shape, begin, end };
}

const fields = "dtype, shape and data_offsets";

/**
 * Reads the header's text. Memory and time are proportional to its length.
 *
 * @throws {DataError} when the text leaves the format: not an object, a duplicate name or field, a field that is
 *   unknown, missing or of another type, metadata that are not strings, or a number that is not an integer from 0 to
 *   2⁵³ − 1
 */
export function parseHeader(text: string): SafetensorsHeader {
  const reader = new HeaderReader(text);
  const metadata = Object.create(null) as Record<string, string>;
  const tensors = new Map<string, TensorInfo>();
  if (!text.startsWith("{")) reader.fail("'{' as the first character");
  reader.object("the header", (name) => {
    if (name !== "__metadata__") tensors.set(name, tensorInfo(reader, name));
    else reader.object(name, (key) => void (metadata[key] = reader.string(`the text of ${show(key)} in ${name}`)));
  });
  reader.expectEnd();
  return { metadata, tensors };
}
