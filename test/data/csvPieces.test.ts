/** Tables that come in pieces: the same table wherever the text is cut, and no more of it is read than is needed. What a table is, is csv.test.ts's and tables.test.ts's business. */
import { beforeAll, describe, expect, it } from "vitest";
import { csv } from "../../src/data/csv.js";
import { CsvScanner, type CsvEncoding } from "../../src/data/formats/csvScanner.js";
import { holdsSample } from "../../src/data/table/layout.js";
import { fullOptions, type CsvOptions } from "../../src/data/table/options.js";
import { RowReader } from "../../src/data/table/rows.js";
import { init } from "../../src/runtime/init.js";

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const scannerOf = (text: string, encoding?: CsvEncoding): CsvScanner => new CsvScanner("f", utf8(text), ",", encoding, false); // prettier-ignore

/** The rows of pieces, each with its line, and the error at their end. */
function rowsOf(pieces: readonly Uint8Array<ArrayBuffer>[], encoding?: CsvEncoding): unknown[] {
  const [first, ...left] = pieces;
  const seen: unknown[] = [];
  try {
    const scanner = new CsvScanner("f", first, ",", encoding, false);
    for (;;) {
      if (scanner.next())
        seen.push([scanner.line, ...Array.from({ length: scanner.count }, (_, i) => scanner.text(i))]); // prettier-ignore
      else if (scanner.isWhole) return seen;
      else scanner.append(left.shift());
    }
  } catch (error) {
    return [...seen, String(error)];
  }
}

/** A Blob whose pieces are these texts, and how many of them have been read. */
class Texts extends Blob {
  taken = 0;
  readonly #texts: readonly string[];

  constructor(texts: readonly string[]) {
    super();
    this.#texts = texts;
  }

  override get size(): number {
    return this.taken < this.#texts.length ? Infinity : 0;
  }

