/** Arrays that NumPy wrote, pickled ones too; what else is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIntegers, readLists } from "../../src/data/formats/npy.js";
import { NumpyShuffler } from "../../src/data/numpyShuffle.js";
import { pickledLists } from "../../src/data/formats/pickledLists.js";
import { DataError } from "../../src/errors.js";
import { ZipArchive } from "../../src/io/zip.js";
import { numpyFile } from "../support/numpyFiles.js";

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
});
