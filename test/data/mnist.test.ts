import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { DownloadProgress } from "../../src/data/download.js";
import { findMnist, mnist } from "../../src/data/mnist.js";
import { DataError, UsageError } from "../../src/errors.js";
import { init } from "../../src/runtime/init.js";
import { startMirror, type Behaviour } from "../support/mirror.js";
import { sharedData } from "../support/sharedData.js";

const names = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];
const real = sharedData("mnist");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lanegrad-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** `count` images of 28 × 28; image i is filled with i. */
const images = (count: number, size = 28) =>
  Uint8Array.from(
    [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, size, 0, 0, 0, size].concat(
      [...Array(count).keys()].flatMap((i) => Array<number>(size * size).fill(i)),
    ),
  );
const labels = (...values: number[]) => Uint8Array.from([0, 0, 8, 1, 0, 0, 0, values.length, ...values]);

/** Three images of 20 × 28. */
const narrow = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 20, 0, 0, 0, 28].concat(Array(3 * 20 * 28).fill(0)));

/** Writes a small MNIST: three training digits and two test digits; parts may be replaced, or left out by undefined. */
function write(replaced: Readonly<Record<string, Uint8Array | undefined>> = {}, into = folder): void {
  const files = {
    [names[0]]: images(3),
    [names[1]]: labels(7, 0, 9),
    [names[2]]: images(2),
    [names[3]]: labels(1, 2),
    ...replaced,
  };
  mkdirSync(into, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) if (bytes) writeFileSync(join(into, name), bytes);
}

it("without init: a UsageError before anything is read or asked for", async () => {
  await expect(mnist({ dir: folder })).rejects.toThrow(
    "lanegrad: not started. Call `await init()` once before anything else.",
  );
  await expect(mnist({ cache: folder })).rejects.toThrow(UsageError);
  expect(readdirSync(folder)).toEqual([]);
});

