/** CIFAR-10 in its three forms: an archive of records, the records, and JPEG files laid end to end. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cifar10, cifar10Files, findCifar10 } from "../../src/data/cifar10/cifar10.js";
import "../support/engine.js";
import { sharedData } from "../support/sharedData.js";

const real = sharedData("cifar10");
const plane = 1024;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lanegrad-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

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

  it.each(["cifar10", "cifar-10-batches-bin"])("from a folder %s in the folder, of one whole form", async (inner) => {
    const dir = join(folder, `with ${inner}`);
    const write = (name: string, bytes: Uint8Array = Uint8Array.of(1)): void =>
      writeFileSync(join(dir, inner, name), bytes);
    mkdirSync(join(dir, inner), { recursive: true });
    for (const name of [...cifar10Files.records.slice(1), ...cifar10Files.jpeg.slice(1)]) write(name);
    expect(await findCifar10(dir)).toBeUndefined();
    await expect(cifar10({ dir })).rejects.toThrow(`got ["${inner}"].`);
    write(cifar10Files.jpeg[0]);
    expect(await findCifar10(dir)).toBe(join(dir, inner));
    rmSync(join(dir, inner, cifar10Files.jpeg[0]));
    for (const [name, bytes] of Object.entries(records)) write(name, bytes);
    expect(await findCifar10(dir)).toBe(join(dir, inner));
    expect([...(await cifar10({ dir })).test.y.toTypedArray()]).toEqual([5, 9]);
  });

  /** A part of the JPEG collection, whose pictures are single bytes here, decoded to that brightness. */
  const jpeg = (
    name: string,
    labels: readonly number[],
    [width, height] = [32, 32],
    offsets = Uint32Array.from({ length: labels.length + 1 }, (_, i) => 6 * i),
  ): Record<string, Uint8Array> => {
    const images = labels.flatMap((_, i) => [0xff, 0xd8, 0xff, i, width, height]);
    return {
      [`${name}-jpeg.bin.gz`]: new Uint8Array(gzipSync(Uint8Array.from(images))),
      [`${name}-offsets.u32le`]: new Uint8Array(offsets.buffer),
      [`${name}-labels.u8`]: Uint8Array.from(labels),
    };
  };
  const decodeJpeg = ([, , , brightness, width, height]: Uint8Array) =>
    ({ width, height, data: new Uint8Array(4 * width * height).fill(brightness) }); // prettier-ignore

  it("from JPEG files, which are sorted by class: the classes in turn", async () => {
    const files = { ...jpeg("train", [0, 0, 0, 1, 1, 2]), ...jpeg("test", [3]) };
    const { train } = await cifar10({ files, decodeJpeg });
    expect([...train.y.toTypedArray()]).toEqual([0, 1, 2, 0, 1, 0]);
    const pixels = train.x.toTypedArray();
    expect([0, 1, 2, 3, 4, 5].map((n) => pixels[n * 3072])).toEqual([0, 3, 5, 1, 4, 2]);
  });

  it("from JPEG files that are not sorted, and more than are decoded at once", async () => {
    const labels = Array.from({ length: 70 }, (_, i) => (i * 7) % 10);
    const files = { ...jpeg("train", labels), ...jpeg("test", [2, 0, 1, 0]) };
    const { train, test } = await cifar10({ files, decodeJpeg });
    expect([...train.y.toTypedArray()]).toEqual(Array.from({ length: 70 }, (_, i) => i % 10));
    const numbers = Array.from({ length: 70 }, (_, i) => train.x.toTypedArray()[i * 3072]); // their brightness
    expect(numbers.map((n) => labels[n])).toEqual([...train.y.toTypedArray()]);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(labels.map((_, i) => i));
    expect([...test.y.toTypedArray()]).toEqual([0, 1, 2, 0]);
    expect([0, 1, 2, 3].map((n) => test.x.toTypedArray()[n * 3072])).toEqual([1, 2, 0, 3]);
  });

  it("in a browser, which decodes them in any order", async () => {
    const waiting: { number: number; done: () => void }[] = [];
    vi.stubGlobal("process", {});
    vi.stubGlobal("createImageBitmap", async (file: Blob) => {
      const [, , , number] = new Uint8Array(await file.arrayBuffer());
      return new Promise((resolve) => {
        const done = (): void => resolve({ width: 32, height: 32, number, close: () => undefined });
        waiting.push({ number, done });
        if (waiting.length < 2) return;
        const lastFirst = waiting.splice(0).sort((a, b) => b.number - a.number);
        setTimeout(() => { for (const one of lastFirst) one.done(); }); // prettier-ignore
      });
    });
    vi.stubGlobal("OffscreenCanvas", class { getContext = canvas; }); // prettier-ignore
    const canvas = () => {
      let number = 0;
      const rgba = (_: number, i: number): number => (i % 4 === 3 ? 255 : 50 * number + (i % 4) + 4 * Number(i > 4091));
      return {
        drawImage: (bitmap: { number: number }) => void (number = bitmap.number),
        getImageData: () => ({ data: Uint8ClampedArray.from({ length: 4096 }, rgba) }),
      };
    };
    try {
      const files = { ...jpeg("train", [0, 1]), ...jpeg("test", [3, 4]) };
      const { train } = await cifar10({ files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, name.endsWith(".gz") ? new Uint8Array(gunzipSync(bytes)) : bytes])) }); // prettier-ignore
      const pixels = train.x.toTypedArray();
      const colors = (n: number) => Array.from({ length: 1024 }, (_, p) => [0, 1, 2].map((c) => 50 * n + c + 4 * Number(p === 1023))); // prettier-ignore
      expect([...pixels]).toEqual([0, 1].flatMap((n) => colors(n).flat()));
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it.each([
    ["no files", {}, "datasets.cifar10: files are missing; expected cifar-10-binary.tar.gz; or data_batch_1.bin"],
    ["half a record", { ...records, "data_batch_2.bin": new Uint8Array(3074) }, "file 2 has the wrong size; expected a multiple of 3073 bytes, got 3074."],
    ["another label", { ...records, "data_batch_1.bin": Uint8Array.from(record(10, [1, 1, 1])) }, "a label is out of range; expected 0 … 9, got 10 of picture 0."],
    ["an archive without files", { "cifar-10-binary.tar": tar({}) }, "the archive lacks files; expected data_batch_1.bin"],
    ["labels too few", { ...jpeg("train", [0, 1]), ...jpeg("test", [1]), "train-labels.u8": Uint8Array.of(0) }, "pictures and labels do not fit; expected 2 offsets up to the end, got 3 offsets, 12 bytes."],
    ["another width", { ...jpeg("train", [0, 1], [31, 32]), ...jpeg("test", [1]) }, "picture 0: wrong size; expected 32 × 32, got 31 × 32."],
    ["another height", { ...jpeg("train", [0, 1], [32, 33]), ...jpeg("test", [1]) }, "picture 0: wrong size; expected 32 × 32, got 32 × 33."],
    ["no pictures", { ...jpeg("train", []), ...jpeg("test", [1]) }, "pictures and labels do not fit; expected 1 offsets up to the end, got 1 offsets, 0 bytes."],
    ["offsets too few", { ...jpeg("train", [0, 1], undefined, Uint32Array.of(0, 12)), ...jpeg("test", [1]) }, "expected 3 offsets up to the end, got 2 offsets, 12 bytes."],
    ["offsets too many", { ...jpeg("train", [0, 1], undefined, Uint32Array.of(0, 6, 12, 12)), ...jpeg("test", [1]) }, "expected 3 offsets up to the end, got 4 offsets, 12 bytes."],
    ["offsets that end elsewhere", { ...jpeg("train", [0, 1], undefined, Uint32Array.of(0, 6, 11)), ...jpeg("test", [1]) }, "expected 3 offsets up to the end, got 3 offsets, 12 bytes."],
    ["a JPEG file of another label", { ...jpeg("train", [0, 10]), ...jpeg("test", [1]) }, "a label is out of range; expected 0 … 9, got 10 of picture 1."],
    ["one of six files", { "data_batch_1.bin": records["data_batch_1.bin"] }, "files are missing; expected cifar-10-binary.tar.gz; or data_batch_1.bin"],
    ["one of the JPEG collection's", { "train-labels.u8": Uint8Array.of(1) }, 'got ["train-labels.u8"].'],
    ["an empty file", { ...records, "test_batch.bin": new Uint8Array(0) }, "file 1 has the wrong size; expected a multiple of 3073 bytes, got 0."],
    ["an archive of five files", { "cifar-10-binary.tar": tar(Object.fromEntries(Object.entries(records).slice(1))) }, "the archive lacks files; expected data_batch_1.bin."],
  ])("%s: an error that says what is wrong", async (_, files, text) => {
    await expect(cifar10({ files: files, decodeJpeg })).rejects.toThrow(text);
  }); // prettier-ignore

  it("takes a folder or files, not both, and finds nothing where nothing is", async () => {
    await expect(cifar10({})).rejects.toThrow("datasets.cifar10: dir or files is to be given; expected one of them.");
    await expect(cifar10({ dir: folder, files: {} })).rejects.toThrow("one of them");
    expect(await findCifar10(join(folder, "none"))).toBeUndefined();
    await expect(cifar10({ dir: join(folder, "none") })).rejects.toThrow("datasets.cifar10: the files are not in");
    await expect(cifar10({ dir: join(folder, "none") })).rejects.toThrow("got [].");
    await expect(cifar10({ dir: folder, size: 32 } as never)).rejects.toThrow(
      'expected dir, files, decodeJpeg or maxBytes, got "size".',
    );
  });

  it("inflates to no more than maxBytes", async () => {
    const files = { "cifar-10-binary.tar.gz": new Uint8Array(gzipSync(tar(records))) };
    const maxBytes = tar(records).length;
    expect((await cifar10({ files, maxBytes })).test.x.shape).toEqual([2, 32, 32, 3]);
    await expect(cifar10({ files, maxBytes: maxBytes - 1 })).rejects.toThrow("maxBytes");
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
