/** Zip archives that NumPy wrote, cut short, changed, and made up. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/errors.js";
import { ZipArchive } from "../../src/io/zip.js";
import { numpyFile } from "../support/files/numpyFiles.js";

const names = ["x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"];
const damaged =
  "f: this is not a zip archive, or it is cut short or damaged; expected files stored or deflated, and their directory, got";

/** Where a signature stands the first time. */
function find(bytes: Uint8Array, signature: number): number {
  const view = new DataView(bytes.buffer);
  let at = 0;
  while (view.getUint32(at, true) !== signature) at++;
  return at;
}

/** The archive with a number put in at `offset` from a signature. */
function changed(
  signature: number,
  offset: number,
  value: number,
  bytes: 2 | 4 = 4,
  name = "compressed",
): Uint8Array<ArrayBuffer> {
  const copy = numpyFile(name);
  const view = new DataView(copy.buffer);
  const at = find(copy, signature) + offset;
  if (bytes === 4) view.setUint32(at, value, true);
  else view.setUint16(at, value, true);
  return copy;
}

const [local, entry, end] = [0x04034b50, 0x02014b50, 0x06054b50];

describe("ZipArchive", () => {
  it.each(["stored", "compressed"])("reads an archive that is %s", async (name) => {
    const archive = new ZipArchive(numpyFile(name), "f");
    expect(archive.names).toEqual(names);
    const other = new ZipArchive(numpyFile("stored"), "f");
    for (const file of names) {
      const bytes = await archive.read(file);
      expect(bytes.subarray(0, 6)).toEqual(Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59));
      expect(bytes).toEqual(await other.read(file));
    }
  });

  it("reads an archive with a comment behind it, and one inside of a buffer", async () => {
    const comment = new TextEncoder().encode("hello");
    const file = changed(end, 20, comment.length, 2);
    const whole = new Uint8Array(Buffer.concat([Uint8Array.of(9, 9), file, comment]));
    expect((await new ZipArchive(whole.subarray(2), "f").read("y_test.npy")).length).toBe(144);
  });

  it.each<[string, () => Uint8Array<ArrayBuffer>, string]>([
    ["nothing", () => new Uint8Array(0), "no directory at the end of 0 bytes."],
    [
      "a text",
      () => new TextEncoder().encode("no zip file, but more than 22 bytes"),
      "no directory at the end of 35 bytes.",
    ],
    ["its second half", () => numpyFile("compressed").subarray(600), "a directory that ends at 1066 of 466."],
    ["its first half", () => numpyFile("compressed").subarray(0, 600), "no directory at the end of 600 bytes."],
    [
      "a byte behind it",
      () => new Uint8Array([...numpyFile("compressed"), 0]),
      "no directory at the end of 1089 bytes.",
    ],
    ["ZIP64", () => changed(end, 16, 0xffffffff), "ZIP64 is not read."],
    ["too many entries", () => changed(end, 10, 5, 2), "no entry 4 of 5."],
    ["another signature", () => changed(entry, 0, 7), "no entry 0 of 4."],
    ["a name beyond the end", () => changed(entry, 28, 60000, 2), "entry 0 of 4 beyond the directory."],
    ["encryption", () => changed(entry, 8, 1, 2), 'got "x_train.npy" encrypted.'],
  ])("%s is a DataError", (_, make, got) => {
    expect(() => new ZipArchive(make(), "f")).toThrow(DataError);
    expect(() => new ZipArchive(make(), "f")).toThrow(got.startsWith("got") ? got : `${damaged} ${got}`);
  });

  it.each<[string, () => Uint8Array<ArrayBuffer>, string]>([
    ["a header elsewhere", () => changed(entry, 42, 5), 'no header of "x_train.npy" at 5.'],
    ["a header beyond the end", () => changed(entry, 42, 0xfffffff0), 'no header of "x_train.npy" at 4294967280.'],
    ["more bytes than there are", () => changed(entry, 20, 5000), '"x_train.npy" up to byte 5061 of 1088.'],
    ["another method", () => changed(entry, 10, 12, 2), '"x_train.npy" packed by method 12.'],
    [
      "a size of 4 GB",
      () => changed(entry, 24, 0xf0000000),
      '4026531840 bytes of "x_train.npy" from 231, more than deflate can.',
    ],
    ["a size too large", () => changed(entry, 24, 400), '316 of 400 bytes of "x_train.npy".'],
    ["a size too small", () => changed(entry, 24, 300), 'more than 300 bytes of "x_train.npy".'],
    ["another checksum", () => changed(entry, 16, 1), '"x_train.npy" of another CRC-32.'],
    ["another byte, stored", () => changed(local, 100, 1, 2, "stored"), '"x_train.npy" of another CRC-32.'],
    ["deflated bytes cut short", () => changed(entry, 20, 200), '" in "x_train.npy".'],
  ])("%s is a DataError where the file is read", async (_, make, got) => {
    const reading = new ZipArchive(make(), "f").read("x_train.npy");
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(got);
  });

  it("a file that is not there is named", async () => {
    await expect(new ZipArchive(numpyFile("stored"), "f").read("x.npy")).rejects.toThrow(
      'f: a file is missing in the zip archive; expected "x.npy", got ["x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"].',
    );
  });

  it("whatever is changed, it is read or a DataError", async () => {
    const whole = numpyFile("compressed");
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(40), async (changes, cut) => {
        const bytes = whole.slice(0, whole.length - (cut > 20 ? cut - 20 : 0));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          const archive = new ZipArchive(bytes, "f");
          for (const name of archive.names) await archive.read(name);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
