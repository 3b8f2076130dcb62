/**
 * Files of word vectors: those of gensim and of the word2vec program, written here by hand, are read; ours are these byte for byte; what is wrong is said with
 * its place.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../../src/index.js";
import { WordVectors, loadWordVectors } from "../../src/words/index.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-words-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))))); // prettier-ignore

// 1, −2.5, 0.1 and 3·10⁻⁶, little-endian.
const [one, minusTwoAndAHalf, tenth, small] = [[0, 0, 128, 63], [0, 0, 32, 192], [205, 204, 204, 61], [156, 83, 73, 54]]; // prettier-ignore
const vectors = new WordVectors(["the", "việt"], Float32Array.of(1, -2.5, 0.1, 3e-6));

const text = bytes("2 2\nthe 1 -2.5\nviệt 0.1 0.000003\n");
const gensimText = bytes("2 2\nthe 1.0 -2.5\nviệt 0.1 3e-06\n");
const word2vecText = bytes("2 2\nthe 1.000000 -2.500000 \nviệt 0.100000 0.000003 \n");
const gensimBinary = bytes("2 2\nthe ", one, minusTwoAndAHalf, "việt ", tenth, small);
const word2vecBinary = bytes("2 2\nthe ", one, minusTwoAndAHalf, "\nviệt ", tenth, small, "\n");

describe("loadWordVectors", () => {
  it.each([
    ["our text", text],
    ["gensim's text", gensimText],
    ["the word2vec program's text, blanks before its line ends", word2vecText],
    ["text with Windows's line ends", bytes(Buffer.from(gensimText).toString().replaceAll("\n", "\r\n"))],
    ["text without a last line end", gensimText.slice(0, -1)],
    ["gensim's binary file", gensimBinary],
    ["the word2vec program's binary file, line breaks between words", word2vecBinary],
    ["a gzipped file", new Uint8Array(gzipSync(gensimText))],
    ["a gzipped binary file", new Uint8Array(gzipSync(word2vecBinary))],
  ])("reads %s", async (_, file) => {
    const read = await loadWordVectors(file);
    expect(read.words).toEqual(vectors.words);
    expect(read.matrix).toEqual(vectors.matrix);
    expect(read.dimensions).toBe(2);
  });

  it("takes a binary file whose first number holds a line break for what it is, and the format that is asked for", async () => {
    const file = bytes("1 1\na ", [10, 0, 128, 63]);
    expect((await loadWordVectors(file)).matrix[0]).toBeCloseTo(1, 5);
    expect((await loadWordVectors(bytes("1 1\na ", [49, 50, 51, 52]), { format: "binary" })).matrix[0]).toBeGreaterThan(
      0,
    );
    expect([...(await loadWordVectors(bytes("1 1\na ", [49, 50, 51, 52]))).matrix]).toEqual([1234]);
  });

  const sevenLines = ["6 3", ...["a", "b", "c", "d", "e"].map((word) => `${word} 1 2 3`), "f 1 2"].join("\n");
  const header =
    'the first line is no header; expected two numbers ≥ 1, how many words there are and how many numbers each has, such as "30000 100"';
  it.each<[string, Uint8Array<ArrayBuffer>, string, string?]>([
    ["another dimension on line 7", bytes(sevenLines), "line 7 has 2 numbers; expected 3, as the first line says."],
    [
      "too many numbers",
      bytes("2 2\na 1 2\nb c 1 2\n"),
      "line 3 has 3 numbers; expected 2, as the first line says. A word may not have a blank in it.",
    ],
    [
      "too few lines",
      bytes("3 2\na 1 2.00\nb 1 2.00\n"),
      "the file is cut short; expected 3 words, as the first line says, got 2.",
    ],
    [
      "too many lines",
      bytes("1 2\na 1 2\nb 1 2\n"),
      "the file goes on after its last word; expected 1 words, as the first line says, got more at byte 10.",
    ],
    [
      "a word twice",
      bytes("2 1\na 1\na 2\n"),
      'a word stands twice; expected different words, got "a" as line 2 and 3.',
    ],
    ["no word", bytes("2 1\na 1\n 2\n"), "line 3 has no word; expected a word in front of its numbers."],
    [
      "a number that is none",
      bytes("2 2\na 1 2\nb 1 x\n"),
      'number 2 of line 3 cannot be read; expected a finite number, got "x".',
    ],
    ["NaN", bytes("1 2\na nan 1\n"), 'number 1 of line 2 cannot be read; expected a finite number, got "nan".'],
    [
      "a number too large for float32",
      bytes("1 1\na 1e39\n"),
      'number 1 of line 2 cannot be read; expected a finite number, got "1e39".',
    ],
    ["no UTF-8", bytes("1 1\n", [255], " 1\n"), "line 2 is not UTF-8; expected UTF-8."],
    ["0 bytes", bytes(), `${header}, got 0 bytes.`],
    [
      "no header, as GloVe has it",
      bytes("the 1 2\n"),
      `${header}, got "the 1 2". Files of GloVe have no such line; put it in front.`,
    ],
    ["no words", bytes("0 5\n"), `${header}, got "0 5".`],
    ["a header alone", bytes("2 2"), `${header}, got "2 2".`],
    [
      "a size that the file cannot have",
      bytes("999999999999 999999999\na 1\n"),
      "the file is cut short, or its first line is wrong; expected at least",
    ],
    [
      "a binary file cut short in a number",
      gensimBinary.slice(0, -1),
      "the file is cut short; expected 2 words with 2 numbers each, as the first line says, got 1 whole ones in 30 bytes.",
    ],
    [
      "a binary file cut short in a word",
      bytes("2 2\nthe ", one, minusTwoAndAHalf, "verylongword"),
      "the file is cut short; expected 2 words with 2 numbers each",
    ],
    [
      "a binary file with more bytes",
      bytes("1 1\na ", one, "x"),
      "the file goes on after its last word; expected 1 words, as the first line says, got more at byte 10.",
    ],
    [
      "a binary file with a word twice",
      bytes("2 1\na ", one, "a ", one),
      'a word stands twice; expected different words, got "a" as word 1 and 2.',
    ],
    [
      "a binary file with an infinite number",
      bytes("1 1\na ", [0, 0, 128, 127]),
      "number 1 of word 1 is not finite; expected a finite number, got Infinity. Is it a binary file, and its first line right?",
    ],
    [
      "a binary file with a word that is not UTF-8",
      bytes("1 1\n", [255], " ", one),
      "word 1, at byte 4, is not UTF-8; expected UTF-8.",
    ],
  ])("refuses %s", async (_, file, error) => {
    await expect(loadWordVectors(file)).rejects.toThrow(`words.loadWordVectors: ${error}`);
  });

  it("refuses wrong options, paths to nothing and overlarge files", async () => {
    await expect(loadWordVectors(text, { format: "glove" as never })).rejects.toThrow(
      'unknown format; expected "text" or "binary", got "glove".',
    );
    await expect(loadWordVectors(text, { binary: true } as never)).rejects.toThrow("unknown option");
    await expect(loadWordVectors(join(folder, "nothing"))).rejects.toThrow("words.loadWordVectors: ");
    await expect(loadWordVectors(new Uint8Array(gzipSync(text)), { maxBytes: 5 })).rejects.toThrow(
      "the inflated file is too large",
    );
  });
});

describe("WordVectors.save", () => {
  it("writes text as gensim reads it, and its binary file byte for byte, leaving no temporary file", async () => {
    await vectors.save(join(folder, "v.txt"));
    await vectors.save(join(folder, "v.bin"), { format: "binary" });
    expect(new Uint8Array(readFileSync(join(folder, "v.txt")))).toEqual(text);
    expect(new Uint8Array(readFileSync(join(folder, "v.bin")))).toEqual(gensimBinary);
    expect(readdirSync(folder).sort()).toEqual(["v.bin", "v.txt"]);
  });

  it.each(["text", "binary"] as const)(
    "as %s: 3000 numbers of all magnitudes come back bit for bit",
    async (format) => {
      const random = new Random(5);
      const words = Array.from({ length: 300 }, (_, i) => `word${i}`);
      const matrix = Float32Array.from(
        { length: 3000 },
        () => random.uniform(-1, 1) * 10 ** random.integer(60) * 1e-30,
      );
      matrix.set([0, -0, 3.4028234663852886e38, 1e-45, 1, 16777217, 0.3, -1e21]);
      const path = join(folder, `many.${format}`);
      await new WordVectors(words, matrix).save(path, { format });
      const read = await loadWordVectors(path);
      expect(new Int32Array(read.matrix.buffer)).toEqual(new Int32Array(matrix.buffer));
      expect(read.words).toEqual(words);
    },
  );

  it("refuses words with blanks, and an unknown format", async () => {
    const path = join(folder, "never");
    for (const word of ["new york", "a\n", "\ud800"]) {
      await expect(new WordVectors([word], Float32Array.of(1)).save(path)).rejects.toThrow(
        "words.WordVectors.save: a word cannot be written",
      );
    }
    await expect(vectors.save(path, { format: "glove" as never })).rejects.toThrow("unknown format");
    expect(readdirSync(folder)).not.toContain("never");
  });
});
