/** Reviews from a folder, from Keras's npz and from a mirror: the same data; encoding; what is damaged, by text. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findImdb, imdb, reviewWordsFrom, type Reviews } from "../../src/data/index.js";
import { encodeRanks } from "../../src/data/text/index.js";
import { DataError, LanegradError, UsageError } from "../../src/errors.js";
import { numpyFile } from "../support/files/numpyFiles.js";
import { writeZip } from "../support/files/zip.js";
import { sharedData } from "../support/sharedData.js";
import "../support/engine.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lanegrad-imdb-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const uint32 = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
const plain = ({ x, y }: Reviews): object => ({ x: x.map((tokens) => [...tokens]), y: [...y.toTypedArray()] });

/** What the npz of the fixture holds, in Keras's order and encoding. */
const files: Readonly<Record<string, Uint8Array>> = {
  "train-tokens.u32le.gz": new Uint8Array(gzipSync(uint32(1, 8, 8, 9, 10, 1, 4, 303, 70003, 1, 5))),
  "train-offsets.u32le": uint32(0, 5, 9, 11),
  "train-labels.u8": Uint8Array.of(1, 1, 0),
  "test-tokens.u32le": uint32(1, 88587, 1, 12, 11),
  "test-offsets.u32le": uint32(0, 2, 5),
  "test-labels.u8": Uint8Array.of(1, 0),
  "imdb_word_index.json": new TextEncoder().encode('{"the": 1, "film": 2, "good": 5}'),
};

function write(replaced: Readonly<Record<string, Uint8Array | undefined>> = {}): void {
  for (const [name, bytes] of Object.entries({ ...files, ...replaced }))
    if (bytes) writeFileSync(join(folder, name), bytes);
}