describe("mnist from a folder", () => {
  beforeAll(() => init());

  it("gives images as they are and labels as int32", async () => {
    write();
    const { train, test } = await mnist({ dir: folder });
    expect([train.x.shape, train.x.dtype, train.y.shape, train.y.dtype]).toEqual([
      [3, 28, 28, 1],
      "uint8",
      [3],
      "int32",
    ]);
    expect([...train.y.toTypedArray()]).toEqual([7, 0, 9]);
    expect([...test.y.toTypedArray()]).toEqual([1, 2]);
    expect([...new Set(test.x.toTypedArray().subarray(784))]).toEqual([1]);
    expect(train.classNames).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });

  it("takes gzipped files, a mixture, and a folder named mnist inside", async () => {
    write({ [names[0]]: undefined, [`${names[0]}.gz`]: gzipSync(images(3)) }, join(folder, "mnist"));
    expect(await findMnist(folder)).toBe(join(folder, "mnist"));
    expect([...(await mnist({ dir: folder })).train.y.toTypedArray()]).toEqual([7, 0, 9]);
  });

  it("prefers the gzipped file where both are there", async () => {
    write({ [`${names[1]}.gz`]: gzipSync(labels(1, 1, 1)) });
    expect([...(await mnist({ dir: folder })).train.y.toTypedArray()]).toEqual([1, 1, 1]);
  });

  it.each<[string, Parameters<typeof write>[0], string]>([
    ["a file missing", { [names[2]]: undefined }, "datasets.mnist: the four files are not in "],
    [
      "a file missing: what is there",
      { [names[2]]: undefined },
      `expected ${names.join(", ")}, each with or without .gz, got ["t10k-labels-idx1-ubyte", "train-images-idx3-ubyte", "train-labels-idx1-ubyte"]. Without dir they are downloaded; datasets.digits() needs no files.`,
    ],
    [
      "images cut short",
      { [names[0]]: images(3).subarray(0, -1) },
      "datasets.mnist: train-images-idx3-ubyte: the idx file is cut short; expected 2368 bytes (a header of 16 and 3 × 28 × 28 values), got 2367.",
    ],
    [
      "labels with another magic number",
      { [names[3]]: images(2) },
      "datasets.mnist: t10k-labels-idx1-ubyte: wrong magic number; expected 00 00 08 01 (idx of uint8 with 1 dimension) or 1f 8b (the same, gzipped), got 00 00 08 03.",
    ],
    [
      "a page instead of gzip",
      { [`${names[0]}.gz`]: new TextEncoder().encode("<html>") },
      "datasets.mnist: train-images-idx3-ubyte.gz: wrong magic number;",
    ],
    [
      "gzip cut short",
      { [`${names[0]}.gz`]: gzipSync(images(3)).subarray(0, -20) },
      "datasets.mnist: train-images-idx3-ubyte.gz: the gzip file is cut short, damaged or followed by other bytes;",
    ],
    [
      "images of another size",
      { [names[2]]: images(2, 20) },
      "datasets.mnist: the t10k images have the wrong size; expected 28 × 28, got 20 × 20.",
    ],
    [
      "images that are not as high",
      { [names[0]]: narrow },
      "datasets.mnist: the train images have the wrong size; expected 28 × 28, got 20 × 28.",
    ],
    [
      "images that are not as wide",
      { [names[0]]: Uint8Array.from(narrow, (byte, i) => (i === 11 ? 28 : i === 15 ? 20 : byte)) },
      "datasets.mnist: the train images have the wrong size; expected 28 × 28, got 28 × 20.",
    ],
    [
      "a first label out of range",
      { [names[1]]: labels(11, 1, 0) },
      "datasets.mnist: a train label is out of range; expected 0 … 9, got 11 as label 0.",
    ],
    [
      "fewer labels than images",
      { [names[1]]: labels(7, 0) },
      "datasets.mnist: train images and labels differ in number; expected the same number, got 3 images and 2 labels.",
    ],
    [
      "a label out of range",
      { [names[1]]: labels(7, 10, 0) },
      "datasets.mnist: a train label is out of range; expected 0 … 9, got 10 as label 1.",
    ],
    [
      "no digits",
      { [names[2]]: images(0), [names[3]]: labels() },
      "datasets.mnist: t10k-images-idx3-ubyte: the idx file holds no values; expected sizes ≥ 1, got 0 × 28 × 28.",
    ],
  ])("%s", async (_, replaced, text) => {
    write(replaced);
    const error = await mnist({ dir: folder }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toContain(text);
  });

  it("is found in a cache as well", async () => {
    expect(await findMnist(undefined, folder)).toBeUndefined();
    write({}, join(folder, "mnist"));
    expect(await findMnist(undefined, folder)).toBe(join(folder, "mnist"));
    expect(await findMnist(undefined, join(folder, "none"))).toBeUndefined();
  });

  it("an empty folder, and none at all", async () => {
    await expect(mnist({ dir: folder })).rejects.toThrow("got an empty folder.");
    await expect(mnist({ dir: join(folder, "none") })).rejects.toThrow("ENOENT");
  });

  it("a folder in the place of a file", async () => {
    write({ [names[0]]: undefined });
    mkdirSync(join(folder, names[0]));
    await expect(mnist({ dir: folder })).rejects.toThrow(/^datasets\.mnist: cannot read ".*": it is a folder\.$/);
  });

  it.each([
    [
      { folder: "x" },
      'datasets.mnist: unknown option; expected dir, files, maxBytes, cache, mirrors, stallMs, signal or onProgress, got "folder".',
    ],
    [{ mirrors: [] }, "datasets.mnist: mirrors must be a list of addresses; expected at least one, got []."],
    [{ mirrors: ["mnist"] }, 'got ["mnist"].'],
    [{ mirrors: "https://example.org" }, 'got "https://example.org".'],
    [{ stallMs: 0 }, "datasets.mnist: stallMs is out of range; expected a number > 0, got 0."],
  ])("the options %o are refused", async (options, text) => {
    const error = await mnist(options as any).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(text);
  });

  it("in a browser: points to the drawn digits", async () => {
    vi.stubGlobal("process", undefined);
    await expect(mnist()).rejects.toThrow(
      "datasets.mnist: node:path is not available here; expected Node ≥ 20.16, Deno or Bun. datasets.digits() works in browsers.",
    );
  });
});

describe("mnist from files that the caller has", () => {
  beforeAll(() => init());
  const files = (): Record<string, Uint8Array> => ({
    [names[0]]: images(3),
    [`${names[1]}.gz`]: gzipSync(labels(7, 0, 9)),
    [names[2]]: images(2),
    [names[3]]: labels(1, 2),
    "readme.txt": Uint8Array.of(1),
  });

  it("gives what a folder gives, from bytes and Blobs, gzipped or not", async () => {
    const { train, test } = await mnist({ files: { ...files(), [names[0]]: new Blob([images(3)]) } });
    expect([train.x.shape, test.x.shape]).toEqual([
      [3, 28, 28, 1],
      [2, 28, 28, 1],
    ]);
    expect([...train.y.toTypedArray(), ...test.y.toTypedArray()]).toEqual([7, 0, 9, 1, 2]);
  });

  it("names the files that are missing, and what there is", async () => {
    const { [names[2]]: _, ...rest } = files();
    await expect(mnist({ files: rest })).rejects.toThrow(
      "datasets.mnist: files are missing; expected t10k-images-idx3-ubyte, each with or without .gz, got",
    );
    await expect(mnist({ files: files(), dir: folder })).rejects.toThrow(
      new UsageError("datasets.mnist: both dir and files are given; expected one of them."),
    );
  });
});

describe("mnist from the network", () => {
  beforeAll(() => init());

  it.each<Behaviour>([
    "notFound",
    "broken",
    "silent",
    "stalling",
    "dripping",
    "cut",
    "truncated",
    "corrupted",
    "endless",
    "portal",
  ])("a mirror that is %s, twice: an error that names both, and an empty cache", async (behaviour) => {
    const server = await startMirror(Object.fromEntries(names.map((name) => [`${name}.gz`, gzipSync(images(3))])));
    try {
      const mirrors = [server.url(behaviour), `${server.url(behaviour)}/`];
      const error = await mnist({ cache: folder, mirrors, stallMs: 100 }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DataError);
      expect((error as Error).message).toContain(
        "datasets.mnist: train-images-idx3-ubyte.gz could not be downloaded; expected 9912422 bytes with SHA-256 440fcabf",
      );
      expect((error as Error).message.split(`${server.url(behaviour)}/train-images-idx3-ubyte.gz: `).length).toBe(3);
      expect(readdirSync(folder, { recursive: true })).toEqual(["mnist"]);
      expect(await findMnist(undefined, folder)).toBeUndefined();
    } finally {
      await server.close();
    }
  });

  it("an aborted signal: its reason, and no request", async () => {
    await expect(mnist({ cache: folder, signal: AbortSignal.abort("gone") })).rejects.toBe("gone");
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe.runIf(real)("the real MNIST", () => {
  beforeAll(() => init());
  const path = real ?? "";

  it("has its class counts and mean", async () => {
    const { train, test } = await mnist({ dir: path });
    const counts = (y: ArrayLike<number>) =>
      Array.from(y).reduce((sums, label) => (sums[label]++, sums), Array<number>(10).fill(0));
    expect(counts(train.y.toTypedArray())).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(counts(test.y.toTypedArray())).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    const pixels = train.x.toTypedArray();
    let sum = 0;
    for (const pixel of pixels) sum += pixel;
    expect(sum / pixels.length / 255).toBeCloseTo(0.1307, 4);
    expect(train.x.shape).toEqual([60000, 28, 28, 1]);
  });

  it("is downloaded once into LANEGRAD_CACHE, from the mirrors that work, and read from there", async () => {
    const files = Object.fromEntries(names.map((name) => [`${name}.gz`, readFileSync(join(path, `${name}.gz`))]));
    const server = await startMirror(files);
    try {
      vi.stubEnv("LANEGRAD_CACHE", folder);
      const progress: DownloadProgress[] = [];
      const mirrors = (["stalling", "corrupted", "good"] as const).map(server.url);
      const { test } = await mnist({ mirrors, stallMs: 2000, onProgress: (step) => progress.push(step) });
      expect(test.x.shape).toEqual([10000, 28, 28, 1]);
      expect(readdirSync(join(folder, "mnist")).sort()).toEqual(names.map((name) => `${name}.gz`).sort());
      expect(server.requests.length).toBe(12);
      expect(progress.at(-1)).toEqual({
        file: "t10k-labels-idx1-ubyte.gz",
        mirror: mirrors[2],
        receivedBytes: 11594722,
        totalBytes: 11594722,
      });

      await mnist({ mirrors });
      expect(server.requests.length).toBe(12);
      expect(await findMnist()).toBe(join(folder, "mnist"));

      writeFileSync(join(folder, "mnist", `${names[3]}.gz`), files[`${names[3]}.gz`].toReversed()); // damaged on the disk
      progress.length = 0;
      await mnist({ mirrors: mirrors.slice(2), onProgress: (step) => progress.push(step) });
      expect(server.requests.slice(12)).toEqual(["good/t10k-labels-idx1-ubyte.gz"]);
      expect(progress.at(-1)?.totalBytes).toBe(4542);
    } finally {
      await server.close();
    }
  });

  it("abort in the middle: what has arrived whole stays and is not asked for again", async () => {
    const server = await startMirror(
      Object.fromEntries(names.map((name) => [`${name}.gz`, readFileSync(join(path, `${name}.gz`))])),
    );
    try {
      const controller = new AbortController();
      const onProgress = ({ file }: DownloadProgress) => {
        if (file.startsWith("t10k")) controller.abort(new Error("left"));
      };
      const mirrors = [server.url("good")];
      await expect(mnist({ cache: folder, mirrors, signal: controller.signal, onProgress })).rejects.toThrow("left");
      expect(readdirSync(join(folder, "mnist")).sort()).toEqual([`${names[0]}.gz`, `${names[1]}.gz`]);
      server.requests.length = 0;
      await mnist({ cache: folder, mirrors });
      expect(server.requests).toEqual([`good/${names[2]}.gz`, `good/${names[3]}.gz`]);
    } finally {
      await server.close();
    }
  });

  it("is read unpacked, too", async () => {
    for (const name of names.slice(2))
      writeFileSync(join(folder, name), gunzipSync(readFileSync(join(path, `${name}.gz`))));
    for (const name of names.slice(0, 2)) copyFileSync(join(path, `${name}.gz`), join(folder, `${name}.gz`));
    const { test } = await mnist({ dir: folder });
    expect([...test.y.toTypedArray().subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });
});
