/** Arrays that NumPy wrote, pickled ones too; what else is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIntegers, readLists } from "../../../src/data/formats/npy.js";
import { NumpyShuffler } from "../../../src/data/numpyShuffle.js";
import { pickledLists } from "../../../src/data/formats/pickledLists.js";
import { DataError } from "../../../src/errors.js";
import { ZipArchive } from "../../../src/io/zip.js";
import { numpyFile } from "../../support/files/numpyFiles.js";

const lists = [[1, 300, 70000], [2], [5, 5, 6, 7]];
const plain = (arrays: readonly Int32Array[]): number[][] => arrays.map((list) => [...list]);

describe("readIntegers", () => {
  it.each(["int64", "int32", "int8", "uint8", "bool", "uint32"])("reads %s", (type) => {
    expect([...readIntegers(numpyFile(`npy ${type}`), "f")]).toEqual([1, 0, 1]);
  });

  it.each<[string, Uint8Array, string]>([
    ["2³¹", numpyFile("npy large"), "f: value 0 is not an int32; expected less than 2³¹, got 2147483648."],
    [
      "float64",
      numpyFile("npy float"),
      'f: the npy file holds values of another type; expected integers, got type "<f8".',
    ],
    [
      "a matrix",
      numpyFile("npy matrix"),
      "f: this is not an npy file with one axis; expected NumPy's magic number and header, got",
    ],
    ["nothing", new Uint8Array(0), "got another beginning."],
    ["a header cut short", numpyFile("npy int64").subarray(0, 50), "got a header of 118 bytes in a file of 50."],
    ["the magic number alone", numpyFile("npy int64").subarray(0, 8), "got 8 bytes."],
    [
      "values cut short",
      numpyFile("npy int64").subarray(0, 151),
      "f: the npy file is cut short or too long; expected 24 bytes (3 values of type <i8), got 23.",
    ],
  ])("%s is a DataError", (_, bytes, text) => {
    expect(() => readIntegers(bytes, "f")).toThrow(DataError);
    expect(() => readIntegers(bytes, "f")).toThrow(text);
  });
});

describe("the header of an npy file", () => {
  /** A file of this version, header and contents. */
  function npy(version: number, header: string, contents: ArrayBufferView = new Uint8Array(0)): Uint8Array {
    const length =
      version === 1 ? [header.length & 255, header.length >> 8] : [header.length & 255, header.length >> 8, 0, 0];
    const text = [...new TextEncoder().encode(header)];
    const { buffer, byteOffset, byteLength } = contents;
    const values = new Uint8Array(buffer, byteOffset, byteLength);
    return Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...length, ...text, ...values]);
  }
  const header = (type: string, count: number): string => `{'descr': '${type}', 'shape': (${count},), }`;

  it.each([1, 2, 3])("of version %d", (version) => {
    expect([...readIntegers(npy(version, header("<i4", 2), Int32Array.of(7, -8)), "f")]).toEqual([7, -8]);
    const long = header("<i4", 2).padEnd(300);
    expect([...readIntegers(npy(version, long, Int32Array.of(7, -8)), "f")]).toEqual([7, -8]);
  });

  it.each([0, 4])("of version %d is refused", (version) => {
    expect(() => readIntegers(npy(version, header("<i4", 0)), "f")).toThrow(`got version ${version}.`);
  });

  it("with other blanks, more than nine values, or none", () => {
    expect([...readIntegers(npy(1, "{'descr':'|u1','shape':(1, )}", Uint8Array.of(9)), "f")]).toEqual([9]);
    expect([...readIntegers(npy(1, "{'descr':  '|u1', 'shape':  (1,  )}", Uint8Array.of(9)), "f")]).toEqual([9]);
    expect(readIntegers(npy(1, header("|u1", 12), new Uint8Array(12)), "f")).toHaveLength(12);
    expect(readIntegers(npy(1, header("|u1", 0)), "f")).toHaveLength(0);
  });

  it.each<[string, Uint8Array, string]>([
    ["without type", npy(1, "{'shape': (1,)}", Uint8Array.of(1)), "{'shape': (1,)}"],
    ["without shape", npy(1, "{'descr': '|u1'}", Uint8Array.of(1)), "{'descr': '|u1'}"],
    ["of two letters", npy(1, "{}"), 'got "{}".'],
    ["in place of which one byte is another", npy(1, "{}").fill(0, 2, 3), "got another beginning."],
  ])("%s is a DataError", (_, bytes, got) => {
    expect(() => readIntegers(bytes, "f")).toThrow(DataError);
    expect(() => readIntegers(bytes, "f")).toThrow(got);
  });

  it("says how many values there must be where that is known", () => {
    const bytes = npy(1, header("|u1", 2), Uint8Array.of(3, 200));
    expect([...readIntegers(bytes, "f", 2)]).toEqual([3, 200]);
    for (const expected of [1, 3])
      expect(() => readIntegers(bytes, "f", expected)).toThrow(
        `f: the number of values differs; expected ${expected}, one a list, got 2.`,
      );
  });

  it("says what the sign is: int8 of 200 is −56, uint32 of 2³¹ and uint64 of 2⁶⁴ − 1 are no int32", () => {
    expect([...readIntegers(npy(1, header("|i1", 1), Uint8Array.of(200)), "f")]).toEqual([-56]);
    expect([...readIntegers(npy(1, header("<i8", 1), BigInt64Array.of(-1n)), "f")]).toEqual([-1]);
    for (const [type, values] of [
      ["<u4", Uint32Array.of(1, 2 ** 31)],
      ["<u8", BigUint64Array.of(1n, 2n ** 64n - 1n)],
    ] as const)
      expect(() => readIntegers(npy(1, header(type, 2), values), "f")).toThrow("f: value 1 is not an int32");
  });
});

