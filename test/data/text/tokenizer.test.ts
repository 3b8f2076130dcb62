/** Tokens of characters and words: order, cuts, the way back, files, what is refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { fitTokenizer, loadTokenizer, tokenizerFrom } from "../../../src/data/text/index.js";
import { readText } from "../../../src/data/text/readText.js";
import { DataError, UsageError } from "../../../src/errors.js";
import { sharedData } from "../../support/sharedData.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-text-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("characters", () => {
  it("are numbered by frequency, equals by code point, after padding and unknown", () => {
    const tokenizer = fitTokenizer("banana bb", { unit: "characters" });
    expect([tokenizer.size, tokenizer.unknown]).toEqual([6, 1]);
    expect(["a", "b", "n", " ", "x"].map((unit) => tokenizer.tokenOf(unit))).toEqual([2, 3, 4, 5, undefined]);
    expect([...tokenizer.encode("nab?")]).toEqual([4, 2, 3, 1]);
    expect(tokenizer.decode([0, 0, 4, 2, 3, 1])).toBe("nab\uFFFD");
  });

  it("without padding and unknown count from 0, and another character is an error", () => {
    const tokenizer = fitTokenizer("abb", { unit: "characters", padding: false, unknown: false });
    expect([tokenizer.size, tokenizer.unknown]).toEqual([2, undefined]);
    expect([...tokenizer.encode("ba")]).toEqual([0, 1]);
    expect(() => tokenizer.encode("bac")).toThrow(
      'text.encode: unit 2 is not in the vocabulary; expected one of 2 characters, got "c". Fit the tokenizer on a text that has it, or with unknown: true.',
    );
    expect(() => tokenizer.encode("c")).toThrow(DataError);
  });

  it("equals beyond U+FFFF come after U+FF5E, as code points do and UTF-16 units do not", () => {
    const { units } = fitTokenizer("\u{1f600}\uff5ea\u{10000}", { unit: "characters" }).toJSON();
    expect(units).toEqual(["a", "\uff5e", "\u{10000}", "\u{1f600}"]);
  });

  it("are code points: every text of known ones comes back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        const tokenizer = fitTokenizer(text, { unit: "characters" });
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
        expect(tokenizer.encode(text).length).toBe(Array.from(text).length);
      }),
    );
  });

  it("may be lower-cased", () => {
    expect(fitTokenizer("aA", { unit: "characters", lower: true }).size).toBe(3);
    expect(fitTokenizer("aA", { unit: "characters" }).size).toBe(4);
  });
});

describe("normalForm", () => {
  const [composed, apart] = ["Tiếng Việt", "Tiếng Việt".normalize("NFD")];

  it("NFC gives a text in NFD the tokens that it has in NFC; NFD takes letters and marks apart", () => {
    const tokenizer = fitTokenizer(apart, { unit: "characters", normalForm: "NFC" });
    expect(tokenizer.encode(apart)).toEqual(tokenizer.encode(composed));
    expect(tokenizer.decode(tokenizer.encode(apart))).toBe(composed);
    const letters = fitTokenizer(composed, { unit: "characters", normalForm: "NFD" });
    expect(letters.encode(composed).length).toBe(apart.length);
    expect(fitTokenizer([composed, apart], { unit: "words", normalForm: "NFC" }).size).toBe(4);
  });

  it("without it the two forms of a word are two words", () => {
    expect(fitTokenizer([composed, apart], { unit: "words" }).size).toBe(6);
  });

  it("is saved with the tokenizer, and another one is refused", () => {
    const tokenizer = fitTokenizer(composed, { unit: "characters", normalForm: "NFC" });
    const again = tokenizerFrom(JSON.parse(JSON.stringify(tokenizer)));
    expect(again.encode(apart)).toEqual(tokenizer.encode(composed));
    expect(() => tokenizerFrom({ ...tokenizer.toJSON(), normalForm: "NFKC" })).toThrow('normalForm "NFKC"');
    expect(() => fitTokenizer("a", { unit: "words", normalForm: "nfc" as never })).toThrow(
      'text.fitTokenizer: normalForm is unknown; expected "NFC" or "NFD", got "nfc".',
    );
  });
});

describe("words", () => {
  const texts = ["The cat, the dog.", "the cat's (tail)\tand\nthe -- dog"];

  it("are what Keras's tokenizer makes: lower case, punctuation is blank, the apostrophe stays", () => {
    const tokenizer = fitTokenizer(texts, { unit: "words" });
    expect(tokenizer.toJSON().units).toEqual(["the", "dog", "and", "cat", "cat's", "tail"]);
    expect([...tokenizer.encode("The bird, and THE dog!")]).toEqual([2, 1, 4, 2, 3]);
    expect(tokenizer.decode([2, 5, 0, 1])).toBe("the cat \uFFFD");
  });

  it("rarer than minCount, or beyond maxTokens, are unknown", () => {
    expect(fitTokenizer(texts, { unit: "words", minCount: 2 }).toJSON().units).toEqual(["the", "dog"]);
    const cut = fitTokenizer(texts, { unit: "words", maxTokens: 3 });
    expect([cut.size, cut.toJSON().units]).toEqual([3, ["the"]]);
  });

  it("are cut by the filters that are given, special characters of expressions too", () => {
    const tokenizer = fitTokenizer("a]b^c-d\\e.f[g", { unit: "words", filters: "]^-\\[" });
    expect(tokenizer.toJSON().units).toEqual(["a", "b", "c", "d", "e.f", "g"]);
    const { units } = fitTokenizer("a\u{1f600}b c\u{1f601}d", { unit: "words", filters: "\u{1f600}" }).toJSON();
    expect(units).toEqual(["a", "b", "c\u{1f601}d"]); // another picture of the same first half
    expect(fitTokenizer("A, b", { unit: "words", filters: "", lower: false }).toJSON().units).toEqual(["A,", "b"]);
  });
});

describe("files", () => {
  it("a saved tokenizer is the same again", async () => {
    for (const tokenizer of [
      fitTokenizer("Xin chào\n", { unit: "characters", unknown: false }),
      fitTokenizer("to be or not to be", { unit: "words", minCount: 2, filters: "o" }),
    ]) {
      const path = join(folder, "tokenizer.json");
      await tokenizer.save(path);
      const again = await loadTokenizer(path);
      expect(again.toJSON()).toEqual(tokenizer.toJSON());
      expect([again.size, again.unknown]).toEqual([tokenizer.size, tokenizer.unknown]);
      expect(tokenizerFrom(JSON.parse(JSON.stringify(tokenizer))).toJSON()).toEqual(tokenizer.toJSON());
    }
  });

  const whole = JSON.stringify(fitTokenizer("to be or not to be", { unit: "words" }));
  it.each<[string, string]>([
    ["", "no JSON (Unexpected end of JSON input)"],
    [whole.slice(0, -7), "no JSON ("],
    [whole.replace("not", "\uDC80"), "no JSON ("], // which the test writes as a byte that is no UTF-8
    ["null", "format undefined"],
    ["[]", "format undefined"],
    ['{"format":"safetensors"}', 'format "safetensors"'],
    [whole.replace('"words"', '"bytes"'), 'unit "bytes"'],
    [whole.replace('"padding":true', '"padding":1'), "lower, padding or unknown is not true or false"],
    [whole.replace('"lower":true', '"lower":1'), "lower, padding or unknown is not true or false"],
    [whole.replace('"not"', '""'), "units ["],
    [whole.replace(/"filters":".*?_/, '"filters":["a"],"_":"'), 'filters ["a"]'],
    [whole.replace('"not"', "7"), "units ["],
    [whole.replace('"not"', '"be"'), "a unit stands twice"],
    [whole.replace(/"units":\[.*\]/, '"units":[]'), "units []"],
  ])("a damaged one is a DataError: %s", async (text, got) => {
    const bytes = Uint8Array.from(Array.from(text, (letter) => letter.charCodeAt(0) & 255));
    const loading = loadTokenizer(bytes);
    await expect(loading).rejects.toThrow(DataError);
    await expect(loading).rejects.toThrow(
      `text.loadTokenizer: this is not a saved tokenizer, or it is damaged; expected what save wrote, got ${got}`,
    );
  });

  it("whatever is changed in a saved one, it is a tokenizer or a DataError", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.string({ maxLength: 2 }), async (at, put) => {
        const bytes = new TextEncoder().encode(whole.slice(0, at) + put + whole.slice(at + 1));
        await loadTokenizer(bytes).then(
          (tokenizer) => expect(tokenizer.size).toBeGreaterThan(0),
          (error: unknown) => expect(error).toBeInstanceOf(DataError),
        );
      }),
    );
  });
});

describe("is refused:", () => {
  const fit = (options: object, texts: string | string[] = "a b") =>
    fitTokenizer(texts, { unit: "words", ...options } as never);
  it.each<[string, () => unknown]>([
    [
      'text.fitTokenizer: unit is unknown; expected "characters" or "words", got "bytes".',
      () => fit({ unit: "bytes" }),
    ],
    ["text.fitTokenizer: minCount is out of range; expected an integer in [1, ∞), got 0.", () => fit({ minCount: 0 })],
    [
      "text.fitTokenizer: maxTokens is out of range; expected an integer in [3, ∞), got 2.",
      () => fit({ maxTokens: 2 }),
    ],
    ["text.fitTokenizer: lower has the wrong type; expected true or false, got 1.", () => fit({ lower: 1 })],
    [
      'text.fitTokenizer: filters is invalid; expected none for characters, got ".".',
      () => fit({ unit: "characters", filters: "." }),
    ],
    [
      "text.fitTokenizer: filters is invalid; expected a string of the characters that separate words, got 1.",
      () => fit({ filters: 1 }),
    ],
    ["text.fitTokenizer: minCount and maxTokens need", () => fit({ unknown: false, maxTokens: 5 })],
    [
      "text.fitTokenizer: minCount and maxTokens need a token for rare units; expected unknown: true, got unknown: false.",
      () => fit({ unknown: false, minCount: 2 }),
    ],
    [
      "text.fitTokenizer: the vocabulary is empty; expected words in the texts, got 0 different words.",
      () => fit({}, " ."),
    ],
    [
      "text.fitTokenizer: the vocabulary is empty; expected words in the texts, got 2 different words.",
      () => fit({ minCount: 2 }),
    ],
    ["text.fitTokenizer: unknown option", () => fit({ numWords: 2 })],
    ["text.decode: unknown token; expected an integer 0 ≤ token < 4, got 4.", () => fit({}).decode([0, 4])],
    ["text.decode: unknown token; expected an integer 0 ≤ token < 4, got -1.", () => fit({}).decode([-1])],
    ["text.decode: unknown token; expected an integer 0 ≤ token < 4, got 1.5.", () => fit({}).decode([1.5])],
  ])("%s", (text, call) => {
    expect(call).toThrow(text);
    expect(call).toThrow(UsageError);
  });
});

describe("readText", () => {
  it("reads plain and gzipped UTF-8, without a byte-order mark", async () => {
    const { gzipSync } = await import("node:zlib");
    const bytes = new TextEncoder().encode("\uFEFFhoà bình\n");
    for (const source of [bytes, new Uint8Array(gzipSync(bytes)), new Blob([bytes])]) {
      expect(await readText(source)).toBe("hoà bình\n");
    }
    const path = join(folder, "a.txt");
    writeFileSync(path, bytes);
    expect(await readText(path)).toBe("hoà bình\n");
  });

  it("inflates to no more than maxBytes", async () => {
    const { gzipSync } = await import("node:zlib");
    const bytes = new Uint8Array(gzipSync("a".repeat(1000)));
    expect(await readText(bytes, { maxBytes: 1000 })).toHaveLength(1000);
    await expect(readText(bytes, { maxBytes: 999 })).rejects.toThrow("maxBytes");
  });

  it.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "text.readText: the text is empty; expected UTF-8, got 0 bytes."],
    ["Latin-1", Uint8Array.of(0x68, 0xe0, 0x6f), "text.readText: the file is not UTF-8; expected UTF-8, got 3 bytes."],
    ["half a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0), "text.readText: the gzip file is cut short"],
  ])("%s is a DataError", async (_, bytes, text) => {
    await expect(readText(bytes)).rejects.toThrow(text);
    await expect(readText(bytes)).rejects.toThrow(DataError);
  });
});

const shakespeare = sharedData("tinyshakespeare", "input.txt");
it.skipIf(shakespeare === undefined)("Shakespeare has 65 characters and comes back from its tokens", async () => {
  const text = await readText(shakespeare!);
  const tokenizer = fitTokenizer(text, { unit: "characters", padding: false, unknown: false });
  expect([text.length, tokenizer.size]).toEqual([1_115_394, 65]);
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(readFileSync(shakespeare!, "utf8"));
});

const vietnamese = sharedData("vietnamese", "viwiki-valid.txt.gz");
it.skipIf(vietnamese === undefined)(
  "Vietnamese text: words of the training text, characters with their marks",
  async () => {
    const text = await readText(vietnamese!);
    expect(new TextEncoder().encode(text).length).toBe(653_024);
    const characters = fitTokenizer(text, { unit: "characters" });
    expect(characters.tokenOf("ệ")).toBeGreaterThan(1);
    expect(characters.decode(characters.encode(text))).toBe(text);
    const words = fitTokenizer(text, { unit: "words", minCount: 5 });
    expect(words.encode("người Việt Nam").every((token) => token > 1)).toBe(true);
  },
);
