/**
 * Word vectors from files of the word2vec program and of gensim, text or binary, gzipped or not. The first line is
 * "V D": how many words follow, and how many numbers each has. What is wrong is said with its line or its byte.
 * saveVectors.ts writes such files.
 */
import { DataError, checkKeys, message, show } from "../errors.js";
import { type ByteSource, readBytes, unshared } from "../io/bytes.js";
import { type InflateOptions, checkMaxBytes, gunzip, isGzip } from "../io/gzip.js";
import { oneOf, optional } from "../options.js";
import type { VectorFormat } from "./saveVectors.js";
import { WordVectors } from "./vectors.js";

/** Options of {@link loadWordVectors}. */
export interface LoadVectorsOptions extends InflateOptions {
  /** Default: "text" if the first word is followed by numbers that can be read, else "binary". */
  readonly format?: VectorFormat;
}

const op = "words.loadWordVectors";
const [lineFeed, blank] = [10, 32];

/**
 * Word vectors that {@link WordVectors.save}, the word2vec program or gensim wrote.
 *
 * @param source  a path or file: URL (Node), bytes, a Blob, a Response, a stream
 * @throws {UsageError} for a wrong option
 * @throws {DataError} when the file cannot be read, is cut short or damaged, has a word twice, or a line with another
 *   number of numbers than its first line says; inflates to more than `maxBytes`, by default 100 × its size and at least 8 MiB
 */
export async function loadWordVectors(source: ByteSource, options: LoadVectorsOptions = {}): Promise<WordVectors> {
  checkKeys(op, options, ["format", "maxBytes"]);
  checkMaxBytes(op, options);
  const given = optional(oneOf<VectorFormat>(["text", "binary"], "text"))(op, "format", options.format);
  const read = unshared(await readBytes(op, source));
  const bytes = isGzip(read) ? await gunzip(read, op, options) : read;
  const header = headerOf(bytes);
  const isText = given === undefined ? looksLikeText(bytes, header.end, header.D) : given === "text";
  const leastBytes = header.V * (1 + header.D * (isText ? 2 : 4));
  if (leastBytes > bytes.length - header.end + 1) {
    const expected = `at least ${leastBytes} bytes for ${header.V} words with ${header.D} numbers each`;
    throw fault("the file is cut short, or its first line is wrong", expected, `${bytes.length - header.end}`);
  }
  return isText ? fromText(bytes, header) : fromBinary(bytes, header);
}

interface Header {
  readonly V: number;
  readonly D: number;
  /** Where the first word begins. */
  readonly end: number;
}

function headerOf(bytes: Uint8Array): Header {
  const end = bytes.indexOf(lineFeed) + 1;
  const line = new TextDecoder().decode(bytes.subarray(0, Math.min(end === 0 ? bytes.length : end, 200)));
  const [, V, D] = /^(\d{1,12}) (\d{1,9})\s*$/.exec(line) ?? [];
  if (end > 0 && Number(V) > 0 && Number(D) > 0) return { V: Number(V), D: Number(D), end };
  const hint = "Files of GloVe have no such line; put it in front.";
  const expected = 'two numbers ≥ 1, how many words there are and how many numbers each has, such as "30000 100"';
  throw fault("the first line is no header", expected, bytes.length === 0 ? "0 bytes" : show(line.trimEnd()), hint);
}

/** Whether the first word's line has nothing but numbers behind the word, and not far too few of them. */
function looksLikeText(bytes: Uint8Array, from: number, D: number): boolean {
  const end = bytes.indexOf(lineFeed, from);
  const line = bytes.subarray(from, end < 0 ? bytes.length : end);
  const numbers = line.subarray(line.indexOf(blank) + 1);
  const isPlain = numbers.every((byte) => /[-+.\deEinfa \t\r]/i.test(String.fromCharCode(byte)));
  const count = new TextDecoder()
    .decode(numbers)
    .split(/\s+/)
    .filter((number) => number !== "").length;
  return isPlain && count > 0 && count >= D / 2;
}