describe("readLists", () => {
  it("reads the lists that numpy.save pickled", async () => {
    const file = await new ZipArchive(numpyFile("stored"), "f").read("x_train.npy");
    expect(plain(readLists(file, "f"))).toEqual(lists);
    const other = file.slice();
    other[new TextDecoder("latin1").decode(file).indexOf("(3,)") + 1] = 0x34;
    expect(() => readLists(other, "f")).toThrow(
      "f: the number of lists differs; expected 4, as the header says, got 3.",
    );
    expect(() => readLists(numpyFile("npy int64"), "f")).toThrow(
      'f: the npy file holds values of another type; expected lists of integers (|O), got type "<i8".',
    );
  });
});

describe("pickledLists", () => {
  it.each(["protocol2", "protocol3", "protocol4"])("reads %s", (name) => {
    expect(plain(pickledLists(numpyFile(name), "f"))).toEqual(lists);
  });

  it("reads the smallest and the largest int32", () => {
    expect(plain(pickledLists(numpyFile("limits"), "f"))).toEqual([[-5, 2 ** 31 - 1, -(2 ** 31)]]);
  });

  it.each<[string, string]>([
    ["command", 'a call of "posix system"'],
    ["long", "something else as item 0 of list 0"],
    ["float", "instruction 71 at byte 190"],
    ["list", "another object"],
  ])("refuses %s", (name, got) => {
    expect(() => pickledLists(numpyFile(name), "f")).toThrow(DataError);
    expect(() => pickledLists(numpyFile(name), "f")).toThrow(
      `f: this is not a pickled array of lists of integers; expected what numpy.save writes, got ${got}. Nothing in the file was run.`,
    );
  });

  /** A pickled array whose list is what this code leaves on the stack. */
  const wrapped = (code: number[]): Uint8Array => {
    const text = (value: string): number[] => [...Buffer.from(value)];
    const array = [...text("cnumpy.core.multiarray\n_reconstruct\n"), 0x29, 0x52]; // GLOBAL, EMPTY_TUPLE, REDUCE
    return Uint8Array.from([0x80, 2, ...array, 0x28, 0x4e, 0x4e, 0x4e, 0x4e, ...code, 0x74, 0x62, 0x2e]);
  };

  it("refuses a small file that stands for a huge array: one list named a thousand times", () => {
    const list = [0x5d, 0x71, 0, 0x28, ...Array<number>(2000).fill(0x4b), 0x65]; // [75, 75, …] as number 0
    const outer = [0x5d, 0x28, ...list, ...Array.from({ length: 1000 }, () => [0x68, 0]).flat(), 0x65];
    expect(() => pickledLists(wrapped(outer), "f")).toThrow("got more items than bytes.");
  });

  it.each<[string, number[], string]>([
    ["an item without list", [0x4b, 1, 0x61], "an item outside a list"],
    ["more from the stack than there is", [0x65], "an item outside a list"],
    ["a number that was never kept", [0x68, 9], "nothing under number 9"],
    ["a name without end", [0x63, 0x41], "a name without end"],
    ["a text beyond the end", [0x58, 255, 255, 255, 255], "an end after"],
    ["a list of itself", [0x5d, 0x71, 0, 0x68, 0, 0x61], "something else as item 0 of list 0"],
  ])("refuses %s", (_, code, got) => {
    expect(() => pickledLists(wrapped(code), "f")).toThrow(DataError);
    expect(() => pickledLists(wrapped(code), "f")).toThrow(got);
  });

  const [mark, tuple, list, append, appends] = [0x28, 0x74, 0x5d, 0x61, 0x65];
  const [none, one] = [0x4e, 0x4b]; // NONE, BININT1
  const ascii = (value: string): number[] => [...Buffer.from(value)];
  const short = (code: number, value: string): number[] => [code, value.length, ...ascii(value)];

  it.each<[string, number[], number[]]>([
    ["BININT1, BININT2, BININT", [one, 200, 0x4d, 0x34, 0x92, 0x4a, 1, 2, 3, 4], [200, 0x9234, 0x04030201]],
    ["LONG1 of no byte", [0x8a, 0], [0]],
    ["LONG1 of one byte", [0x8a, 1, 127, 0x8a, 1, 128], [127, -128]],
    ["LONG1 of two bytes", [0x8a, 2, 255, 127, 0x8a, 2, 0, 128], [32767, -32768]],
    ["LONG1 of six bytes", [0x8a, 6, 1, 2, 3, 4, 0, 0, 0x8a, 6, ...[255, 255, 255, 255, 255, 255]], [0x04030201, -1]],
    ["LONG_BINPUT, BINGET", [one, 5, 0x72, 1, 0, 0, 0, 0x68, 1], [5, 5]],
    ["BINPUT, LONG_BINGET", [one, 6, 0x71, 1, 0x6a, 1, 0, 0, 0], [6, 6]],
    ["MEMOIZE, which counts", [one, 7, 0x94, one, 8, 0x94, 0x68, 1, 0x68, 0], [7, 8, 8, 7]],
  ])("reads %s", (_, items, want) => {
    const code = [list, list, mark, ...items, appends, append];
    expect(plain(pickledLists(wrapped(code), "f"))).toEqual([want]);
  });

  it.each<[string, number[], number[]]>([
    ["TUPLE1", [one, 1, 0x85], [1]],
    ["TUPLE2", [one, 1, one, 2, 0x86], [1, 2]],
    ["TUPLE3", [one, 1, one, 2, one, 3, 0x87], [1, 2, 3]],
    ["TUPLE", [mark, one, 1, one, 2, one, 3, one, 4, tuple], [1, 2, 3, 4]],
    ["EMPTY_TUPLE", [0x29], []],
  ])("reads %s as a list", (_, code, want) => {
    expect(plain(pickledLists(wrapped([list, ...code, append]), "f"))).toEqual([want]);
  });

  it.each<[string, number]>([
    ["SHORT_BINUNICODE", 0x8c],
    ["SHORT_BINBYTES", 0x43],
    ["SHORT_BINSTRING", 0x55],
  ])("reads a name of %s", (_, code) => {
    const name = [...short(code, "numpy.core.multiarray"), ...short(code, "_reconstruct"), 0x93, 0x29, 0x52];
    const state = [mark, none, none, none, none, list, tuple, 0x62, 0x2e];
    expect(pickledLists(Uint8Array.from([...name, ...state]), "f")).toEqual([]);
  });

  const globally = (name: string): number[] => [...ascii(`c${name.replace(" ", "\n")}\n`), 0x29, 0x52];
  const nones = (count: number): number[] => Array<number>(count).fill(none);

  it.each<[string, number[], string]>([
    ["nothing", [0x2e], "an empty stack"],
    ["a list alone", [list, 0x2e], "another object"],
    [
      "a state of six",
      [...globally("numpy.core.multiarray _reconstruct"), mark, ...nones(5), list, tuple, 0x62, 0x2e],
      "another object",
    ],
    [
      "the state of another call",
      [...globally("numpy dtype"), mark, ...nones(4), list, tuple, 0x62, 0x2e],
      "another object",
    ],
    ["an end in an instruction", [one], "an end after 1 bytes"],
    ["an end in a text", [...ascii("X"), 2, 0, 0, 0, 65], "an end after 6 bytes"],
    ["bytes behind its end", [none, 0x2e, 0x2e], "1 bytes behind its end"],
    ["a long integer", [0x8a, 7, ...nones(7)], "an integer of 7 bytes"],
    ["items without mark", [list, appends], "no mark"],
    ["what lies below the mark", [one, 1, mark, 0x85], "an empty stack"],
    ["an item for a number", [one, 1, one, 1, append], "an item outside a list"],
    ["a name that is a number", [...short(0x8c, "numpy"), one, 1, 0x93], "a name that is not a string"],
    ["a module that is a number", [one, 1, ...short(0x8c, "dtype"), 0x93], "a name that is not a string"],
    ["a call of a number", [one, 1, 0x29, 0x52], 'a call of "no name"'],
    ["a call of None", [none, 0x29, 0x52], 'a call of "no name"'],
    ["a call of a list", [list, 0x29, 0x52], 'a call of "no name"'],
    ["a state for a number", [one, 1, none, 0x62], "a state for nothing"],
    ["a state for None", [none, none, 0x62], "a state for nothing"],
  ])("refuses %s", (_, code, got) => {
    expect(() => pickledLists(Uint8Array.from(code), "f")).toThrow(DataError);
    expect(() => pickledLists(Uint8Array.from(code), "f")).toThrow(`, got ${got}. Nothing`);
  });

  it("refuses a number in the place of a list", () => {
    expect(() => pickledLists(wrapped([list, one, 1, append]), "f")).toThrow("got something else as element 0.");
    expect(() => pickledLists(wrapped([one, 1]), "f")).toThrow("got another object.");
  });

  it.each<[string, number, readonly number[], string]>([
    ["elements on the stack", 250_000, [none], "250000 elements on its stack"],
    ["lists", 250_000, [list], "250000 lists"],
    ["entries in the memo", 250_000, [0x94], "250000 entries in its memo"],
    ["names and texts", 1000, short(0x8c, "a"), "1000 names and texts"],
    ["names", 1000, ascii("ca\nb\n"), "1000 names and texts"],
    ["marks", 100, [mark], "100 marks"],
  ])("%s: %d and no more", (name, most, code, got) => {
    const times = name === "names" ? Math.floor(most / 2) : most; // a module and a name
    const before = name === "entries in the memo" ? [none] : [];
    const program = (count: number): Uint8Array => {
      const bytes = new Uint8Array(before.length + count * code.length + 1).fill(0x2e);
      bytes.set(before);
      for (let i = 0; i < count; i++) bytes.set(code, before.length + i * code.length);
      return bytes;
    };
    expect(() => pickledLists(program(times), "f")).toThrow(/got (another object|an empty stack)\./);
    expect(() => pickledLists(program(times + 1), "f")).toThrow(`got more than ${got}.`);
  });

  it("as many items as bytes are read, one more is not", () => {
    const file = (items: number, times: number): Uint8Array => {
      const first = [list, 0x71, 0, mark, ...Array.from({ length: items }, () => [one, 1]).flat(), appends];
      const more = Array.from({ length: times }, () => [0x68, 0]).flat();
      return wrapped([list, mark, ...first, ...more, appends]);
    };
    let tried = 0;
    for (let times = 2; times < 9; times++)
      for (let items = 1; items < 100; items++) {
        const [bytes, total] = [file(items, times), items * (times + 1)];
        if (total !== bytes.length && total !== bytes.length + 1) continue;
        tried |= total - bytes.length + 1;
        if (total === bytes.length) expect(pickledLists(bytes, "f")).toHaveLength(times + 1);
        else expect(() => pickledLists(bytes, "f")).toThrow("got more items than bytes.");
      }
    expect(tried).toBe(3);
  });

  it("whatever is changed or cut off, the result is lists or a DataError", () => {
    for (const name of ["protocol2", "protocol4", "command"]) {
      const whole = numpyFile(name);
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 5 }),
          fc.nat(whole.length),
          (changes, length) => {
            const bytes = length % 3 === 0 ? whole.slice(0, length) : whole.slice();
            for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
            try {
              for (const list of pickledLists(bytes, "f")) expect(list.length).toBeLessThanOrEqual(bytes.length);
            } catch (error) {
              expect(error).toBeInstanceOf(DataError);
            }
          },
        ),
        { numRuns: 400 },
      );
    }
  });
});

it("NumpyShuffler shuffles as numpy.random.RandomState(113), also the second time", () => {
  expect([...new NumpyShuffler(113).permutation(10)]).toEqual([9, 3, 6, 1, 0, 7, 4, 8, 2, 5]);
  const shuffler = new NumpyShuffler(113);
  expect([...shuffler.permutation(25_000).subarray(0, 8)]).toEqual([7798, 13226, 18078, 793, 17499, 23003, 574, 19638]);
  expect([...shuffler.permutation(25_000).subarray(0, 8)]).toEqual([22748, 4083, 8015, 13688, 5310, 4466, 736, 22654]);
  const small = new NumpyShuffler(7);
  const got = [5, 6, 3].map((count) => [...small.permutation(count)]);
  expect(got).toEqual([[0, 3, 2, 1, 4], [0, 5, 2, 1, 4, 3], [2, 1, 0]]); // prettier-ignore
});
