import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { csv, parseCsv } from "../../src/data/csv.js";
import { CsvScanner } from "../../src/data/formats/csvScanner.js";
import { ClassNames, byCodePoint, keysOf } from "../../src/data/labels.js";
import type { CsvOptions } from "../../src/data/table/options.js";
import { DataError, LanegradError, UsageError } from "../../src/errors.js";
import { init } from "../../src/runtime/init.js";
import { sharedData } from "../support/sharedData.js";

const bytes = (text: string) => new TextEncoder().encode(text);
function rows(text: string, separator = ","): (string | number)[][] {
  const scanner = new CsvScanner("f", bytes(text), separator);
  const found: (string | number)[][] = [];
  while (scanner.next())
    found.push([scanner.line, ...Array.from({ length: scanner.count }, (_, i) => scanner.text(i))]);
  return found;
}

it("csv without init: a UsageError", async () => {
  await expect(csv(bytes("a,b\n1,2"), { target: "b" })).rejects.toThrow("lanegrad: not started.");
});

describe("CsvScanner", () => {
  it("rows of many fields, with doubled quotes among them", () => {
    const fields = Array.from({ length: 500 }, (_, i) => (i % 100 === 77 ? `"${i}""x"` : `f${i}`));
    const [row] = rows(fields.join());
    expect(row.slice(1)).toEqual(Array.from(fields, (field, i) => (i % 100 === 77 ? `${i}"x` : field)));
  });

  it("doubled quotes outside of quotes, and control characters, stand for themselves", () => {
    expect(rows('a""b,\u0085,\u009f')).toEqual([[1, 'a""b', "\u0085", "\u009f"]]);
  });

  it("a byte order mark is one at the beginning alone, and nothing else is", () => {
    expect(rows("\ufeffa\n\ufeffb")).toEqual([[1, "a"], [2, "\ufeffb"]]); // prettier-ignore
    for (const text of ["\uf03f", "\ufec0", "\u2eff", "a\u00ff"]) expect(rows(text)).toEqual([[1, text]]);
  });

  it.each<[number[], string]>([
    [[0xff, 0xfe], "got UTF-16"],
    [[0xfe, 0xff], "got UTF-16"],
    [[0xff, 0x61], "not UTF-8"],
    [[0xfe, 0x61], "not UTF-8"],
    [[0x61, 0xfe], "not UTF-8"],
    [[0x61, 0xff], "not UTF-8"],
    [[0x80], "line 1, column 1: the bytes are not UTF-8"],
    [[0x22, 0x61, 0xff, 0x61, 0x22], "line 1, column 1: the bytes are not UTF-8"],
  ])("the bytes %j are refused", (given, text) => {
    expect(() => new CsvScanner("f", Uint8Array.from(given), ",").next()).toThrow(text);
  });

  it("a carriage return alone inside of quotes ends a line, one before a line feed does not", () => {
    expect(rows('"a\rb"\nx\n"c\r\nd"\ny')).toEqual([[1, "a\rb"], [3, "x"], [4, "c\r\nd"], [6, "y"]]); // prettier-ignore
  });

  it.each<[string, string, (string | number)[][]]>([
    ["nothing", "", []],
    ["empty lines only", "\n\r\n\r", []],
    ["one field", "a", [[1, "a"]]],
    [
      "every line end",
      "a\r\nb\nc\rd",
      [
        [1, "a"],
        [2, "b"],
        [3, "c"],
        [4, "d"],
      ],
    ],
    ["a line end after the last row", "a,b\n", [[1, "a", "b"]]],
    [
      "empty fields",
      ",a,\n,,",
      [
        [1, "", "a", ""],
        [2, "", "", ""],
      ],
    ],
    ["a separator as the last character", "a,", [[1, "a", ""]]],
    [
      "empty lines between rows",
      "a\n\n\nb",
      [
        [1, "a"],
        [4, "b"],
      ],
    ],
    ["quotes", '"a,b","c""d",""\n', [[1, "a,b", 'c"d', ""]]],
    [
      "lines in quotes count",
      '"a\nb\r\nc",1\nd,2',
      [
        [1, "a\nb\r\nc", "1"],
        [4, "d", "2"],
      ],
    ],
    [
      "a quoted empty line is a row",
      '""\na',
      [
        [1, ""],
        [2, "a"],
      ],
    ],
    ["only quotes in quotes", '""""""', [[1, '""']]],
    ["a quote inside a field", 'a"b,c"', [[1, 'a"b', 'c"']]],
    ["spaces stay", " a , b ", [[1, " a ", " b "]]],
    ["a byte order mark", "\ufeffa,b", [[1, "a", "b"]]],
  ])("%s", (_, text, expected) => {
    expect(rows(text)).toEqual(expected);
  });

  it("takes any separator", () => {
    expect(rows("a;b,c;d", ";")).toEqual([[1, "a", "b,c", "d"]]);
    expect(rows("a\tb\n\tc", "\t")).toEqual([
      [1, "a", "b"],
      [2, "", "c"],
    ]);
  });

  it.each([
    ['a,"b', "f: line 1, column 2: a quoted field does not end; expected a closing quote."],
    ['a\n"b""', "f: line 2, column 1: a quoted field does not end; expected a closing quote."],
    ['"a"b,c', "f: line 1, column 1: text follows a closing quote; expected a separator or a line end."],
    ['"x\ny",1\n2,"a" ', "f: line 3, column 2: text follows a closing quote; expected a separator or a line end."],
  ])("%j is refused", (text, expected) => {
    expect(() => rows(text)).toThrow(DataError);
    expect(() => rows(text)).toThrow(expected);
  });

  it("a text that comes in pieces has the same rows and errors, wherever it is cut", () => {
    const found = (scanner: CsvScanner, pieces: readonly Uint8Array[]): unknown[] => {
      const seen: unknown[] = [];
      const left = [...pieces];
      try {
        for (;;) {
          if (scanner.next()) {
            seen.push([scanner.line, ...Array.from({ length: scanner.count }, (_, i) => scanner.text(i))]);
          } else if (scanner.isWhole) return seen;
          else scanner.append(left.shift());
        }
      } catch (error) {
        return [...seen, String(error)];
      }
    };
    const texts = fc.string({ unit: fc.constantFrom("a", "é", ",", '"', "\r", "\n", "\ufeff"), maxLength: 24 });
    fc.assert(
      fc.property(texts, fc.array(fc.nat(30), { maxLength: 6 }), (text, places) => {
        const all = bytes(text);
        const cuts = [0, ...places.map((place) => Math.min(place, all.length)).sort((a, b) => a - b), all.length];
        const [first, ...more] = cuts.slice(1).map((to, i) => all.slice(cuts[i], to));
        if (first.length < 3) return; // where a byte order mark is looked for
        expect(found(new CsvScanner("f", first, ",", "utf-8", false), more)).toEqual(
          found(new CsvScanner("f", all, ","), []),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it("gives back any table that was written by the rules of RFC 4180", () => {
    const field = fc.string({
      unit: fc.constantFrom("a", "1", ",", ";", '"', "\n", "\r", " ", "é", "😀"),
      maxLength: 6,
    });
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { maxLength: 6 }));
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(",", ";", "\t"),
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.boolean(),
        (fields, separator, end, last) => {
          const quoted = (text: string) =>
            /[",;\n\r]/.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text;
          const text = fields.map((row) => row.map(quoted).join(separator)).join(end) + (last ? end : "");
          expect(rows(text, separator).map(([, ...row]) => row)).toEqual(fields);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("parseCsv", () => {
  const text = "width,height,kind\n1,2.5,b\n-3,.5e1,a\n+4.,1E-2,b\n";

  it("numbers become float32, names become labels in order", () => {
    const number = { form: "number", words: [], filled: 0, fill: undefined };
    expect(parseCsv(text, { labels: "kind" })).toEqual({
      rows: 3,
      header: true,
      skipped: 0,
      columns: [
        { name: "width", ...number },
        { name: "height", ...number },
      ],
      features: Float32Array.of(1, 2.5, -3, 5, 4, 0.01),
      featureNames: ["width", "height"],
      labels: Int32Array.of(1, 0, 1),
      classNames: ["a", "b"],
      targets: new Float32Array(0),
    });
  });

  it("columns are chosen and ordered by name or number, from either end", () => {
    expect(parseCsv(text, { features: ["height"], target: "width" }).features).toEqual(
      Float32Array.of(2.5, 5, 0.01).map(Math.fround),
    );
    expect(parseCsv(text, { features: [1, 0] }).featureNames).toEqual(["height", "width"]);
    expect(parseCsv(text, { features: [0], labels: -1 }).labels).toEqual(Int32Array.of(1, 0, 1));
    expect(parseCsv(text, { features: ["width"], target: ["height", "width"] }).targets).toEqual(
      Float32Array.of(2.5, 1, 5, -3, 0.01, 4),
    );
  });

  it("classes that are numbers are ordered by value, others by code point", () => {
    expect(parseCsv("k\n10\n9\n10\n-1\n", { labels: 0, features: [0] }).classNames).toEqual(["-1", "9", "10"]);
    expect(parseCsv("k,x\n10,0\n9,0\nb,0\nB,0\n", { labels: "k" }).classNames).toEqual(["10", "9", "B", "b"]);
  });

  it.each([
    ['"1" and "1.0" are one class', ["1", "1.0", "2"], ["1", "2"], [0, 0, 1]],
    ["its name is the shortest spelling, whatever comes first", ["1.0", "+1", "1e0", "1", "01"], ["1"], [0, 0, 0, 0, 0]],
    ["spellings that are alone stay as they are", ["2.0", "1.0", "2.0"], ["1.0", "2.0"], [1, 0, 1]],
    ["all ways to write a half", [".5", "0.50", "5e-1", "+00.5", "50E-2"], [".5"], [0, 0, 0, 0, 0]],
    ["zeros of both signs", ["0", "-0", "0.0", "0e9", "1"], ["0", "1"], [0, 0, 0, 0, 1]],
    ["numbers that float64 cannot tell apart", ["9007199254740993", "9007199254740992"], ["9007199254740992", "9007199254740993"], [1, 0]],
    ["numbers beyond float64", ["1e400", "2e400", "10e399", "-1e400"], ["-1e400", "1e400", "2e400"], [1, 2, 1, 0]],
    ["where one label is no number, all are names", ["1", "1.0", "x", "01"], ["01", "1", "1.0", "x"], [1, 2, 3, 0]],
    ["names by code point: U+1F600 after U+FF5E", ["\u{1f600}", "\uff5e", "a", "\u{1f600}a"], ["a", "\uff5e", "\u{1f600}", "\u{1f600}a"], [2, 1, 0, 3]],
  ])("labels, %s", (_, column, classNames, labels) => {
    const table = parseCsv(column.map((label) => `1,${label}\n`).join(""), { header: false, labels: 1 });
    expect(table.classNames).toEqual(classNames);
    expect([...table.labels]).toEqual(labels);
  }); // prettier-ignore

  it("refuses a row of 1,048,577 fields", () => {
    expect(() => parseCsv(",".repeat(2 ** 20), { header: false })).toThrow(
      "the row has too many fields; expected at most 1048576",
    );
  });

  it("refuses one class more than 1,048,576", () => {
    const names = new ClassNames();
    for (let i = 0; i < 2 ** 20; i++) names.number(`${i}`, "f");
    expect(names.number("7", "f")).toBe(7);
    expect(() => names.number("x", "f")).toThrow("f: there are too many classes; expected at most 1048576, got more.");
  });

  it("names are in the order of their code points", () => {
    const ordered = ["a", "ab", "\ue000", "\uffff", "\u{10000}", "\u{103fe}", "\u{103ff}", "\u{10ffff}"];
    for (const [i, a] of ordered.entries())
      for (const [j, b] of ordered.entries()) expect(Math.sign(byCodePoint(a, b))).toBe(Math.sign(i - j));
  });

  it("numbers with exponents beyond 2⁵³ are one class where they are spelt the same", () => {
    const key = keysOf(["1"]);
    expect(key("1e9007199254740993")).not.toBe(key("1e9007199254740992"));
    expect(key("100e9007199254740991")).not.toBe(key("10e9007199254740991"));
    expect(key("-0.0")).toBe(key("0"));
  });

  it("without a header", () => {
    const { features, featureNames, labels } = parseCsv("1;2;x\n3;4;y", { header: false, separator: ";", labels: -1 });
    expect([[...features], featureNames, [...labels]]).toEqual([
      [1, 2, 3, 4],
      ["0", "1"],
      [0, 1],
    ]);
  });

  it("more rows than the first piece of memory", () => {
    const many = Array.from({ length: 5000 }, (_, i) => `${i},${i % 7}`).join("\n");
    const { rows: count, features, labels } = parseCsv(many, { header: false, labels: 1 });
    expect([count, features[4999], labels[4999]]).toEqual([5000, 4999, 4999 % 7]);
  });

  it("rows with empty fields are left out on demand, in the columns in use only", () => {
    const gaps = "a,b,c\n1,,3\n4,5, \n7,8,9\n";
    expect([...parseCsv(gaps, { missing: "skip" }).features]).toEqual([7, 8, 9]);
    expect([...parseCsv(gaps, { missing: "skip", features: ["a", "c"] }).features]).toEqual([1, 3, 7, 9]);
    expect([...parseCsv(gaps, { features: ["a"] }).features]).toEqual([1, 4, 7]);
    expect(() => parseCsv(gaps)).toThrow(
      'datasets.parseCsv: line 2, column 2 ("b"): the field is empty. With missing: "skip" such rows are left out; with "mean", "median" or "mostFrequent" they are filled in.',
    );
  });

  it.each<[string, CsvOptions, typeof UsageError | typeof DataError, string]>([
    [
      "a,b\n1,x",
      {},
      DataError,
      'datasets.parseCsv: line 2, column 2 ("b"): not a number; expected a finite float32, got "x". Columns of words become features by text: "oneHot" or "index", or labels; or they are left out of features.',
    ],
    ['a,b\n\n"1\n",2\n3,x', {}, DataError, 'line 5, column 2 ("b")'],
    ["a\n1e39", {}, DataError, 'got "1e39".'],
    ["a\nNaN", {}, DataError, 'got "NaN".'],
    ["a\nInfinity", {}, DataError, 'got "Infinity".'],
    ["a\n0x10", {}, DataError, 'got "0x10".'],
    ["a\n1,5", { separator: ";" }, DataError, 'got "1,5".'],
    [
      "a,b\n1,2,3",
      {},
      DataError,
      "datasets.parseCsv: line 2, column 3: number of fields differs; expected 2 fields, as in the first row, got 3.",
    ],
    ["a,b\n1", {}, DataError, "expected 2 fields, as in the first row, got 1."],
    ["", {}, DataError, "datasets.parseCsv: no rows; expected at least one below the header, got 0."],
    ["a,b", {}, DataError, "expected at least one below the header, got 0."],
    ["\n", { header: false }, DataError, "datasets.parseCsv: no rows; expected at least one, got 0."],
    ["a,b\n,", { missing: "skip" }, DataError, "no rows"],
    [
      "a,b\n1,2",
      { labels: "c" },
      UsageError,
      'datasets.parseCsv: unknown column; expected one of ["a", "b"] or a number, got "c".',
    ],
    ["a,b\n1,2", { features: [2] }, UsageError, "got 2."],
    ["a,b\n1,2", { target: 0.5 }, UsageError, "got 0.5."],
    [
      "1,2",
      { header: false, labels: "1" },
      UsageError,
      'datasets.parseCsv: unknown column; expected a number from -2 to 1, got "1".',
    ],
    [
      "a,a,b\n1,2,3",
      { labels: "a" },
      UsageError,
      'datasets.parseCsv: several columns have this name; got "a". Give the column by number.',
    ],
    [
      "a\n1",
      { labels: "a" },
      UsageError,
      'datasets.parseCsv: no columns are left for x; expected at least one, got ["a"].',
    ],
    [
      "a",
      { labels: "a", target: "a" },
      UsageError,
      'datasets.parseCsv: target is invalid; expected labels or target, not both, got "a".',
    ],
    [
      "a",
      { separator: ",," },
      UsageError,
      'datasets.parseCsv: separator is invalid; expected one character, got ",,".',
    ],
    ["a", { separator: '"' }, UsageError, "separator is invalid"],
    ["a", { header: 1 as never }, UsageError, "datasets.parseCsv: header is invalid; expected true or false, got 1."],
    [
      "a",
      { missing: "zero" as never },
      UsageError,
      'datasets.parseCsv: missing is invalid; expected "error", "skip", "mean", "median", "mostFrequent", or one of them for each column by name, got "zero".',
    ],
    [
      "a",
      { seperator: ";" } as never,
      UsageError,
      'datasets.parseCsv: unknown option; expected labels, target, features, header, separator, decimal, text, missing, missingValues, encoding or like, got "seperator".',
    ],
  ])("%j with %o is refused", (wrong, options, type, expected) => {
    expect(() => parseCsv(wrong, options)).toThrow(type);
    expect(() => parseCsv(wrong, options)).toThrow(expected);
  });

  it("any text: a table or a LanegradError, and no more values than characters", () => {
    const piece = fc.constantFrom(
      "1",
      "2.5",
      "-3e2",
      "x",
      ",",
      ",",
      "\n",
      "\r\n",
      '"',
      '""',
      "",
      " ",
      "a,b\n",
      "\ufeff",
      "1,2\n",
    );
    const any = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
    );
    const options = fc.record<CsvOptions>(
      {
        header: fc.boolean(),
        missing: fc.constantFrom("error", "skip"),
        labels: fc.constantFrom(0, -1, "a"),
        features: fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(any, options, (input, chosen) => {
        try {
          const { rows: count, features, featureNames, labels, classNames } = parseCsv(input, chosen);
          expect(features.length).toBe(count * featureNames.length);
          expect(features.every(Number.isFinite)).toBe(true);
          expect(labels.every((label) => label < classNames.length)).toBe(true);
          expect(count).toBeLessThanOrEqual(input.length);
        } catch (error) {
          if (!(error instanceof LanegradError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("takes time in proportion to the text, even where every character is a quote or a separator", () => {
    for (const unit of ['"",', '"a""b"\n', ",", "\n", '"\n"\n']) {
      const start = process.cpuUsage();
      try {
        parseCsv(unit.repeat(50_000), { header: false, missing: "skip", features: [0] });
      } catch (error) {
        expect(error).toBeInstanceOf(LanegradError);
      }
      expect(process.cpuUsage(start).user).toBeLessThan(5000000); // microseconds of computing, whatever else runs
    }
  });
});

describe("csv", () => {
  beforeAll(() => init());

  it("gives tensors: labels (N) int32 with class names, or targets (N, K) float32", async () => {
    const classes = await csv(bytes("a,b,k\n1,2,x\n3,4,y\n"), { labels: "k" });
    expect([classes.x.toArray(), classes.y.toArray(), classes.y.dtype]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [0, 1],
      "int32",
    ]);
    expect([classes.classNames, classes.featureNames]).toEqual([
      ["x", "y"],
      ["a", "b"],
    ]);
    const values = await csv(new Blob(["a,b,c\n1,2,3\n4,5,6"]), { target: ["c", "a"] });
    expect([values.x.toArray(), values.y.toArray(), values.y.dtype, values.classNames]).toEqual([
      [[2], [5]],
      [
        [3, 1],
        [6, 4],
      ],
      "float32",
      undefined,
    ]);
  });

  it("reads a file, gzipped or not", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lanegrad-"));
    try {
      const text = "a,b\n1,2\n";
      writeFileSync(join(folder, "plain.csv"), text);
      writeFileSync(join(folder, "zipped.csv.gz"), gzipSync(text));
      for (const name of ["plain.csv", "zipped.csv.gz"]) {
        expect((await csv(join(folder, name), { target: "b" })).x.toArray()).toEqual([[1]]);
      }
      await expect(csv(join(folder, "none.csv"), { target: "b" })).rejects.toThrow(
        /^datasets\.csv: cannot read ".*none\.csv": it, or its folder, does not exist\.$/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("reads a file and a Blob of several pieces as it reads their bytes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lanegrad-"));
    try {
      const lines = ["size,city,note,left"];
      for (let i = 0; i < 60_000; i++) {
        const note = i === 30_000 ? `"${"long, ".repeat(400_000)}"` : `"line\n${i % 7}"`;
        lines.push(`${i},${["Bern", "Zürich", "Rom"][i % 3]},${note},${i % 2 ? "yes" : "no"}`);
      }
      const whole = bytes(lines.join("\r\n"));
      const path = join(folder, "table.csv");
      writeFileSync(path, whole);
      const options: CsvOptions = { labels: "left", text: "index" };
      const wanted = await csv(whole, options);
      for (const source of [path, new Blob([whole])]) {
        const { x, y, ...findings } = await csv(source, options);
        expect(findings).toEqual((({ x: _x, y: _y, ...others }) => others)(wanted));
        expect(Buffer.compare(Buffer.from(x.toTypedArray().buffer), Buffer.from(wanted.x.toTypedArray().buffer))).toBe(
          0,
        );
        expect(y.toTypedArray()).toEqual(wanted.y.toTypedArray());
      }
      writeFileSync(path, `${lines.join("\n")}\n1,2`);
      const open = () => readdirSync("/proc/self/fd").length;
      const before = existsSync("/proc/self/fd") ? open() : 0;
      await expect(csv(path, options)).rejects.toThrow("line 120001, column 3: number of fields differs");
      if (before > 0) expect(open()).toBe(before);
      await expect(csv(folder, options)).rejects.toThrow("it is a folder");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each<[string, Uint8Array, string]>([
    [
      "bytes that are not UTF-8",
      Uint8Array.of(0x61, 0x0a, 0xff),
      "datasets.csv: line 2, column 1: the bytes are not UTF-8; expected UTF-8 throughout, got 0xff in",
    ],
    ["gzip cut short", gzipSync("a,b\n".repeat(1000)).subarray(0, -9), "datasets.csv: "],
    [
      "gzip that lies about its size",
      new Uint8Array(gzipSync("a,b\n1,2")).fill(200, -4),
      "datasets.csv: the gzip file is cut short, damaged or followed by other bytes;",
    ],
    [
      "the first bytes of gzip",
      Uint8Array.of(0x1f, 0x8b),
      "datasets.csv: the gzip file is cut short, damaged or followed by other bytes;",
    ],
    ["a wrong field", bytes("a,b\n1,x"), 'datasets.csv: line 2, column 2 ("b"): not a number;'],
  ])("%s: a DataError", async (_, file, text) => {
    const error = await csv(file, { target: "b" }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toContain(text);
  });

  it("inflates to no more than maxBytes", async () => {
    const packed = new Uint8Array(gzipSync(`a,b\n${"1,2\n".repeat(100)}`));
    expect((await csv(packed, { target: "b", maxBytes: 404 })).x.shape).toEqual([100, 1]);
    await expect(csv(packed, { target: "b", maxBytes: 403 })).rejects.toThrow("maxBytes");
  });

  it("refuses options that are none, and 2³¹ bytes", async () => {
    for (const options of [undefined, 5])
      await expect(csv(bytes("a,b\n1,2"), options as never)).rejects.toThrow(UsageError);
    await expect(csv(new Uint8Array(2 ** 31), { target: "b" })).rejects.toThrow(
      "datasets.csv: the text is too long; expected less than 2147483648 bytes, got 2147483648.",
    );
  });

  it("needs labels or target", async () => {
    await expect(csv(bytes("a\n1"), {})).rejects.toThrow(
      "datasets.csv: neither labels nor target is given; expected one of them.",
    );
  });

  const tabular = sharedData("tabular") ?? "";
  it.runIf(tabular)("iris, wine, Boston and California as they are published", async () => {
    const iris = await csv(join(tabular, "iris.csv"), { labels: "species" });
    expect([iris.x.shape, iris.classNames]).toEqual([
      [150, 4],
      ["setosa", "versicolor", "virginica"],
    ]);
    const wine = await csv(join(tabular, "wine.csv"), { header: false, labels: -1 });
    const counts = [0, 0, 0];
    for (const label of wine.y.toTypedArray()) counts[label]++;
    expect([wine.x.shape, wine.classNames, counts]).toEqual([
      [178, 13],
      ["1", "2", "3"],
      [59, 71, 48],
    ]);
    const boston = await csv(join(tabular, "boston-housing.csv"), { header: false, target: 13 });
    expect([boston.x.shape, boston.y.shape]).toEqual([
      [506, 13],
      [506, 1],
    ]);
    expect((boston.y.toTypedArray() as Float32Array).reduce((a, b) => a + b) / 506).toBeCloseTo(22.53, 2);
    const file = readFileSync(join(tabular, "california-housing.csv.gz"));
    const features = [
      "longitude",
      "latitude",
      "housing_median_age",
      "total_rooms",
      "total_bedrooms",
      "population",
      "households",
      "median_income",
    ];
    const california = await csv(file, { target: "median_house_value", features, missing: "skip" });
    expect([california.x.shape, california.y.shape]).toEqual([
      [20640 - 207, 8],
      [20640 - 207, 1],
    ]);
    await expect(csv(file, { target: "median_house_value" })).rejects.toThrow(
      'line 2, column 10 ("ocean_proximity"): not a number; expected a finite float32, got "NEAR BAY"',
    );
  });
});
