/** Tables as people have them: words among the numbers, gaps, decimal commas, no header, other encodings. Rows and quotes are csv.test.ts's business. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { csv, parseCsv } from "../../src/data/csv.js";
import { float32FromDecimal } from "../../src/data/formats/decimals.js";
import { invalidUtf8 } from "../../src/data/formats/utf8.js";
import { isDecimal } from "../../src/data/labels.js";
import type { CsvOptions, MissingRule } from "../../src/data/table/options.js";
import { DataError, LanegradError, UsageError } from "../../src/errors.js";
import { init } from "../../src/runtime/init.js";

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const houses = "rooms,city,price\n3,Rome,10\n5,Bern,NA\n?,Rome,14\n4,,12\n";

describe("columns of words", () => {
  it("become a feature of 0 and 1 for each word, named city=Bern", () => {
    const { features, featureNames, columns, classNames } = parseCsv("a,city\n1,Rome\n2,Bern\n3,Rome\n", {
      text: "oneHot",
    });
    expect(featureNames).toEqual(["a", "city=Bern", "city=Rome"]);
    expect([...features]).toEqual([1, 0, 1, 2, 1, 0, 3, 0, 1]);
    expect(classNames).toEqual([]);
    expect(columns[1]).toEqual({ name: "city", form: "oneHot", words: ["Bern", "Rome"], filled: 0, fill: undefined });
  });

  it("or one feature with the number of the word", () => {
    const { features, featureNames } = parseCsv("a,city\n1,Rome\n2,Bern\n3,Rome\n", { text: "index" });
    expect([featureNames, [...features]]).toEqual([["a", "city"], [1, 1, 2, 0, 3, 1]]); // prettier-ignore
  });

  it("each by its name: numbers may be words as well", () => {
    const { features, featureNames, columns } = parseCsv("zip,n\n8000,1\n3000,2\n8000,3\n", {
      text: { zip: "oneHot" },
    });
    expect(featureNames).toEqual(["zip=3000", "zip=8000", "n"]);
    expect([...features]).toEqual([0, 1, 1, 1, 0, 2, 0, 1, 3]);
    expect(columns.map(({ form }) => form)).toEqual(["oneHot", "number"]);
  });

  it("are found where one of the first 100 rows holds a word", () => {
    const rows = (word: number): string =>
      Array.from({ length: 200 }, (_, i) => (i === word ? "12a" : "12")).join("\n");
    const header = "house\n";
    expect(parseCsv(header + rows(98), { text: "index" }).columns[0].words).toEqual(["12", "12a"]);
    expect(() => parseCsv(header + rows(99), { text: "index" })).toThrow(
      'datasets.parseCsv: line 101, column 1 ("house"): not a number; expected a finite float32, got "12a". ' +
        'The first 100 rows held no words here. If it is a column of words: text: { "house": "index" }.',
    );
  });

  it("are looked for in no more than about 65,536 fields", () => {
    const row = (width: number, last: string): string => `${"1,".repeat(width - 1)}${last}\n`;
    for (const width of [65_536, 40_000]) {
      const rows = row(width, "1").repeat(width === 40_000 ? 3 : 2) + row(width, "x");
      expect(() => parseCsv(rows, { header: false, text: "index" })).toThrow("not a number");
    }
    const seen = row(40_000, "1").repeat(2) + row(40_000, "x");
    expect(parseCsv(seen, { header: false, text: "index" }).columns.at(-1)!.words).toEqual(["1", "x"]);
  });

  it("without a header may begin in the first row", () => {
    const options: CsvOptions = { header: false, text: "index" };
    expect(parseCsv("x\n1\n2\n", options).columns[0].words).toEqual(["1", "2", "x"]);
    expect(parseCsv("1\n2\n", options).columns[0]).toMatchObject({ form: "number", words: [] });
  });

  it("quotes, doubled quotes and blanks around a word do not make another of it", () => {
    const { columns, features } = parseCsv('w\na\n"a"\n a \n"b""c"\nb"c\n', { text: "index" });
    expect([columns[0].words, [...features]]).toEqual([["a", 'b"c'], [0, 0, 0, 1, 1]]); // prettier-ignore
  });

  it("hold any number of words, those of one hash included", () => {
    const words = Array.from({ length: 20_000 }, (_, i) => `w${(i * 7919) % 20_000}`);
    const { columns, features } = parseCsv(`w\n${words.join("\n")}\n${words.join("\n")}\n`, { text: "index" });
    const found = [...features].map((n) => columns[0].words[n]);
    expect(found).toEqual([...words, ...words]);
  });

  it("a word of the hash of a longer one that begins with it is another word", () => {
    const words = ["abltvyafme", "ab", "abntflamkk", "ab"]; // found by going backwards from the hash of "ab"
    const { columns, features } = parseCsv(`w\n${words.join("\n")}\n`, { text: "index" });
    expect([...features].map((n) => columns[0].words[n])).toEqual(words);
  });

  it("a column that turns to text on line 90,000 is named with line and column", () => {
    const text = `a,b\n${"1,2\n".repeat(89_998)}1,two\n`;
    expect(() => parseCsv(text, { text: "oneHot" })).toThrow('line 90000, column 2 ("b"): not a number');
    expect(() => parseCsv(text)).toThrow('line 90000, column 2 ("b"): not a number');
  });
});

describe("missing values", () => {
  it.each<[MissingRule, number[], unknown[]]>([
    ["mean", [3, 1, 5, 0, 4, 1, 4, 1], [4, "Rome"]],
    ["median", [3, 1, 5, 0, 4, 1, 4, 1], [4, "Rome"]],
    ["mostFrequent", [3, 1, 5, 0, 3, 1, 4, 1], [3, "Rome"]],
  ])("%s: numbers take it, words the most frequent word", (missing, values, fills) => {
    const { features, columns } = parseCsv(houses, { features: ["rooms", "city"], text: "index", missing });
    expect([...features]).toEqual(values);
    expect(columns.map(({ fill }) => fill)).toEqual(fills);
    expect(columns.map(({ filled }) => filled)).toEqual([1, 1]);
  });

  it("a rule for each column by name; rows are left out and counted", () => {
    const { features, targets, skipped, rows } = parseCsv(houses, {
      target: "price",
      text: "index",
      missing: { price: "skip", rooms: "mean", city: "mostFrequent" },
    });
    expect([rows, skipped, [...targets], [...features]]).toEqual([3, 1, [10, 14, 12], [3, 0, 3.5, 0, 4, 0]]);
  });

  it("the median of an even number of values lies between the two in the middle", () => {
    expect(parseCsv("a\n1\n2\n4\n100\n?\n", { missing: "median" }).features[4]).toBe(3);
    expect(parseCsv("a\n1\n4\n100\n?\n", { missing: "median" }).features[3]).toBe(4);
  });

  it("the mean is not the median; the most frequent value is, wherever its rows stand, and the smallest of equals", () => {
    const last = (text: string, missing: MissingRule): number =>
      parseCsv(`a\n${text}\n?\n`, { missing }).features.at(-1)!;
    expect([last("1\n2\n6", "mean"), last("6\n1\n2", "median")]).toEqual([3, 2]);
    expect(
      ["3\n1\n2\n1", "1\n1\n2", "2\n1\n2\n1", "5\n3\n3", "1\n2\n2\n3\n3\n3"].map((text) => last(text, "mostFrequent")),
    ).toEqual([1, 1, 1, 3, 3]);
  });

  it("stand between any blanks, and are compared to their last letter", () => {
    const read = (field: string, missingValues = ["", "NA"]): number[] => [
      ...parseCsv(`a\n${field}\n1\n`, { missing: "mean", missingValues }).features,
    ];
    for (const field of [" NA ", "\tNA\f", '"\rNA\r"', '"\n\vNA"', '""', " "]) expect(read(field)).toEqual([1, 1]);
    for (const field of ["NB", "MA", "NAN", "N", "\u0001NA", "NA\u000e"])
      expect(() => read(field)).toThrow("not a number");
    expect(read("x", [" x "])).toEqual([1, 1]);
    expect(read('""', [""])).toEqual([1, 1]);
    expect(() => read('""', ["x"])).toThrow("not a number");
    expect(read("\u00a05")).toEqual([5, 1]);
  });

  it("may be an error in the labels, and left out elsewhere", () => {
    const options: CsvOptions = { labels: "k", missing: { k: "error", a: "skip" } };
    expect(parseCsv("a,k\n1,x\n,y\n", options).classNames).toEqual(["x"]);
  });

  it("the mean of float32's largest numbers is finite", () => {
    expect(parseCsv("a\n3e38\n3e38\nNA\n", { missing: "mean" }).features[2]).toBe(Math.fround(3e38));
  });

  it("a word of a row that is left out is no class", () => {
    const { columns, classNames } = parseCsv("w,n,k\na,1,x\nb,,y\n", { text: "index", missing: "skip", labels: "k" });
    expect([columns[0].words, classNames]).toEqual([["a"], ["x"]]);
  });

  it("are what missingValues says", () => {
    expect([...parseCsv("a\n-999\n1\n", { missing: "mean", missingValues: ["-999"] }).features]).toEqual([1, 1]);
    expect(parseCsv("land\nNA\nDE\n", { text: "index", missingValues: [""] }).columns[0].words).toEqual(["DE", "NA"]);
  });

  it.each<[string, string, CsvOptions, string]>([
    ["by default an error", houses, { features: ["city"], text: "index" }, 'line 5, column 2 ("city"): the field is empty. With missing: "skip"'],
    ["that names what stands there", houses, { features: [0] }, 'line 4, column 1 ("rooms"): the value is missing ("?").'],
    ["a target is never filled in", houses, { target: "price", features: [0], missing: "mean" }, 'line 3, column 3 ("price"): the value is missing ("NA"). With missing: "skip" such rows are left out.'],
    ["nor are labels", "a,k\n1,x\n2,\n", { labels: "k", missing: "mostFrequent" }, 'line 3, column 2 ("k"): the field is empty.'],
    ["a column without values", "a,b\n,1\n,2\n", { missing: "mean" }, 'datasets.parseCsv: column 1 ("a") has no values to fill the missing ones from. Leave the column out of the features.'],
    ["other words for nothing", "a\n1\nNaN\n", {}, 'If it stands for a missing value: missingValues: ["", "NA", "?", "NaN"].'],
    ["all rows are left out", "a\n?\nNA\n", { missing: "skip" }, "datasets.parseCsv: no rows; expected at least one below the header, got 0, 2 of 2 left out."],
  ])("%s", (_, text, options, expected) => {
    expect(() => parseCsv(text, options)).toThrow(DataError);
    expect(() => parseCsv(text, options)).toThrow(expected);
  }); // prettier-ignore
});

describe("the header", () => {
  it.each<[string, string, CsvOptions, boolean, readonly string[]]>([
    ["words above numbers", "a,b\n1,2\n", {}, true, ["a", "b"]],
    ["numbers from the first row on", "1,2\n3,4\n", {}, false, ["0", "1"]],
    ["years above numbers, and one word", "id,2019,2020\n1,5,6\n", {}, true, ["id", "2019", "2020"]],
    ["numbers and a name in each row", "5.1,setosa\n4.9,virginica\n", { labels: 1 }, false, ["0"]],
    ["gaps in the first row", "1,,3\n4,5,6\n", { missing: "mean" , features: [0]}, false, ["0"]],
    ["words above words", "city,land\nRome,IT\n", { text: "index" }, true, ["city", "land"]],
    ["a number of the first row that an option names", "2019,2020\n1,2\n", { target: "2020" }, true, ["2019"]],
    ["what the option says", "a,b\nc,d\n", { header: false, text: "index" }, false, ["0", "1"]],
    ["what the option says, also of numbers", "1,2\n3,4\n", { header: true }, true, ["1", "2"]],
  ])("%s: guessed and said", (_, text, options, header, names) => {
    const table = parseCsv(text, options);
    expect([table.header, table.featureNames]).toEqual([header, names]);
  }); // prettier-ignore

  it.each<[string, string, CsvOptions, boolean]>([
    ["a number that an option about missing values names", "2019,2020\n1,2\n", { missing: { 2019: "mean" } }, true],
    ["a number that an option about words names", "2019,2020\n1,2\n", { text: { 2019: "index" } }, true],
    ["a name between blanks that an option names", " 2019 ,2020\n1,2\n", { target: "2019" }, true],
    ["a word above nothing", "x,1\nNA,2\n", { features: [1] }, false],
    ["a word above words and numbers", "x,1\ny,2\n3,3\n", { features: [1] }, false],
    ["numbers between blanks, with a point", " 1.5 ,2\n3,4\n", {}, false],
    ["numbers with a decimal comma", "1,5;2\n3;4\n", { decimal: "," }, false],
  ])("%s: guessed", (_, text, options, header) => {
    expect(parseCsv(text, options).header).toBe(header);
  });

  it("names have no blanks around them", () => {
    expect(parseCsv(" a ,b\n1,2\n").featureNames).toEqual(["a", "b"]);
  });

  it("a file without one loses no row: 150 rows of iris are 150", () => {
    const iris = Array.from({ length: 150 }, (_, i) => `${i},1,2,3,${"abc"[i % 3]}\n`).join("");
    expect(parseCsv(iris, { labels: -1 }).rows).toBe(150);
  });
});

describe("numbers with a decimal comma", () => {
  it("stand between semicolons, or in quotes", () => {
    expect([...parseCsv("a;b\n1,5;-,25\n", { decimal: "," }).features]).toEqual([1.5, -0.25]);
    expect([...parseCsv('a,b\n"1,5",2\n', { decimal: ",", separator: "," }).features]).toEqual([1.5, 2]);
    expect([...parseCsv("a\n0,123456789012345678\n", { decimal: "," }).features]).toEqual([
      Math.fround(0.12345678901234568),
    ]);
    expect([...parseCsv("a\n0,9783695042133331\n", { decimal: "," }).features]).toEqual([
      Math.fround(0.9783695042133331), // 16 digits, which are read the slow way
    ]);
  });

  it.each<[string, CsvOptions, string]>([
    ["a;b\n1.5;2\n", { decimal: "," }, 'got "1.5". With decimal: "." it is one.'],
    ["a;b\n1,5;2\n", { separator: ";" }, 'got "1,5". With decimal: "," it is one.'],
    ["a;b\n1,5;2\n", { target: "b" }, 'Is the separator another? separator: ";".'],
    ["a\n1.234,5\n", { decimal: "," }, 'got "1.234,5".'],
    ["a\n1", { decimal: ";" as never }, 'decimal is invalid; expected "." or ",", got ";".'],
  ])("%j with %o is refused", (text, options, expected) => {
    expect(() => parseCsv(text, options)).toThrow(expected);
  });
});

describe("encodings", () => {
  const latin1 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (one) => one.charCodeAt(0));
  beforeAll(() => init());

  it("windows-1252 on demand", async () => {
    const { classNames } = await csv(latin1("a,k\n1,Z\xfcrich\n2,\x80\n"), { labels: "k", encoding: "windows-1252" });
    expect(classNames).toEqual(["Zürich", "€"]);
  });

  it("a file that begins as UTF-8 and goes on as another: line, column, byte and what to do", async () => {
    const mixed = new Uint8Array([...utf8("a,k\n1,Zürich\n2,Bern\n"), ...latin1("3,Z\xfcrich\n")]);
    await expect(csv(mixed, { labels: "k" })).rejects.toThrow(
      'datasets.csv: line 4, column 2: the bytes are not UTF-8; expected UTF-8 throughout, got 0xfc in "Z\ufffdrich". ' +
        'With encoding: "windows-1252" such a file is read, if all of it is of that encoding.',
    );
    await expect(csv(mixed, { target: "a", features: ["a"] })).rejects.toThrow("line 4, column 2"); // a column not in use
  });

  it("UTF-16 is told by its first bytes", async () => {
    await expect(csv(new Uint8Array([0xff, 0xfe, 0x61, 0]), { target: 0 })).rejects.toThrow(
      "datasets.csv: the encoding is another; expected UTF-8, got UTF-16. Save it as UTF-8.",
    );
  });

  it.each<[string, number[], number]>([
    ["an overlong form of three bytes", [0xe0, 0x9f, 0xbf], 0],
    ["the first character of three bytes", [0xe0, 0xa0, 0x80], -1],
    ["an overlong form of four bytes", [0x41, 0xf0, 0x8f, 0xbf, 0xbf], 1],
    ["the first character of four bytes", [0xf0, 0x90, 0x80, 0x80], -1],
    ["half a surrogate pair", [0xed, 0xa0, 0x80], 0],
    ["the last character before them", [0xed, 0x9f, 0xbf], -1],
    ["what is beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80], 0],
    ["the last character", [0xf4, 0x8f, 0xbf, 0xbf], -1],
  ])("invalidUtf8: %s", (_, bytes, at) => {
    expect(invalidUtf8(Uint8Array.from(bytes), 0, bytes.length)).toBe(at);
  });

  it("invalidUtf8 agrees with TextDecoder on any bytes", () => {
    const byte = fc.oneof(
      fc.constantFrom(0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.array(byte, { maxLength: 12 }), (any, chosen) => {
        for (const bytes of [any, Uint8Array.from(chosen)]) {
          let isValid = true;
          try {
            new TextDecoder("utf-8", { fatal: true }).decode(bytes);
          } catch {
            isValid = false;
          }
          expect(invalidUtf8(bytes, 0, bytes.length) === -1).toBe(isValid);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe("like: a table with the features of another", () => {
  const train = parseCsv("n,city,k\n1,Rome,yes\n3,Bern,no\n?,Rome,no\n", {
    labels: "k",
    text: "oneHot",
    missing: "mean",
  });

  it("has its columns, words, fills and labels, wherever they stand", () => {
    const test = parseCsv("k,city,n\nno,Rome,\nno,Rome,7\n", { labels: "k", like: train });
    expect(test.featureNames).toEqual(["n", "city=Bern", "city=Rome"]);
    expect([...test.features]).toEqual([2, 0, 1, 7, 0, 1]);
    expect([test.classNames, [...test.labels]]).toEqual([["no", "yes"], [0, 0]]); // prettier-ignore
  });

  it("with a word filled in, and blanks around the names", () => {
    const gaps = parseCsv("n,city\n1,Rome\n2,Rome\n3,\n", { text: "index", missing: "mostFrequent" });
    expect([...parseCsv(" n , city \n7,\n8,Rome\n", { like: gaps }).features]).toEqual([7, 0, 8, 0]);
    const two = parseCsv("n,city\n1,Bern\n2,Rome\n3,Rome\n4,\n", { text: "oneHot", missing: "mostFrequent" });
    expect([...parseCsv("n,city\n7,\n", { like: two }).features]).toEqual([7, 0, 1]);
  });

  it("has a header where the other had one and its names stand in the first row", () => {
    const numbers = parseCsv("1,2\n3,4\n");
    expect(parseCsv("5,6\n7,8\n", { like: numbers }).rows).toBe(2);
    const words = parseCsv("Rome\nBern\n", { header: false, text: "index" });
    expect(parseCsv("Bern\nRome\n", { like: words }).rows).toBe(2);
    for (const text of ["1,2\n3,4\n", "n,5\n1,2\n"])
      expect(() => parseCsv(text, { like: train })).toThrow(
        "columns of the table that this one is to be like are missing",
      );
  });

  it("says which names its first row lacks, or which separator it has", () => {
    const wrong =
      "datasets.parseCsv: columns of the table that this one is to be like are missing; expected a first row with the names";
    const fails = (text: string) => expect(() => parseCsv(text, { like: train }));
    fails("n,City\n1,Rome\n").toThrow(UsageError);
    fails("n,City\n1,Rome\n").toThrow(`${wrong} ["n", "city"], got ["n", "City"]. Missing: "city".`);
    fails(" n ,City\n1,Rome\n").toThrow('got ["n", "City"]. Missing: "city".');
    fails("1,Rome\n").toThrow('got ["1", "Rome"]. Missing: "n", "city".');
    fails("city;n\nRome;1\n").toThrow('got ["city;n"]. Is the separator another? separator: ";".');
  });

  it("of JSON too", () => {
    const saved = JSON.parse(JSON.stringify({ columns: train.columns, header: train.header })) as typeof train;
    expect([...parseCsv("city,n\nBern,\n", { like: saved }).features]).toEqual([2, 1, 0]);
  });

  it("labels that are numbers keep their class however they are written", () => {
    const one = parseCsv("a,k\n1,1\n2,2\n", { labels: "k" });
    expect([...parseCsv("a,k\n1,2.0\n2,01\n", { labels: "k", like: one }).labels]).toEqual([1, 0]);
  });

  it.each<[string, CsvOptions, string]>([
    ["n,city,k\n1,Oslo,no\n", { labels: "k" }, 'line 2, column 2 ("city"): an unknown word; expected one of ["Bern", "Rome"], got "Oslo".'],
    ["n,city,k\n1,Rome,maybe\n", { labels: "k" }, 'line 2, column 3 ("k"): an unknown word; expected one of ["no", "yes"], got "maybe".'],
    ["n,town\n1,Rome\n", { header: true }, 'unknown column; expected one of ["n", "town"] or a number, got "city".'],
    ["n,city\n1,?\n", {}, 'line 2, column 2 ("city"): the value is missing ("?").'],
    ["n,city\n1,Rome\n", { text: "index" }, "like is invalid; expected like, or features and text, not both"],
  ])("%j with %o is refused", (text, options, expected) => {
    expect(() => parseCsv(text, { ...options, like: train })).toThrow(expected);
  }); // prettier-ignore
});

describe("options that are wrong", () => {
  it.each<[CsvOptions, string]>([
    [{ text: "onehot" as never }, 'text is invalid; expected "oneHot" or "index", or one of them for each column by name, got "onehot".'],
    [{ text: { a: "words" as never } }, "text is invalid"],
    [{ text: { c: "index" } }, 'unknown column; expected one of ["a", "b"] or a number, got "c".'],
    [{ text: { b: "index" }, features: ["a"] }, 'text is about a column not in use; expected some of ["a"], got "b".'],
    [{ missing: { b: "skip" }, features: ["a"] }, "missing is about a column not in use"],
    [{ missing: { b: "mean" }, target: "b" }, 'labels and targets are never filled in; expected "error" or "skip", got "mean" for "b".'],
    [{ missingValues: "NA" as never }, 'missingValues is invalid; expected a list of strings, such as ["", "NA"], got "NA".'],
    [{ encoding: "latin1" as never }, 'encoding is invalid; expected "utf-8" or "windows-1252", got "latin1".'],
    [{ separator: "§" }, "separator is invalid; expected one character"],
    [{ separator: 5 as never }, "separator is invalid; expected one character, got 5."],
    [{ missing: null as never }, "missing is invalid"],
    [{ missing: 5 as never }, "missing is invalid"],
    [{ missing: [] as never }, "missing is invalid"],
    [{ missingValues: ["", 5] as never }, "missingValues is invalid"],
    [{ like: null as never }, "like is invalid; expected what csv or parseCsv returned, got null."],
    [{ like: parseCsv("a,b\n1,2\n"), features: ["a"] }, "like is invalid; expected like, or features and text, not both"],
    [{ like: 1 as never }, "like is invalid; expected what csv or parseCsv returned, got 1."],
    [5 as never, "the options must be an object"],
  ])("%o", (options, expected) => {
    expect(() => parseCsv("a,b\n1,2\n", options)).toThrow(UsageError);
    expect(() => parseCsv("a,b\n1,2\n", options)).toThrow(expected);
  }); // prettier-ignore

  it.each<[string, CsvOptions, string]>([
    ["a\tb\n1\t2\n", {}, 'separator: "\\t".'],
    ["a|b\n1|2\n", {}, 'separator: "|".'],
    ["a,b\n1,2\n", { separator: ";" }, 'separator: ",".'],
    ["ab\n1\n", {}, 'got "c".'],
    ['"a,b"\n1\n', {}, 'got "c".'],
    ["a;x,b\n1,2\n", {}, 'got "c".'],
  ])("%j has no column c: another separator is proposed only where it would help", (text, options, end) => {
    let error = "";
    try {
      parseCsv(text, { target: "c", header: true, ...options });
    } catch (thrown) {
      error = (thrown as Error).message;
    }
    expect(error.slice(-end.length)).toBe(end);
  });

  it.each<[string, CsvOptions, string]>([
    ["1e99", {}, "It is larger than any float32."],
    ["x", { target: "a", features: ["b"] }, "Class names are labels, not a target."],
    ...["nan", "N/A", "--", "..."].map((word): [string, CsvOptions, string] => [word, {}, `missingValues: ["", "NA", "?", "${word}"].`]),
    ...["xnan", "nanx", "-x", "x."].map((word): [string, CsvOptions, string] => [word, {}, "or they are left out of features."]),
  ])("%s in the place of a number: what may help is said", (word, options, hint) => {
    expect(() => parseCsv(`a,b\n1,2\n${word},3\n`, { header: true, ...options })).toThrow(hint);
  }); // prettier-ignore

  it("a text that is none", () => {
    expect(() => parseCsv(utf8("a\n1") as never)).toThrow("datasets.parseCsv: text must be a string");
  });

  it("words that would be more than 2²⁹ features in all", () => {
    const text = `n,id,k\n${Array.from({ length: 30_000 }, (_, i) => `1,w${i},a`).join("\n")}`;
    expect(() => parseCsv(text, { text: "oneHot" })).toThrow(
      'there are too many features; expected at most 536870912 values, got 30000 rows of 30002. Column "id" has 30000 different words: leave it out',
    );
  });
});

describe("float32FromDecimal", () => {
  const read = (text: string, point = "."): number =>
    float32FromDecimal(utf8(text), 0, text.length, point.charCodeAt(0));

  it("gives Math.fround(Number(text)), or NaN where it cannot say", () => {
    const digits = fc.stringMatching(/^[0-9]{0,25}$/);
    const exponent = fc.oneof(
      fc.constant(""),
      fc.integer({ min: -60, max: 60 }).map((e) => `e${e}`),
    );
    fc.assert(
      fc.property(
        fc.constantFrom("", "-", "+"),
        digits,
        fc.constantFrom("", "."),
        digits,
        exponent,
        (sign, a, dot, b, e) => {
          const text = sign + a + dot + b + e;
          const value = read(text);
          if (!Number.isNaN(value)) expect([isDecimal(text), value]).toEqual([true, Math.fround(Number(text))]);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it.each<[string, number]>([
    ["1e5", 1e5], ["1E5", 1e5], ["1e+5", 1e5], ["2.5e2", 250], ["1e-5", 1e-5], ["1e0", 1], ["1e9", 1e9], ["1e005", 1e5],
    ["1e22", 1e22], ["1e-22", 1e-22], ["1e23", NaN], ["1e-23", NaN], ["1e0005", NaN], ["1e:", NaN], ["1e/", NaN], ["1e5:", NaN], ["1f5", NaN],
    ["+5", 5], ["0.000000000000000001234", 1.234e-18], ["1234567890123456789", 1.2345678901234568e18],
    ["0.9783695042133331", NaN], // 16 digits beside the middle of two values
  ])("%s is read as %d", (text, value) => {
    expect(read(text)).toBe(Math.fround(value));
  }); // prettier-ignore

  it("does not say where digits beyond the 15th decide", () => {
    const middle = "0.5000000298023223876953125"; // of 0.5 and the next float32
    for (const more of ["0", "1"]) expect(read(middle + more)).toBeNaN();
    expect(read("0.5000000298023224")).toBeNaN();
  });

  it("reads no byte behind the end", () => {
    expect(float32FromDecimal(utf8("123"), 0, 2, 46)).toBe(12);
    expect(float32FromDecimal(utf8("1e23"), 0, 3, 46)).toBe(100);
  });

  it("says so of every number of at most 15 digits and an exponent up to 22 digits away", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.integer({ min: 0, max: 12 }), (m, places) => {
        const text = (m / 10 ** places).toFixed(Math.min(places, 5));
        expect(read(text)).toBe(Math.fround(Number(text)));
      }),
    );
    expect(read("0.1234567890123456789012345678901234567890")).toBe(Math.fround(0.12345678901234568)); // longer ones, too
    expect(Object.is(read("-0"), -0)).toBe(true);
  });

  it.each(["", ".", "-", "+.", "e5", "1e", "1e+", "1x", "1..2", "1.2.3", "0x1", "1e1000", " 1", "1 ", "--1", "1,5"])("%j: NaN", (text) => {
    expect(read(text)).toBeNaN();
  }); // prettier-ignore
});

it("any text with any options: a table or a LanegradError, and values that are finite", () => {
  const piece = fc.constantFrom(
    "1",
    "2,5",
    "-3e2",
    "x",
    "é",
    "NA",
    "?",
    ",",
    ",",
    ";",
    "\n",
    "\n",
    '"',
    '""',
    " ",
    "a,b\n",
    "\ufeff",
    "1,2\n",
    "\0",
  );
  const any = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join("")),
  );
  const rule = fc.constantFrom("error", "skip", "mean", "median", "mostFrequent");
  const form = fc.constantFrom("oneHot", "index");
  const options = fc.record<CsvOptions>(
    {
      header: fc.boolean(),
      decimal: fc.constantFrom(".", ","),
      separator: fc.constantFrom(",", ";", "\t"),
      text: fc.oneof(form, fc.record({ a: form }), fc.record({ 0: form })),
      missing: fc.oneof(rule, fc.record({ b: rule }), fc.record({ 1: rule })),
      missingValues: fc.constantFrom([], ["x"], ["", " 1 "]),
      labels: fc.constantFrom(0, -1, "a"),
      features: fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  ); // prettier-ignore
  fc.assert(
    fc.property(any, options, (input, chosen) => {
      try {
        const { rows, features, featureNames, labels, classNames, columns } = parseCsv(input, chosen);
        expect(features.length).toBe(rows * featureNames.length);
        expect(features.every(Number.isFinite)).toBe(true);
        expect(labels.every((label) => label < classNames.length)).toBe(true);
        const again = parseCsv(input, {
          ...chosen,
          like: { columns, header: chosen.header ?? false, classNames },
          features: undefined,
          text: undefined,
        } as never);
        expect([...again.features]).toEqual([...features]);
      } catch (error) {
        if (!(error instanceof LanegradError)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});
