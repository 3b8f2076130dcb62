/** CIFAR-10 in its three forms: an archive of records, the records, and JPEG files laid end to end. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { cifar10, cifar10Files, findCifar10 } from "../../src/data/cifar10/cifar10.js";
import "../support/engine.js";
import { sharedData } from "../support/sharedData.js";

const real = sharedData("cifar10");
const plane = 1024;
const folder = mkdtempSync(join(tmpdir(), "lanegrad-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A record: the label, and planes of one colour each. */
const record = (label: number, [red, green, blue]: readonly number[]): number[] => [
  label,
  ...[red, green, blue].flatMap((value) => Array<number>(plane).fill(value)),
];

const records = Object.fromEntries(
  cifar10Files.records.map((name, i) => [name, Uint8Array.from([...record(i, [i, 10 + i, 20 + i]), ...record(9, [7, 8, 9])])]),
); // prettier-ignore

/** A tar archive of files in a folder. */
function tar(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts = Object.entries(files).flatMap(([name, bytes]) => {
    const head = new Uint8Array(512);
    const put = (text: string, at: number): void => head.set(new TextEncoder().encode(text), at);
    put(`cifar-10-batches-bin/${name}`, 0);
    put(bytes.length.toString(8).padStart(11, "0"), 124);
    put("        0", 148);
    const sum = head.reduce((total, byte) => total + byte, 0);
    put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [head, bytes, new Uint8Array(-bytes.length & 511)];
  });
  return new Uint8Array(Buffer.concat([...parts, new Uint8Array(1024)]));
}

describe("datasets.cifar10", () => {
  it.each([
    ["six files", records],
    ["an archive", { "cifar-10-binary.tar": tar(records) }],
    ["an archive, packed", { "cifar-10-binary.tar.gz": new Uint8Array(gzipSync(tar(records))) }],
  ])("from %s: planes become pixels", async (form, files) => {
    const dir = join(folder, form);
    mkdirSync(dir);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes);
    expect(await findCifar10(dir)).toBe(dir);
    for (const { train, test } of [await cifar10({ files }), await cifar10({ dir })]) {
      expect(train.x.shape).toEqual([10, 32, 32, 3]);
      expect([...train.y.toTypedArray()]).toEqual([0, 9, 1, 9, 2, 9, 3, 9, 4, 9]);
      const pixels = train.x.toTypedArray();
      expect([...pixels.subarray(0, 6)]).toEqual([0, 10, 20, 0, 10, 20]);
      expect([...pixels.subarray(5 * 3072, 5 * 3072 + 3)]).toEqual([7, 8, 9]);
      expect([...test.x.toTypedArray().subarray(0, 3)]).toEqual([5, 15, 25]);
      expect(train.classNames![9]).toBe("truck");
    }
  });

  /** A part of the JPEG collection, whose pictures are single bytes here, decoded to that brightness. */
  const jpeg = (name: string, labels: readonly number[], side = 32): Record<string, Uint8Array> => {
    const images = labels.flatMap((_, i) => [0xff, 0xd8, 0xff, i, side]);
    const offsets = Uint32Array.from({ length: labels.length + 1 }, (_, i) => 5 * i);
    return {
      [`${name}-jpeg.bin.gz`]: new Uint8Array(gzipSync(Uint8Array.from(images))),
      [`${name}-offsets.u32le`]: new Uint8Array(offsets.buffer),
      [`${name}-labels.u8`]: Uint8Array.from(labels),
    };
  };
  const decodeJpeg = ([, , , brightness, side]: Uint8Array) =>
    ({ width: side, height: side, data: new Uint8Array(4 * side * side).fill(brightness) }); // prettier-ignore

  it("from JPEG files, which are sorted by class: the classes in turn", async () => {
    const files = { ...jpeg("train", [0, 0, 0, 1, 1, 2]), ...jpeg("test", [3]) };
    const { train } = await cifar10({ files, decodeJpeg });
    expect([...train.y.toTypedArray()]).toEqual([0, 1, 2, 0, 1, 0]);
    const pixels = train.x.toTypedArray();
    expect([0, 1, 2, 3, 4, 5].map((n) => pixels[n * 3072])).toEqual([0, 3, 5, 1, 4, 2]);
  });

  it.each([
    ["no files", {}, "datasets.cifar10: files are missing; expected cifar-10-binary.tar.gz; or data_batch_1.bin"],
    ["half a record", { ...records, "data_batch_2.bin": new Uint8Array(3074) }, "file 2 has the wrong size; expected a multiple of 3073 bytes, got 3074."],
    ["another label", { ...records, "data_batch_1.bin": Uint8Array.from(record(10, [1, 1, 1])) }, "a label is out of range; expected 0 … 9, got 10 of picture 0."],
    ["an archive without files", { "cifar-10-binary.tar": tar({}) }, "the archive lacks files; expected data_batch_1.bin"],
    ["labels too few", { ...jpeg("train", [0, 1]), ...jpeg("test", [1]), "train-labels.u8": Uint8Array.of(0) }, "pictures and labels do not fit; expected 2 offsets up to the end, got 3 offsets, 10 bytes."],
    ["another size", { ...jpeg("train", [0, 1], 31), ...jpeg("test", [1]) }, "picture 0: wrong size; expected 32 × 32, got 31 × 31."],
  ])("%s: an error that says what is wrong", async (_, files, text) => {
    await expect(cifar10({ files: files, decodeJpeg })).rejects.toThrow(text);
  }); // prettier-ignore

  it("takes a folder or files, not both, and finds nothing where nothing is", async () => {
    await expect(cifar10({})).rejects.toThrow("datasets.cifar10: dir or files is to be given; expected one of them.");
    await expect(cifar10({ dir: folder, files: {} })).rejects.toThrow("one of them");
    expect(await findCifar10(join(folder, "none"))).toBeUndefined();
    await expect(cifar10({ dir: join(folder, "none") })).rejects.toThrow("datasets.cifar10: the files are not in");
  });

  it.skipIf(!real)("real pictures are decoded", async () => {
    const read = (name: string): Buffer => readFileSync(join(real!, name));
    const labels = read("test-labels.u8");
    const offsets = read("test-offsets.u32le");
    const few = [0, 1, 2];
    const images = gunzipSync(read("test-jpeg.bin.gz")).subarray(0, offsets.readUInt32LE(4 * few.length));
    const files = Object.fromEntries(
      ["train", "test"].flatMap((part) => [
        [`${part}-jpeg.bin.gz`, new Uint8Array(gzipSync(images))],
        [`${part}-offsets.u32le`, new Uint8Array(offsets.subarray(0, 4 * few.length + 4))],
        [`${part}-labels.u8`, new Uint8Array(labels.subarray(0, few.length))],
      ]),
    ) as Record<string, Uint8Array>;
    const { test } = await cifar10({ files });
    expect([...test.y.toTypedArray()]).toEqual([0, 0, 0]);
    const mean = Array.from(test.x.toTypedArray()).reduce((sum, value) => sum + value, 0) / test.x.size;
    expect(mean).toBeGreaterThan(60);
    expect(mean).toBeLessThan(220);
  });
});