function fromText(bytes: Uint8Array, { V, D, end }: Header): WordVectors {
  const rows = new Rows(V, D, "line");
  let from = end;
  for (let row = 0, line = 2; row < V; row++, line++) {
    if (from >= bytes.length) throw fault("the file is cut short", `${V} words, as the first line says`, `${row}`);
    const found = bytes.indexOf(lineFeed, from);
    const to = found < 0 ? bytes.length : found;
    const [word, ...numbers] = decode(bytes.subarray(from, to), `line ${line}`).trimEnd().split(/[ \t]+/); // prettier-ignore
    if (numbers.length !== D) {
      const hint = "A word may not have a blank in it.";
      throw fault(`line ${line} has ${numbers.length} numbers`, `${D}, as the first line says`, undefined, hint);
    }
    rows.name(word, line);
    for (const [d, number] of numbers.entries()) {
      const value = Number(number);
      if (!Number.isFinite(Math.fround(value))) {
        throw fault(`number ${d + 1} of line ${line} cannot be read`, "a finite number", show(number));
      }
      rows.matrix[row * D + d] = value;
    }
    from = to + 1;
  }
  refuseMore(bytes, from, V);
  return rows.vectors();
}

function fromBinary(bytes: Uint8Array, { V, D, end }: Header): WordVectors {
  const rows = new Rows(V, D, "word");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let from = end;
  for (let row = 0; row < V; row++) {
    if (bytes[from] === lineFeed) from++; // the word2vec program's, not gensim's
    const gap = bytes.indexOf(blank, from);
    if (gap < 0 || gap + 1 + 4 * D > bytes.length) {
      const expected = `${V} words with ${D} numbers each, as the first line says`;
      throw fault("the file is cut short", expected, `${row} whole ones in ${bytes.length} bytes`);
    }
    rows.name(decode(bytes.subarray(from, gap), `word ${row + 1}, at byte ${from},`), row + 1);
    from = gap + 1;
    for (let d = 0; d < D; d++, from += 4) {
      const value = view.getFloat32(from, true);
      if (!Number.isFinite(value)) {
        const hint = "Is it a binary file, and its first line right?";
        throw fault(`number ${d + 1} of word ${row + 1} is not finite`, "a finite number", String(value), hint);
      }
      rows.matrix[row * D + d] = value;
    }
  }
  refuseMore(bytes, from, V);
  return rows.vectors();
}

/** @throws {DataError} when more than line ends follow */
function refuseMore(bytes: Uint8Array, from: number, V: number): void {
  const more = bytes.subarray(from).findIndex((byte) => byte !== lineFeed && byte !== 13);
  if (more < 0) return;
  throw fault("the file goes on after its last word", `${V} words, as the first line says`, `more at byte ${from + more}`); // prettier-ignore
}

/** Words as they are read, and room for their numbers. */
class Rows {
  readonly matrix: Float32Array<ArrayBuffer>;
  readonly #at = new Map<string, number>();
  readonly #unit: "line" | "word";

  constructor(V: number, D: number, unit: "line" | "word") {
    this.matrix = new Float32Array(V * D);
    this.#unit = unit;
  }

  /** The next word. @param at  its line, or how many words there are up to it */
  name(word: string, at: number): void {
    if (word === "") throw fault(`${this.#unit} ${at} has no word`, "a word in front of its numbers");
    const before = this.#at.get(word);
    if (before !== undefined) {
      throw fault("a word stands twice", "different words", `${show(word)} as ${this.#unit} ${before} and ${at}`);
    }
    this.#at.set(word, at);
  }

  vectors(): WordVectors {
    return new WordVectors([...this.#at.keys()], this.matrix);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array, where: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new DataError(message(op, `${where} is not UTF-8`, { expected: "UTF-8" }), { cause });
  }
}

function fault(wrong: string, expected: string, got?: string, hint?: string): DataError {
  return new DataError(message(op, wrong, { expected, ...(got && { got }), ...(hint && { hint }) }));
}
