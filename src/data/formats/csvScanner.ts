/**
 * The rows of a CSV file, found in its bytes: where each field begins and ends. No strings are made, except of fields
 * that a caller asks for. What fields mean is the business of table/. Line ends are \r\n, \n or \r; a byte order mark
 * and empty lines are left out. A quote inside an unquoted field is a character like any other. The text may come in
 * pieces, of which only what is not yet read is held. Cost: linear in the bytes; one row is held at a time, of at most
 * 1,048,576 fields. Source: RFC 4180.
 */
import { DataError, message } from "../../errors.js";
import { invalidUtf8 } from "./utf8.js";

/** Encodings in which separators, quotes, line ends and digits are the bytes of ASCII. */
export type CsvEncoding = "utf-8" | "windows-1252";

/** A row of more fields is refused: it would take many times the memory of its text. */
const mostFields = 2 ** 20;

/** Offsets are int32: what is held is shorter. */
const tooLong = 2 ** 31;

const [lineFeed, carriageReturn, quote] = [10, 13, 34];

/** Bytes 0x80 … 0x9f of windows-1252, which TextDecoder of Node 20 takes for control characters. */
const windows1252 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/** Rows one after the other: after each call of {@link next} the properties are those of one row more. */
export class CsvScanner {
  readonly op: string;
  /** What is held of the text; `starts` and `ends` count in it. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Whether the text ends where `bytes` end. */
  isWhole: boolean;
  /** Number of fields of the row. */
  count = 0;
  /** Number of the line on which the row begins, from 1. */
  line = 0;
  /** Where each field begins, after its opening quote. */
  starts = new Int32Array(64);
  /** Where each field ends, before its closing quote. */
  ends = new Int32Array(64);
  /** 1 for a field that holds doubled quotes, else 0. */
  doubled = new Uint8Array(64);
  readonly #separator: number;
  readonly #encoding: CsvEncoding;
  readonly #decoder: TextDecoder;
  /** Where the first row begins: behind the byte order mark. */
  #first = 0;
  #at = 0;
  #nextLine = 1;
  /** Where `append` puts what is held. */
  #room = new Uint8Array(0);

