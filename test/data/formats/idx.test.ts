import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIdx, readIdx } from "../../../src/data/formats/idx.js";
import { DataError, LanegradError } from "../../../src/errors.js";

/** An idx file of uint8 values. */
function idx(shape: readonly number[], values: readonly number[]): Uint8Array<ArrayBuffer> {
  const sizes = shape.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  return Uint8Array.from([0, 0, 8, shape.length, ...sizes, ...values]);
}

const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));
const whole = idx([2, 2, 3], [...Array(12).keys()]);
const changed = (bytes: Uint8Array<ArrayBuffer>, at: number, value: number) => {
  const copy = bytes.slice();
  copy[at < 0 ? copy.length + at : at] = value;
  return copy;
};
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

describe("readIdx", () => {
  it("reads images and labels, gzipped or not", async () => {
    for (const file of [whole, gzip(whole)]) {
      expect(await readIdx(file, "f", 3)).toEqual({ shape: [2, 2, 3], values: Uint8Array.from(Array(12).keys()) });
    }
    expect((await readIdx(gzip(idx([3], [7, 0, 9])), "f", 1)).values).toEqual(Uint8Array.of(7, 0, 9));
  });

  it("reads a file larger than one chunk, and one in the middle of a buffer", async () => {
    const values = Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251);
    const file = gzip(idx([300, 1000], values));
    const inside = joined(Uint8Array.of(1, 2, 3), file, Uint8Array.of(4)).subarray(3, 3 + file.length);
    for (const bytes of [file, inside]) expect([...(await readIdx(bytes, "f", 2)).values]).toEqual(values);
  });

  it("does not copy what is not gzipped", () => {
    expect(parseIdx(whole, "f", 3).values.buffer).toBe(whole.buffer);
  });

  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    [
      "nothing",
      new Uint8Array(0),
      "f: wrong magic number; expected 00 00 08 03 (idx of uint8 with 3 dimensions) or 1f 8b (the same, gzipped), got an empty file.",
    ],
    ["a text", new TextEncoder().encode("<!doctype html>"), "or 1f 8b (the same, gzipped), got 3c 21 64 6f."],
    ["labels for images", idx([1], [1]), "got 00 00 08 01."],
    ["float values", changed(whole, 2, 0x0d), "got 00 00 0d 03."],
    ["a header cut short", whole.subarray(0, 9), "f: the idx header is cut short; expected 16 bytes, got 9."],
    [
      "values cut short",
      whole.subarray(0, 20),
      "f: the idx file is cut short; expected 28 bytes (a header of 16 and 2 × 2 × 3 values), got 20.",
    ],
    ["a count too large", changed(whole, 4, 255), "f: the idx file is cut short; expected 25669140508 bytes"],
    [
      "a count too small",
      changed(whole, 7, 1),
      "f: bytes follow the idx values; expected 22 bytes (a header of 16 and 1 × 2 × 3 values), got 28.",
    ],
    ["no images", idx([0, 28, 28], []), "f: the idx file holds no values; expected sizes ≥ 1, got 0 × 28 × 28."],
    ["no pixels", idx([2, 0, 3], []), "f: the idx file holds no values; expected sizes ≥ 1, got 2 × 0 × 3."],
    ["gzip of nothing", gzip(new Uint8Array(0)), "f: wrong magic number;"],
    ["gzip of a text", gzip(new TextEncoder().encode("hello")), "got 68 65 6c 6c."],
    [
      "gzip of a header cut short",
      gzip(whole.subarray(0, 9)),
      "f: the idx header is cut short; expected 16 bytes, got 9.",
    ],
    [
      "gzip of values cut short",
      gzip(whole.subarray(0, 20)),
      "f: the inflated size is wrong; expected 28 bytes, got 20.",
    ],
    [
      "gzip of too many values",
      gzip(joined(whole, whole)),
      "f: the inflated size is wrong; expected 28 bytes, got more.",
    ],
    [
      "gzip cut short",
      gzip(whole).subarray(0, -9),
      "f: the gzip file is cut short, damaged or followed by other bytes; expected one whole member with its size at the end, got",
    ],
    [
      "gzip without its last byte",
      gzip(whole).subarray(0, -1),
      "f: the gzip file is cut short, damaged or followed by other bytes;",
    ],
    [
      "two bytes of gzip",
      gzip(whole).subarray(0, 2),
      "f: the gzip file is cut short, damaged or followed by other bytes;",
    ],
    [
      "gzip with a wrong checksum",
      changed(gzip(whole), -6, gzip(whole).at(-6)! ^ 1),
      "f: the gzip file is cut short, damaged or followed by other bytes;",
    ],
    [
      "gzip with a wrong size at its end",
      changed(gzip(whole), -1, 9),
      "f: the gzip file is cut short, damaged or followed by other bytes;",
    ],
    [
      "gzip and padding",
      joined(gzip(whole), new Uint8Array(8)),
      "f: the gzip file is cut short, damaged or followed by other bytes;",
    ],
    [
      "gzip and junk",
      joined(gzip(whole), Uint8Array.of(1, 2, 3, 4, 5)),
      "f: the gzip file is cut short, damaged or followed by other bytes;",
    ],
    [
      "two gzip members",
      joined(gzip(whole.subarray(0, 20)), gzip(whole.subarray(20))),
      "f: the gzip file is cut short, damaged or followed by other bytes;",
    ],
  ])("%s: a DataError that says so", async (_, file, text) => {
    const error = await readIdx(file, "f", 3).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toContain(text);
  });

  it("stops inflating at the header's size: 64 MiB of zeros behind a header of 28 bytes take less than 8 MiB", async () => {
    const bomb = gzip(joined(whole, new Uint8Array(2 ** 26)));
    const before = process.memoryUsage();
    await expect(readIdx(bomb, "f", 3)).rejects.toThrow("expected 28 bytes, got more");
    const after = process.memoryUsage();
    expect(after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(2 ** 23);
  });

  it("any bytes, any change to a good file: values or a LanegradError, quickly", async () => {
    const files = [whole, gzip(whole), gzip(idx([2, 100, 50], Array(10_000).fill(7)))];
    const mutated = fc
      .record({
        file: fc.constantFrom(...files),
        edits: fc.array(fc.record({ at: fc.nat(200), value: fc.nat(255) }), { maxLength: 4 }),
        cut: fc.option(fc.nat(200)),
        tail: fc.uint8Array({ maxLength: 12 }),
      })
      .map(({ file, edits, cut, tail }) => {
        const bytes = file.slice();
        for (const { at, value } of edits) bytes[at % bytes.length] = value;
        return joined(bytes.subarray(0, cut === null ? undefined : cut % bytes.length), tail);
      });
    const random = fc.uint8Array({ maxLength: 64 }).map((bytes) => new Uint8Array(bytes));
    const headed = random.map((bytes) => joined(Uint8Array.of(0, 0, 8, 3), bytes));
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, random, headed), async (bytes) => {
        try {
          const { shape, values } = await readIdx(bytes, "f", 3);
          expect(values.length).toBe(shape.reduce((a, b) => a * b));
          expect(values.buffer.byteLength).toBeLessThanOrEqual(Math.max(bytes.length * 1100, bytes.buffer.byteLength));
        } catch (error) {
          if (!(error instanceof LanegradError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
