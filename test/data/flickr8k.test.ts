/** Flickr8k from a folder: its parts, what is refused, and the real files where they are. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../src/errors.js";
import { datasets, init } from "../../src/index.js";
import { sharedData } from "../support/sharedData.js";

let folder: string;
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const sentences = "a.jpg#0\tA dog .\r\na.jpg#1\tA brown dog .\nb.jpg#0\tA cat .\nc.jpg#0\tTwo birds .\n\n";
const part = (list: string, pictures = new Uint8Array(12 * list.split("\n").length).fill(7)) => ({ list: bytes(list), pictures }); // prettier-ignore
const files = () => ({ sentences: bytes(sentences), train: part("a.jpg\nb.jpg"), validation: part("c.jpg"), test: part("a.jpg") }); // prettier-ignore

beforeAll(async () => {
  await init();
  folder = mkdtempSync(join(tmpdir(), "lanegrad-flickr8k-"));
  mkdirSync(join(folder, "flickr8k"));
  const { train, validation, test } = files();
  const written = { train, dev: validation, test };
  for (const [name, { list, pictures }] of Object.entries(written)) {
    writeFileSync(join(folder, "flickr8k", `Flickr_8k.${name}Images.txt`), list);
    writeFileSync(join(folder, "flickr8k", `${name}-images64.u8.gz`), gzipSync(pictures));
  }
  writeFileSync(join(folder, "flickr8k", "Flickr8k.token.txt.gz"), gzipSync(sentences));
});

it("reads pictures and all sentences on them, part by part, in the order of the lists, also from the folder above", async () => {
  const { train, validation, test } = await datasets.flickr8k({ dir: folder });
  expect(train.names).toEqual(["a.jpg", "b.jpg"]);
  expect(train.sentences).toEqual([["A dog .", "A brown dog ."], ["A cat ."]]);
  expect([train.x.shape, train.x.dtype, test.x.shape]).toEqual([[2, 2, 2, 3], "uint8", [1, 2, 2, 3]]);
  expect(validation.sentences).toEqual([["Two birds ."]]);
  expect(Object.keys(await datasets.flickr8kFrom(files()))).toEqual(["train", "validation", "test"]);
  expect(await datasets.findFlickr8k(join(folder, "nowhere"))).toBeUndefined();
  const inner = join(folder, "flickr8k");
  expect(await datasets.findFlickr8k(inner)).toEqual({
    sentences: join(inner, "Flickr8k.token.txt.gz"),
    train: { list: join(inner, "Flickr_8k.trainImages.txt"), pictures: join(inner, "train-images64.u8.gz") },
    validation: { list: join(inner, "Flickr_8k.devImages.txt"), pictures: join(inner, "dev-images64.u8.gz") },
    test: { list: join(inner, "Flickr_8k.testImages.txt"), pictures: join(inner, "test-images64.u8.gz") },
  });
  expect(await datasets.findFlickr8k(folder)).toEqual(await datasets.findFlickr8k(inner));
});

it("a folder that lacks one of the seven files, whichever, does not have them", async () => {
  const inner = join(folder, "flickr8k");
  const names = readdirSync(inner);
  expect(names).toHaveLength(7);
  for (const name of names) {
    renameSync(join(inner, name), join(folder, name));
    const found = await datasets.findFlickr8k(inner);
    renameSync(join(folder, name), join(inner, name));
    expect(found, name).toBeUndefined();
  }
  expect(datasets.flickr8kFiles.map((list) => list.filter((name) => names.includes(name)).length)).toEqual([1, 1, 1, 1, 1, 1, 1]); // prettier-ignore
});

it("a sentence may have any number, and blanks around it; pictures may be of one pixel", async () => {
  const text = "a.jpg#10\tTen . \n   \na.jpg#0\t #1\tNone .\n";
  const one = part("a.jpg\n \n", Uint8Array.of(1, 2, 3));
  const { train } = await datasets.flickr8kFrom({ sentences: bytes(text), train: one, validation: one, test: one });
  expect([train.x.shape, train.x.toArray(), train.names]).toEqual([[1, 1, 1, 3], [[[[1, 2, 3]]]], ["a.jpg"]]);
  expect(train.sentences).toEqual([["Ten ."]]);
  const packed = { ...one, pictures: new Uint8Array(gzipSync(Uint8Array.of(1, 2, 3))) };
  const files = { sentences: bytes(text), train: packed, validation: one, test: one };
  expect((await datasets.flickr8kFrom(files, { maxBytes: 3 })).train.x.shape).toEqual([1, 1, 1, 3]);
  await expect(datasets.flickr8kFrom(files, { maxBytes: 2 })).rejects.toThrow("maxBytes");
  await expect(datasets.flickr8k({ dir: folder, maxBytes: 10 })).rejects.toThrow("maxBytes");
});

it.each<[string, () => unknown, abstract new () => Error, string]>([
  ["a folder without the files", () => datasets.flickr8k({ dir: join(folder, "nowhere") }), DataError, "does not have the photographs; expected Flickr8k.token.txt, Flickr_8k.trainImages.txt, train-images64.u8, "],
  ["no folder", () => datasets.findFlickr8k(undefined as never), UsageError, "datasets.flickr8k: dir is missing; expected a folder, got undefined."],
  ["an unknown option", () => datasets.flickr8k({ dir: folder, size: 64 } as never), UsageError, 'datasets.flickr8k: unknown option; expected dir or maxBytes, got "size".'],
  ["no files", () => datasets.flickr8kFrom(null as never), UsageError, "datasets.flickr8k: files must be an object; got null."],
  ["a part without files", () => datasets.flickr8kFrom({ ...files(), test: undefined as never }), UsageError, "datasets.flickr8k: files.test must be an object; got undefined."],
  ["pictures that are not as many as names", () => datasets.flickr8kFrom({ ...files(), test: part("a.jpg", new Uint8Array(13)) }), DataError, "datasets.flickr8k: the pictures of test do not fit; expected 1 squares of three bytes a pixel, got 13 bytes."],
  ["no pictures", () => datasets.flickr8kFrom({ ...files(), train: part("a.jpg", new Uint8Array(0)) }), DataError, "datasets.flickr8k: the pictures of train do not fit; expected 1 squares of three bytes a pixel, got 0 bytes."],
  ["a line end within a name", () => datasets.flickr8kFrom({ ...files(), sentences: bytes("x\ra.jpg#0\tA dog .\n") }), DataError, "line 1 of the sentences is damaged"],
  ["a line end within a sentence", () => datasets.flickr8kFrom({ ...files(), sentences: bytes("a.jpg#0\tA dog .\rx\n") }), DataError, "line 1 of the sentences is damaged"],
  ["another option of files", () => datasets.flickr8kFrom(files(), { dir: folder } as never), UsageError, 'datasets.flickr8k: unknown option; expected maxBytes, got "dir".'],
  ["a picture without a sentence", () => datasets.flickr8kFrom({ ...files(), validation: part("d.jpg") }), DataError, 'datasets.flickr8k: there is no sentence on "d.jpg" of validation'],
  ["a damaged line", () => datasets.flickr8kFrom({ ...files(), sentences: bytes("a.jpg#0\tA dog .\nb.jpg A cat .\n") }), DataError, "datasets.flickr8k: line 2 of the sentences is damaged; expected a name, #, a number, a tab and a sentence, got"],
])("refuses %s", async (_, call, error, text) => {
  const failure = await Promise.resolve()
    .then(call)
    .catch((reason: unknown) => reason);
  expect(failure).toBeInstanceOf(error);
  expect((failure as Error).message).toContain(text);
}); // prettier-ignore

const real = sharedData("flickr8k");
describe("the real files, where they are", () => {
  it.runIf(real)("6,000, 1,000 and 1,000 photographs of 64 × 64 with five sentences each", async () => {
    const { train, validation, test } = await datasets.flickr8k({ dir: real! });
    expect([train, validation, test].map(({ x }) => x.shape)).toEqual([6000, 1000, 1000].map((N) => [N, 64, 64, 3]));
    expect([train, validation, test].every((one) => one.sentences.every(({ length }) => length === 5))).toBe(true);
    expect(train.names[0]).toBe("2513260012_03d33305cf.jpg");
  });
});