  /**
   * @param op         the function that the user called, for the messages
   * @param bytes      the text, or its beginning
   * @param separator  one ASCII character, neither a quote nor a line end
   * @param isWhole    whether that is all
   * @throws {DataError} for UTF-16, which its byte order mark tells, and for 2³¹ bytes or more
   */
  constructor(
    op: string,
    bytes: Uint8Array<ArrayBuffer>,
    separator: string,
    encoding: CsvEncoding = "utf-8",
    isWhole = true,
  ) {
    this.op = op;
    this.bytes = bytes;
    this.isWhole = isWhole;
    this.#separator = separator.charCodeAt(0);
    this.#encoding = encoding;
    this.#decoder = new TextDecoder(encoding, { ignoreBOM: true });
    const [a, b, c] = bytes;
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
      const hint = "Save it as UTF-8.";
      throw new DataError(message(op, "the encoding is another", { expected: "UTF-8", got: "UTF-16", hint }));
    }
    this.#checkLength(bytes.length);
    this.#first = a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
    this.rewind();
  }

  /** Goes back to before the first row; only while `append` has dropped no row. */
  rewind(): void {
    this.#at = this.#first;
    this.#nextLine = 1;
  }

  /** Bytes that are held and not yet read. */
  get left(): number {
    return this.bytes.length - this.#at;
  }

  /**
   * Continues the text, and drops what has been read of it.
   * @param piece  copied; undefined where the text has ended
   * @throws {DataError} when 2³¹ bytes or more are not yet read: offsets are int32
   */
  append(piece: Uint8Array | undefined): void {
    if (piece === undefined) {
      this.isWhole = true;
      return;
    }
    const rest = this.bytes.subarray(this.#at);
    const length = rest.length + piece.length;
    this.#checkLength(length);
    if (length > this.#room.length) this.#room = new Uint8Array(length + (length >> 1));
    this.#room.set(rest);
    this.#room.set(piece, rest.length);
    this.bytes = this.#room.subarray(0, length);
    this.#at = this.#first = 0;
  }

  /**
   * Goes to the next row.
   * @returns false where there is none, or where it is not held in whole: then `isWhole` is false, and `append` is due
   * @throws {DataError} when a quoted field does not end or something follows it, for a row of too many fields, and for
   *   bytes that are not UTF-8
   */
  next(): boolean {
    const { bytes } = this;
    const separator = this.#separator;
    const { length } = bytes;
    let at = this.#at;
    let line = this.#nextLine;
    for (let width = this.#lineEnd(at); width > 0; width = this.#lineEnd(at), line++) at += width;
    if (at >= length) return false;
    this.line = line;
    let count = 0;
    for (;;) {
      if (count === this.starts.length) this.#grow(line);
      let high = 0;
      if (bytes[at] === quote) {
        const start = ++at;
        let hasDoubled = 0;
        const firstLine = line;
        for (;;) {
          if (at + 1 >= length && !this.isWhole) return false;
          if (at >= length) throw this.wrong(firstLine, count, "a quoted field does not end", "a closing quote");
          const byte = bytes[at];
          high |= byte;
          if (byte === quote) {
            if (bytes[at + 1] !== quote) break;
            hasDoubled = 1;
            at++;
          } else if (byte === lineFeed || (byte === carriageReturn && bytes[at + 1] !== lineFeed)) line++;
          at++;
        }
        this.starts[count] = start;
        this.ends[count] = at++;
        this.doubled[count] = hasDoubled;
        if (at < length && bytes[at] !== separator && this.#lineEnd(at) === 0) {
          throw this.wrong(line, count, "text follows a closing quote", "a separator or a line end");
        }
      } else {
        this.starts[count] = at;
        while (at < length) {
          const byte = bytes[at];
          if (byte === separator || byte === lineFeed || byte === carriageReturn) break;
          high |= byte;
          at++;
        }
        this.ends[count] = at;
        this.doubled[count] = 0;
      }
      if (at + 1 >= length && !this.isWhole) return false; // a line end may be of two bytes
      if (high > 127) this.#checkEncoding(line, count);
      count++;
      if (at >= length || bytes[at] !== separator) break;
      at++;
    }
    this.count = count;
    const width = this.#lineEnd(at);
    this.#at = at + width;
    this.#nextLine = width > 0 ? line + 1 : line;
    return true;
  }

  /** A field as text; `start` and `end` cut blanks off it. */
  text(field: number, start = this.starts[field], end = this.ends[field]): string {
    let text = this.#decoder.decode(this.bytes.subarray(start, end));
    if (this.#encoding !== "utf-8") text = text.replace(/[\x80-\x9f]/g, (one) => windows1252[one.charCodeAt(0) - 0x80]);
    return this.doubled[field] === 1 ? text.replaceAll('""', '"') : text;
  }

  /** An error that names a line and, from 0, a column. */
  wrong(line: number, column: number, wrong: string, expected: string, got?: string, hint?: string): DataError {
    const parts = { expected, ...(got !== undefined && { got }), ...(hint !== undefined && { hint }) };
    return new DataError(message(this.op, `line ${line}, column ${column + 1}: ${wrong}`, parts));
  }

  #checkLength(length: number): void {
    if (length < tooLong) return;
    throw new DataError(
      message(this.op, "the text is too long", { expected: `less than ${tooLong} bytes`, got: `${length}` }),
    );
  }

  /** Number of bytes of the line end at `at`; 0 where there is none. */
  #lineEnd(at: number): number {
    const byte = this.bytes[at];
    if (byte === lineFeed) return 1;
    if (byte !== carriageReturn) return 0;
    return this.bytes[at + 1] === lineFeed ? 2 : 1;
  }

  #grow(line: number): void {
    const { length } = this.starts;
    if (length >= mostFields) {
      throw this.wrong(line, mostFields, "the row has too many fields", `at most ${mostFields}`);
    }
    for (const name of ["starts", "ends"] as const) {
      const larger = new Int32Array(2 * length);
      larger.set(this[name]);
      this[name] = larger;
    }
    const doubled = new Uint8Array(2 * length);
    doubled.set(this.doubled);
    this.doubled = doubled;
  }

  #checkEncoding(line: number, field: number): void {
    if (this.#encoding !== "utf-8") return;
    const at = invalidUtf8(this.bytes, this.starts[field], this.ends[field]);
    if (at < 0) return;
    const got = `0x${this.bytes[at].toString(16).padStart(2, "0")} in ${JSON.stringify(this.text(field).slice(0, 40))}`;
    const hint = 'With encoding: "windows-1252" such a file is read, if all of it is of that encoding.';
    throw this.wrong(line, field, "the bytes are not UTF-8", "UTF-8 throughout", got, hint);
  }
}