  override slice(): Blob {
    return new Blob([this.#texts[this.taken++]]);
  }
}

describe("a text cut at every byte", () => {
  it.each<[string, string, CsvEncoding?]>([
    ["every line end, lines without fields, quotes", 'a,"b"\r\n\r\n"c\r\nd","e""f"\r"",\r\r"g\n"\n\n\nh,"i,"\r\n\r\n'],
    ["characters of one to four bytes", "a,é\n\"€\",\"é😀\"\r\n😀,\ufeff\n"],
    ["a byte order mark", '\ufeff"é",b\r\nc,"\ufeff"'],
    ["a quoted field that does not end", 'a,b\n"c\r\n\r\n""'],
    ["text behind a quote", 'a\r\n\n"b"\r\n"c"d\n'],
    ["windows-1252", "a,\u0080\r\n\"\u00e9\",b", "windows-1252"],
  ])("%s: the same rows, lines and errors", (_, text, encoding) => {
    const all = utf8(text);
    const whole = rowsOf([all], encoding);
    for (let at = 3; at <= all.length; at++) expect(rowsOf([all.slice(0, at), all.slice(at)], encoding)).toEqual(whole); // a byte order mark comes in one piece
    const single = Array.from(all.subarray(3), (byte) => Uint8Array.of(byte));
    expect(rowsOf([all.slice(0, 3), ...single], encoding)).toEqual(whole);
  }); // prettier-ignore

  it("bytes that are not UTF-8 are found on their line", () => {
    const all = Uint8Array.from("a\r\n\né\n", (one) => one.charCodeAt(0)); // é is 0xe9 alone
    for (let at = 3; at <= all.length; at++)
      expect(rowsOf([all.slice(0, at), all.slice(at)]).at(-1)).toMatch(/line 3, column 1: the bytes are not UTF-8/);
  });
});

describe("what a scanner holds", () => {
  it("a row is there once the byte behind its line end is, quoted or not", () => {
    for (const row of ["a,b", '"a","b"', 'a,"b"', '"a",b', '"",""']) {
      for (const end of ["\n", "\r", "\r\n"]) {
        expect(scannerOf(row + end.slice(0, 1)).next()).toBe(false);
        const scanner = scannerOf(`${row}${end}"`);
        expect([scanner.next(), scanner.count, scanner.left, scanner.next()]).toEqual([true, 2, 1, false]);
      }
    }
  });

  it("left counts the bytes that are not yet read", () => {
    const scanner = scannerOf("ab\nc\r\nd");
    const left = [scanner.left];
    while (scanner.next()) left.push(scanner.left);
    scanner.append(utf8("e\nf"));
    left.push(scanner.left);
    expect(left).toEqual([7, 4, 1, 4]);
    expect(scanner.bytes).toEqual(utf8("de\nf"));
  });

  it("all 32 bytes from 0x80 to 0x9f of windows-1252", () => {
    const bytes = Uint8Array.from({ length: 34 }, (_, i) => 0x7f + i);
    const scanner = new CsvScanner("f", bytes, ",", "windows-1252");
    expect([scanner.next(), scanner.text(0)]).toEqual([true, "\x7f€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ\xa0"]); // prettier-ignore
  });
});

describe("holdsSample: what the layout is guessed from has been read", () => {
  const holds = (text: string): boolean => holdsSample(scannerOf(`${text}1`)); // a byte behind the last row

  it("100 rows", () => {
    expect([99, 100, 101, 500].map((rows) => holds("1,2\n".repeat(rows)))).toEqual([false, true, true, true]);
  });

  it("or 65,536 fields below the first row", () => {
    const row = (width: number): string => `${"1,".repeat(width - 1)}1\n`;
    expect(holds(row(65_536))).toBe(false);
    expect(holds(row(65_535).repeat(2))).toBe(false);
    expect(holds(row(65_536).repeat(2))).toBe(true);
    expect(holds(row(32_768).repeat(2))).toBe(false);
    expect(holds(row(32_768).repeat(3))).toBe(true);
  });

  it("or all there is; the scanner is before the first row then", () => {
    const scanner = scannerOf("a\nb");
    expect(holdsSample(scanner)).toBe(false);
    scanner.append(undefined);
    expect([holdsSample(scanner), scanner.next(), scanner.text(0), scanner.line]).toEqual([true, true, "a", 1]);
  });
});

describe("RowReader keeps the values in pieces", () => {
  const piecesOf = (rows: number, S: number): number[] => {
    const scanner = new CsvScanner("f", utf8("1\n".repeat(rows)), ",");
    const slots = Array.from({ length: S }, () => ({ column: 0, form: "number", missing: "error" }) as const);
    const reader = new RowReader("f", scanner, { header: false, names: ["0"], slots, features: S }, fullOptions("f", {}));
    reader.read();
    return reader.rows().pieces.map(({ length }) => length / S);
  }; // prettier-ignore

  it("of 64 rows, then of as many as there are", () => {
    expect([64, 65, 128, 129, 300].map((rows) => piecesOf(rows, 3))).toEqual([[64], [64, 64], [64, 64], [64, 64, 128], [64, 64, 128, 256]]); // prettier-ignore
  });

  it("of 262,144 values at most", () => {
    expect(piecesOf(33, 2 ** 13)).toEqual([32, 32]);
  });
});

describe("a Blob is read no further than is needed", () => {
  beforeAll(() => init());

  /** How many pieces csv takes before it refuses them, and why. */
  async function readUntilRefused(texts: readonly string[], options: CsvOptions): Promise<[number, string]> {
    const blob = new Texts(texts);
    const error = await csv(blob, options).catch((reason: unknown) => reason);
    return [blob.taken, (error as Error).message];
  }
  const more = Array<string>(20).fill("2\n".repeat(100));

  it("for the sample: 100 rows", async () => {
    const unknown = { target: "none", header: true };
    const message: unknown = expect.stringContaining('unknown column; expected one of ["a"]');
    for (const [rows, pieces] of [
      [99, 2],
      [100, 1],
      [101, 1],
    ])
      // prettier-ignore
      expect(await readUntilRefused(["a\n" + "1\n".repeat(rows - 1) + "1", ...more], unknown)).toEqual([pieces, message]);
  });

  it("for an error: no more than the piece it is in", async () => {
    const first = `a,b\n${"1,2\n".repeat(150)}`;
    const others = Array<string>(20).fill('"1",2\n'.repeat(30));
    for (const row of ["1,x\n", '"1",x\n', '"1","x"\n'])
      expect(await readUntilRefused([first, row + others[0], ...others], { target: "b" })).toEqual([
        2,
        expect.stringMatching(/line 152, column 2 \("b"\): not a number/),
      ]);
  });
});