describe("reviews", () => {
  it("are the same from a folder and from Keras's npz, stored or compressed, path or bytes", async () => {
    write();
    const fromFolder = await imdb({ dir: folder });
    expect(plain(fromFolder.train)).toEqual({
      x: [
        [1, 8, 8, 9, 10],
        [1, 4, 303, 70003],
        [1, 5],
      ],
      y: [1, 1, 0],
    });
    expect(plain(fromFolder.test)).toEqual({
      x: [
        [1, 88587],
        [1, 12, 11],
      ],
      y: [1, 0],
    });
    const path = join(folder, "imdb.npz");
    writeFileSync(path, numpyFile("stored"));
    for (const npz of [path, numpyFile("stored"), numpyFile("compressed"), new Blob([numpyFile("stored")])]) {
      const { train, test, words } = await imdb({ npz });
      expect([plain(train), plain(test), words]).toEqual([plain(fromFolder.train), plain(fromFolder.test), undefined]);
    }
    expect(fromFolder.train.classNames).toEqual(["negative", "positive"]);
  });

  it("with numWords have every other token as 2; options are Keras's", async () => {
    const { train } = await imdb({ npz: numpyFile("stored"), numWords: 9 });
    expect(plain(train)).toEqual({
      x: [
        [1, 8, 8, 2, 2],
        [1, 4, 2, 2],
        [1, 5],
      ],
      y: [1, 1, 0],
    });
    const other = { startToken: null, indexFrom: 0, unknownToken: null, numWords: 7, skipTop: 2 };
    expect((await imdb({ npz: numpyFile("stored"), ...other })).train.x.map((tokens) => [...tokens])).toEqual([
      [5, 5, 6],
      [],
      [2],
    ]);
  });

  it("can be read, and texts become tokens", async () => {
    write();
    const { words } = await imdb({ dir: folder, numWords: 8 });
    expect([...words!.encode("The film, GOOD!")]).toEqual([1, 4, 5, 2]);
    expect(words!.decode([0, 0, 1, 4, 5, 2])).toBe("the film ?");
    expect(words!.count("The film, GOOD, unheard-of!")).toEqual({ words: 5, known: 2 });
    const again = reviewWordsFrom(JSON.parse(JSON.stringify(words)));
    expect(again.ranks.size).toBe(2); // the token of "good" would be 8
    expect([...again.encode("The film, GOOD!")]).toEqual([1, 4, 5, 2]);
    expect(again.toJSON()).toEqual(words!.toJSON());
    const rare = (await imdb({ dir: folder, skipTop: 5 })).words!;
    expect(rare.count("the film GOOD")).toEqual({ words: 3, known: 2 }); // the tokens are 4, 5 and 8
    const npz = numpyFile("stored");
    const beside = await imdb({ npz, wordIndex: files["imdb_word_index.json"], numWords: 8 });
    expect(beside.words!.toJSON()).toEqual(words!.toJSON());
  });

  it("of a folder without an index of words have no words", async () => {
    write({ "imdb_word_index.json": undefined });
    const { train, words } = await imdb({ dir: folder });
    expect([train.x.length, words]).toEqual([3, undefined]);
  });

  it("are found as plain files, in a folder imdb inside and in the cache; never where a file is missing", async () => {
    const cache = mkdtempSync(join(folder, "cache-"));
    const inner = join(cache, "imdb");
    expect([await findImdb(folder), await findImdb(undefined, cache), await findImdb(inner)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    write({ "test-labels.u8": undefined });
    expect(await findImdb(folder)).toBeUndefined();
    write();
    expect(await findImdb(folder)).toEqual({ dir: folder });
    mkdirSync(inner);
    writeFileSync(join(inner, "imdb.npz"), numpyFile("stored"));
    const npz = { npz: join(inner, "imdb.npz") };
    expect([await findImdb(cache), await findImdb(undefined, cache)]).toEqual([npz, npz]);
  });

  it("of an npz: rank 0 is no word, negative ranks are refused, also if only one is", async () => {
    const load = (...lists: number[][]) => {
      const ascii = (text: string): number[] => [...Buffer.from(text)];
      const int = (value: number): number[] => [0x4a, ...new Uint8Array(Int32Array.of(value).buffer)];
      const items = lists.flatMap((list) => [0x5d, 0x28, ...list.flatMap(int), 0x65]);
      const pickle = [...ascii("cnumpy.core.multiarray\n_reconstruct\n)R(NNNN](")].concat(items, ascii("etb."));
      const npy = (type: string, contents: readonly number[]): Uint8Array => {
        const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${lists.length},), }`;
        return Uint8Array.from([0x93, ...ascii("NUMPY"), 1, 0, header.length, 0, ...ascii(header), ...contents]);
      };
      const files = ["train", "test"].flatMap((part) => [
        { name: `x_${part}.npy`, bytes: npy("|O", pickle) },
        { name: `y_${part}.npy`, bytes: npy("|u1", lists.map(() => 1)) },
      ]); // prettier-ignore
      return imdb({ npz: writeZip(files) });
    };
    expect([...(await load([0, 5])).train.x[0]]).toEqual([1, 2, 8]);
    await expect(load([-1, 5], [6])).rejects.toThrow("datasets.imdb: review 0 of train has a negative rank;");
    await expect(load([6], [5, -1])).rejects.toThrow("datasets.imdb: review 1 of train has a negative rank;");
    await expect(load([-1, 5])).rejects.toThrow(DataError);
  });

  it("may inflate to no more than maxBytes", async () => {
    await expect(imdb({ npz: numpyFile("compressed"), maxBytes: 100 })).rejects.toThrow(DataError);
    await expect(imdb({ npz: numpyFile("compressed"), maxBytes: 100 })).rejects.toThrow("maxBytes");
    write();
    await expect(imdb({ dir: folder, maxBytes: 20 })).rejects.toThrow("maxBytes");
  });

  it("of a folder with imdb.npz come with the index of words beside it", async () => {
    writeFileSync(join(folder, "imdb.npz"), numpyFile("stored"));
    expect(await findImdb(folder)).toEqual({ npz: join(folder, "imdb.npz") });
    writeFileSync(join(folder, "imdb_word_index.json"), files["imdb_word_index.json"]);
    expect(await findImdb(folder)).toEqual({
      npz: join(folder, "imdb.npz"),
      wordIndex: join(folder, "imdb_word_index.json"),
    });
  });

  it.each<[string, unknown]>([
    ["format undefined", {}],
    ['format "x"', { format: "x" }],
    ["format undefined", null],
    ["ranks null and options Object", { format: "lanegrad review words", ranks: null, options: {} }],
    ["ranks undefined and options Object", { format: "lanegrad review words", options: {} }],
    ['0 as the rank of "a"', { format: "lanegrad review words", ranks: { a: 0 }, options: {} }],
    ['option "words"', { format: "lanegrad review words", ranks: { a: 1 }, options: { words: 1 } }],
    ["datasets.reviewWordsFrom: numWords is out of range;", { format: "lanegrad review words", ranks: { a: 1 }, options: { numWords: 0 } }], // prettier-ignore
  ])("words that were saved otherwise are refused: %s", (got, value) => {
    expect(() => reviewWordsFrom(value)).toThrow(DataError);
    expect(() => reviewWordsFrom(value)).toThrow(
      `datasets.reviewWordsFrom: this is not a saved ReviewWords; expected what ReviewWords.toJSON gave, got ${got}`,
    );
  });
});

describe("encodeRanks, as keras.datasets.imdb.load_data", () => {
  it.each<[object, number[]]>([
    [{}, [1, 4, 8, 103, 2]],
    [{ numWords: 100 }, [1, 4, 8, 2, 2]],
    [{ skipTop: 5 }, [2, 2, 8, 103, 2]], // Keras makes the start token unknown as well
    [{ startToken: null, indexFrom: 0 }, [1, 5, 100, 2]],
    [{ unknownToken: null, skipTop: 5 }, [8, 103]],
    [{ unknownToken: 0, numWords: 7 }, [1, 4, 0, 0, 0]],
    [{ startToken: 0 }, [0, 4, 8, 103, 2]],
    [{ startToken: 7, unknownToken: 9, numWords: 100, indexFrom: 1 }, [7, 2, 6, 9, 9]],
  ])("%j", (options, tokens) => {
    expect([...encodeRanks([1, 5, 100, 0], options)]).toEqual(tokens);
  });

  it.each<[object, string]>([
    [{ numWords: 0 }, "text.encodeRanks: numWords is out of range; expected an integer in [1, 2147483647], got 0."],
    [{ skipTop: -1 }, "text.encodeRanks: skipTop is out of range; expected an integer in [0, 2147483647], got -1."],
    [
      { startToken: 0.5 },
      "text.encodeRanks: startToken is out of range; expected an integer in [0, 2147483647], got 0.5.",
    ],
    [
      { numWords: 2 },
      "text.encodeRanks: unknownToken is outside the vocabulary; expected unknownToken < numWords = 2, got 2.",
    ],
    [{ num_words: 2 }, "text.encodeRanks: unknown option"],
  ])("%j is refused", (options, text) => {
    expect(() => encodeRanks([1], options)).toThrow(text);
    expect(() => encodeRanks([1], options)).toThrow(UsageError);
  });
});

describe("bad input", () => {
  it.each<[string, Readonly<Record<string, Uint8Array | undefined>>, string]>([
    [
      "a file that is missing",
      { "test-labels.u8": undefined },
      "expected test-labels.u8, each with or without .gz, got [",
    ],
    [
      "labels cut short",
      { "train-labels.u8": Uint8Array.of(1, 1) },
      "train-offsets.u32le is damaged; expected 3 offsets that rise from 0 (2 labels), got 4 offsets.",
    ],
    [
      "a label 2",
      { "train-labels.u8": Uint8Array.of(1, 2, 0) },
      "a train label is out of range; expected 0 or 1, got 2 as label 1.",
    ],
    [
      "a first label that is wrong",
      { "train-labels.u8": Uint8Array.of(2, 1, 0) },
      "a train label is out of range; expected 0 or 1, got 2 as label 0.",
    ],
    [
      "a token 2³¹",
      { "test-tokens.u32le": uint32(1, 2 ** 31, 1, 12, 11) },
      "review 0 of test is damaged; expected 1, then tokens > 3, got token 1 is 2147483648.",
    ],
    [
      "an index that is no UTF-8",
      { "imdb_word_index.json": Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d) },
      "imdb_word_index.json is damaged",
    ],
    [
      "an index that is a list",
      { "imdb_word_index.json": new TextEncoder().encode("[1]") },
      'index.json is damaged; expected JSON as {"the": 1, …}, got [1].',
    ],
    ["an index that is a number", { "imdb_word_index.json": new TextEncoder().encode("3") }, "got 3."],
    ["an index that is null", { "imdb_word_index.json": new TextEncoder().encode("null") }, "got null."],
    [
      "no reviews",
      {
        "train-labels.u8": new Uint8Array(0),
        "train-offsets.u32le": uint32(0),
        "train-tokens.u32le.gz": new Uint8Array(gzipSync(new Uint8Array(0))),
      },
      "train is empty; expected reviews, got none.",
    ],
    [
      "offsets cut short",
      { "train-offsets.u32le": uint32(0, 5, 9).subarray(0, 11) },
      "train-offsets.u32le is cut short; expected 4 bytes a number, got 11.",
    ],
    ["offsets that fall", { "train-offsets.u32le": uint32(0, 9, 5, 11) }, "got 5 as offset 2."],
    ["offsets that begin elsewhere", { "train-offsets.u32le": uint32(1, 5, 9, 11) }, "got 1 as offset 0."],
    [
      "offsets beyond the tokens",
      { "test-offsets.u32le": uint32(0, 2, 6) },
      "test-tokens.u32le has the wrong size; expected 24 bytes, as the offsets say, got 20.",
    ],
    [
      "an offset of 4 billion",
      { "train-offsets.u32le": uint32(0, 5, 9, 4294967295) },
      "train-tokens.u32le.gz: the inflated size is wrong; expected 17179869180 bytes, got a file of ",
    ],
    [
      "tokens cut short",
      { "train-tokens.u32le.gz": files["train-tokens.u32le.gz"].subarray(0, 20) },
      "train-tokens.u32le.gz: the gzip file is cut short",
    ],
    [
      "a review that does not begin",
      { "test-tokens.u32le": uint32(4, 88587, 1, 12, 11) },
      "review 0 of test is damaged; expected 1, then tokens > 3, got token 0 is 4.",
    ],
    [
      "a token 3",
      { "test-tokens.u32le": uint32(1, 88587, 1, 3, 11) },
      "review 1 of test is damaged; expected 1, then tokens > 3, got token 1 is 3.",
    ],
    [
      "a review without tokens",
      { "test-offsets.u32le": uint32(0, 0, 5) },
      "review 0 of test is damaged; expected 1, then tokens > 3, got no tokens.",
    ],
    [
      "no JSON",
      { "imdb_word_index.json": Uint8Array.of(0x7b) },
      'imdb_word_index.json is damaged; expected JSON as {"the": 1, …}, got Expected',
    ],
    ["a rank 0", { "imdb_word_index.json": new TextEncoder().encode('{"a": 0}') }, 'got 0 as the rank of "a".'],
  ])("%s is a DataError", async (_, replaced, text) => {
    write(replaced);
    const loading = imdb({ dir: folder });
    await expect(loading).rejects.toThrow(text);
    await expect(loading).rejects.toThrow(/^datasets\.imdb: /);
    await expect(loading).rejects.toThrow(DataError);
  });

  it("options that are wrong, and a folder that is not there", async () => {
    await expect(imdb({ dir: folder, npz: "x" })).rejects.toThrow(
      "datasets.imdb: both dir and npz are given; expected one of them.",
    );
    await expect(imdb({ dir: folder, wordIndex: "index.json" })).rejects.toThrow(
      "datasets.imdb: wordIndex is given without npz; expected both or neither.",
    );
    await expect(imdb({ maxlen: 3 } as never)).rejects.toThrow("datasets.imdb: unknown option");
    await expect(imdb({ mirrors: [] })).rejects.toThrow("datasets.imdb: mirrors must be a list of addresses");
    await expect(imdb({ numWords: 0 })).rejects.toThrow(UsageError);
    await expect(imdb({ dir: join(folder, "none") })).rejects.toThrow("cannot be read");
    await expect(imdb({ npz: join(folder, "none.npz") })).rejects.toThrow("does not exist");
  });

  it("a mirror that has something else is named, and nothing stays in the cache", async () => {
    const { startMirror } = await import("../support/mirror.js");
    const mirror = await startMirror({ "imdb.npz": new Uint8Array(3) });
    await expect(imdb({ cache: folder, mirrors: [mirror.url("good")] })).rejects.toThrow(
      "datasets.imdb: imdb.npz could not be downloaded; expected 17464789 bytes",
    );
    expect(readdirSync(folder)).toEqual(["imdb"]);
    expect(readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)))).toEqual([]);
    await mirror.close();
  });

  it("an npz that was changed or cut anywhere is read or refused", async () => {
    const whole = numpyFile("stored");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 3 }),
        fc.nat(whole.length),
        async (changes, length) => {
          const bytes = length % 4 === 0 ? whole.slice(0, length) : whole.slice();
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          await imdb({ npz: bytes }).catch((error: unknown) => expect(error).toBeInstanceOf(LanegradError));
        },
      ),
      { numRuns: 200 },
    );
  });
});

const real = sharedData("imdb");
it.skipIf(real === undefined)(
  "the real reviews are Keras's: numbers, lengths, labels, the first of them in words",
  async () => {
    const { train, test, words } = await imdb({ dir: real!, numWords: 10_000 });
    expect([train.x.length, test.x.length]).toEqual([25_000, 25_000]);
    expect(train.x.slice(0, 8).map(({ length }) => length)).toEqual([218, 189, 141, 550, 147, 43, 123, 562]);
    expect(test.x.slice(0, 10).map(({ length }) => length)).toEqual([68, 260, 603, 181, 108, 132, 761, 180, 134, 370]);
    expect([...train.y.toTypedArray().subarray(0, 10)]).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 1, 0]);
    expect(train.x.reduce((sum, { length }) => sum + length, 0) / 25_000).toBeCloseTo(238.71364, 5);
    expect([...train.x[0].subarray(0, 10)]).toEqual([1, 14, 22, 16, 43, 530, 973, 1622, 1385, 65]);
    expect(train.x.every((tokens) => tokens.every((token) => token < 10_000))).toBe(true);
    expect(words!.decode(train.x[0].subarray(0, 10))).toBe(
      "this film was just brilliant casting location scenery story",
    );
    expect([...words!.encode("This film was just brilliant casting!")]).toEqual([...train.x[0].subarray(0, 7)]);
    expect(readFileSync(join(real!, "train-labels.u8")).length).toBe(25_000);
  },
);
