/** Byte pairs: the same merges as a plain count of all pairs, the way back, files, what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { bytePairsFrom, fitBytePairs, loadBytePairs, translationPairs } from "../../../src/data/text/index.js";
import { readText } from "../../../src/data/text/readText.js";
import { DataError, UsageError } from "../../../src/errors.js";
import { init } from "../../../src/index.js";
import { sharedData } from "../../support/sharedData.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-byte-pairs-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Merges by counting all pairs of all words anew each time. Words are separated by blanks, which belong to the next word. */
function plainMerges(text: string, most: number): [number, number][] {
  let words = (text.match(/ ?[^ ]+/g) ?? []).map((word) => Array.from(new TextEncoder().encode(word)));
  const merges: [number, number][] = [];
  while (merges.length < most) {
    const counts = new Map<string, number>();
    for (const word of words)
      for (let i = 1; i < word.length; i++) {
        const pair = `${word[i - 1]} ${word[i]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    const pairs = [...counts].map(([pair, count]) => ({ count, pair: pair.split(" ").map(Number) }));
    pairs.sort((a, b) => b.count - a.count || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1]);
    if (pairs.length === 0 || pairs[0].count < 2) break;
    const [left, right] = pairs[0].pair;
    merges.push([left, right]);
    words = words.map((word) => {
      const merged: number[] = [];
      for (let i = 0; i < word.length; i++)
        if (word[i] === left && word[i + 1] === right) {
          merged.push(255 + merges.length);
          i++;
        } else merged.push(word[i]);
      return merged;
    });
  }
  return merges;
}

describe("byte pairs", () => {
  it("begin with the most frequent pair: we 8 times, lo 7 times, and of those with 6 the one with the least byte", () => {
    const pairs = fitBytePairs("low low low low low lower lower newest newest newest newest newest newest", {
      maxTokens: 1 + 256 + 3,
    });
    expect(Array.from({ length: 3 }, (_, i) => pairs.unitOf(257 + i))).toEqual(["we", "lo", " n"]);
    expect(Array.from(pairs.encode("lowest"), (token) => pairs.unitOf(token))).toEqual(["lo", "we", "s", "t"]);
  });

  it("are merged as by counting all pairs anew each time, on texts of few letters", () => {
    const text = fc
      .array(fc.stringMatching(/^[abcé]{1,7}$/), { minLength: 1, maxLength: 40 })
      .map((words) => words.join(" "));
    fc.assert(
      fc.property(text, (words) => {
        expect(fitBytePairs(words, { maxTokens: 257 + 30 }).toJSON().merges).toEqual(plainMerges(words, 30));
      }),
      { numRuns: 200 },
    );
  });

  it("a training text is encoded by the merges in their order: as many tokens as symbols are left after learning", () => {
    const text = "aaab aab aaaab abab baab";
    const pairs = fitBytePairs(text, { maxTokens: 300 });
    const left = pairs.toJSON().merges.length;
    expect(left).toBeGreaterThan(2);
    expect(pairs.encode(text).length).toBeLessThan(text.length);
    expect(pairs.decode(pairs.encode(text))).toBe(text);
  });

  it("every text comes back, of known characters or not, with blanks, marks and emoji", () => {
    const pairs = fitBytePairs("tiếng Việt, tiếng Anh", { maxTokens: 300, marks: ["<begin>", "<end>"] });
    const one = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(one, (text) => {
        expect(pairs.decode(pairs.encode(text))).toBe(text);
      }),
      { examples: [["\uFEFF tiếng\u0301  \r\n\t<begin>"], ["\u{1f468}\u200d\u{1f469}"], [" "], [""], ["a  b"]] },
    );
  });

  it("no token of a text is padding or a mark, and those decode to nothing and to their names", () => {
    const pairs = fitBytePairs("a b", { maxTokens: 300, marks: ["<begin>", "<end>"] });
    expect([pairs.tokenOf("<begin>"), pairs.tokenOf("<end>"), pairs.tokenOf("a")]).toEqual([1, 2, undefined]);
    expect(Math.min(...pairs.encode("\0<begin>"))).toBe(3);
    expect(pairs.decode([1, 0, ...pairs.encode("hé"), 2, 0])).toBe("<begin>hé<end>");
    expect([pairs.unitOf(0), pairs.unitOf(2), pairs.unitOf(3 + 0xc3)]).toEqual(["", "<end>", "\uFFFD"]);
  });

  it("half of a character beyond U+FFFF becomes U+FFFD", () => {
    const pairs = fitBytePairs("a", { maxTokens: 257 });
    expect(pairs.decode(pairs.encode("a\ud83d!"))).toBe("a\uFFFD!");
  });

  it("lower-cased and in one normal form, NFD and NFC texts have the same tokens", () => {
    const pairs = fitBytePairs("Tiếng Việt", { maxTokens: 300, lower: true, normalForm: "NFC" });
    expect(pairs.encode("TIẾNG việt".normalize("NFD"))).toEqual(pairs.encode("tiếng Việt"));
    expect(pairs.decode(pairs.encode("Tiếng".normalize("NFD")))).toBe("tiếng");
    const apart = fitBytePairs("Tiếng", { maxTokens: 300 });
    expect(apart.encode("Tiếng".normalize("NFD"))).not.toEqual(apart.encode("Tiếng"));
  });

  it("split sources and targets of translation pairs", async () => {
    await init();
    const source = fitBytePairs("ein haus", { maxTokens: 300 });
    const target = fitBytePairs("a house", { maxTokens: 300, marks: ["<begin>", "<end>"] });
    const { x, y } = translationPairs(["ein haus"], ["a house"], { source, target });
    expect(target.decode(x[1].toTypedArray())).toBe("<begin>a house");
    expect(target.decode(y.toTypedArray())).toBe("a house<end>");
  });

  it("saved and read back they are the same; JSON.parse of JSON.stringify, too", async () => {
    const pairs = fitBytePairs("low lower lowest", { maxTokens: 270, marks: ["<end>"], normalForm: "NFD" });
    const path = join(folder, "pairs.json");
    await pairs.save(path);
    const again = await loadBytePairs(path);
    expect(again.toJSON()).toEqual(pairs.toJSON());
    expect(again.encode("slowest")).toEqual(pairs.encode("slowest"));
    expect(bytePairsFrom(JSON.parse(JSON.stringify(pairs))).size).toBe(pairs.size);
  });
});

describe("refused", () => {
  it.each<[unknown, unknown, string]>([
    ["", { maxTokens: 300 }, "text.fitBytePairs: the texts are empty; expected at least one character, got none."],
    [[], { maxTokens: 300 }, "the texts are empty"],
    [7, { maxTokens: 300 }, "texts are missing"],
    [["a", 7], { maxTokens: 300 }, "texts must be strings"],
    ["a", { maxTokens: 256 }, "maxTokens is out of range; expected an integer in [257, 16777216], got 256."],
    ["a", {}, "maxTokens is missing"],
    ["a", { maxTokens: 300, minCount: 0 }, "minCount is out of range"],
    ["a", { maxTokens: 300, marks: ["x", "x"] }, "marks is invalid"],
    ["a", { maxTokens: 300, normalForm: "NFKC" }, 'normalForm is unknown; expected "NFC" or "NFD", got "NFKC".'],
    ["a", { maxTokens: 300, lower: 1 }, "lower"],
    ["a", { maxTokens: 300, merges: 3 }, "unknown option"],
  ])("fitBytePairs(%j, %j)", (texts, options, text) => {
    const fit = (): unknown => fitBytePairs(texts as string, options as never);
    expect(fit).toThrow(UsageError);
    expect(fit).toThrow(text);
  });

  it("tokens outside the vocabulary, and what is no text", () => {
    const pairs = fitBytePairs("a", { maxTokens: 257 });
    expect(() => pairs.decode([257])).toThrow(
      "text.decode: unknown token; expected an integer 0 ≤ token < 257, got 257.",
    );
    expect(() => pairs.unitOf(-1)).toThrow("unknown token");
    expect(() => pairs.encode(7 as never)).toThrow("text.encode: not a text");
  });

  const good = fitBytePairs("low lower lowest", { maxTokens: 270 }).toJSON();
  const doubling = Array.from({ length: 40 }, (_, i): [number, number] => (i === 0 ? [97, 97] : [255 + i, 255 + i]));
  it.each<[string, object]>([
    ["format", { ...good, format: "lanegrad tokenizer" }],
    ["lower", { ...good, lower: 1 }],
    ["normalForm", { ...good, normalForm: "NFKC" }],
    ["marks", { ...good, marks: ["a", "a"] }],
    ["merges", { ...good, merges: 3 }],
    ["merge 0", { ...good, merges: [[256, 97]] }],
    ["merge 1", { ...good, merges: [[97, 98], [97]] }],
    ["merge 0", { ...good, merges: [[97, -1]] }],
    ["a merge that stands twice", { ...good, merges: [[97, 98], [97, 98]] }], // prettier-ignore
    ["merge 8 with a token of 512 bytes", { ...good, merges: doubling }],
  ])("damaged JSON: %s", (text, value) => {
    expect(() => bytePairsFrom(value)).toThrow(DataError);
    expect(() => bytePairsFrom(value)).toThrow(text);
  });

  it("a file that is no JSON", async () => {
    writeFileSync(join(folder, "no.json"), "{");
    await expect(loadBytePairs(join(folder, "no.json"))).rejects.toThrow("these are not saved byte pairs");
  });
});

const shakespeare = sharedData("tinyshakespeare", "input.txt");
it.skipIf(shakespeare === undefined)(
  "1.1 MB of Shakespeare: 4,000 tokens are learnt in 2 s, and the text comes back",
  async () => {
    const text = await readText(shakespeare!);
    const start = process.cpuUsage();
    const pairs = fitBytePairs(text, { maxTokens: 4000 });
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(2);
    expect(pairs.size).toBe(4000);
    const tokens = pairs.encode(text);
    expect(tokens.length).toBeLessThan(0.35 * text.length);
    expect(pairs.decode(tokens)).toBe(text);
  },
);
