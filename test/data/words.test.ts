/** The table of a column's words: a string is made of each spelling once, and words that collide stay apart. */
import { describe, expect, it } from "vitest";
import type { CsvScanner } from "../../src/data/formats/csvScanner.js";
import { Words } from "../../src/data/table/words.js";

const refuse = (word: string): never => {
  throw new Error(`refused ${word}`);
};

/** Fields end to end, the byte behind each another one; `numbers` numbers them all and counts the strings it makes. */
function fieldsOf(spellings: readonly string[], doubled: readonly number[] = []) {
  const places: [number, number][] = [];
  let all = "";
  for (const [i, one] of spellings.entries()) {
    places.push([all.length, all.length + one.length]);
    all += one + ",\n;\t"[i % 4];
  }
  const bytes = new TextEncoder().encode(all);
  let strings = 0;
  const hasDoubled = Uint8Array.from(spellings, (_, i) => doubled[i] ?? 0);
  const scanner = {
    bytes,
    doubled: hasDoubled,
    text(field: number, start: number, end: number) {
      strings++;
      const text = all.slice(start, end);
      return hasDoubled[field] === 1 ? text.replaceAll('""', '"') : text;
    },
  } as unknown as CsvScanner;
  const numbers = (words: Words, from = 0, to = places.length) => {
    strings = 0;
    const found = places.slice(from, to).map(([start, end], i) => words.number(scanner, from + i, start, end));
    return { found, strings };
  };
  return { numbers };
}

const newWords = (known?: readonly string[]): Words =>
  new Words({ op: "f", hint: "", refuse, ...(known && { known }) });

describe("Words", () => {
  it("makes a string of each of 3,000 spellings once, however often and in whatever order they come", () => {
    const spellings = Array.from({ length: 3000 }, (_, i) => "w".repeat(i % 5) + String(i * 7919));
    const words = newWords();
    const { numbers } = fieldsOf([...spellings, "x", ...spellings.toReversed()]);
    const once = numbers(words, 0, 3000);
    expect(once).toEqual({ found: spellings.map((_, i) => i), strings: 3000 });
    // eleven did not find a place in the table within eight steps, and "x" is new
    expect(numbers(words, 3000)).toEqual({ found: [3000, ...once.found.toReversed()], strings: 12 });
  });

  it("nine words that begin at one place: eight are in the table, the ninth is a string each time", () => {
    const nine = ["v17", "v25", "v85", "v102", "v175", "v192", "v230", "v249", "v284"];
    const words = newWords();
    expect(fieldsOf(nine).numbers(words)).toEqual({ found: [0, 1, 2, 3, 4, 5, 6, 7, 8], strings: 9 });
    expect(fieldsOf(nine).numbers(words)).toEqual({ found: [0, 1, 2, 3, 4, 5, 6, 7, 8], strings: 1 });
  });

  it("no byte behind a word is compared, even where the next word begins with it", () => {
    const commas = fieldsOf(["a", ",x", "b", "c", "a"]); // the spellings "a,xbc", and a comma behind the last field
    expect(commas.numbers(newWords())).toEqual({ found: [0, 1, 2, 3, 0], strings: 4 });
  });

  it("words of one hash and one length are two", () => {
    const pair = ["1e56rtr", "0f94688"];
    expect(fieldsOf([...pair, ...pair]).numbers(newWords())).toEqual({ found: [0, 1, 0, 1], strings: 2 });
  });

  it("the same bytes with doubled quotes and without are two words", () => {
    const both = fieldsOf(['a""b', 'a""b', 'a""b'], [0, 1, 0]).numbers(newWords());
    expect(both).toEqual({ found: [0, 1, 0], strings: 2 });
    expect(fieldsOf(['a""b', 'a""b'], [1, 0]).numbers(newWords()).found).toEqual([0, 1]);
  });

  it("blanks beyond ASCII around a word do not make another of it", () => {
    expect(fieldsOf(["a", "\u00a0a"]).numbers(newWords()).found).toEqual([0, 0]);
  });

  it("of known words the number is their place; another is refused", () => {
    const words = newWords(["b", "a"]);
    expect(fieldsOf(["a", "b", "a"]).numbers(words).found).toEqual([1, 0, 1]);
    expect(() => fieldsOf(["c"]).numbers(words)).toThrow("refused c");
  });
});
