/** Fashion-MNIST: MNIST's four files in a folder of its own, with the names of its classes. What the files may be is in mnist.test.ts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fashionMnist, findFashionMnist } from "../../src/data/fashionMnist.js";
import { findMnist } from "../../src/data/mnist.js";
import "../support/engine.js";
import { sharedData } from "../support/sharedData.js";

const real = sharedData("fashion-mnist");
const header = (...numbers: readonly number[]): number[] => numbers.flatMap((n) => [0, 0, n >> 8, n & 255]);
const images = (count: number): Uint8Array =>
  Uint8Array.from([...header(0x803, count, 28, 28), ...Array<number>(count * 784).fill(9)]);
const labels = (...values: readonly number[]): Uint8Array => Uint8Array.from([...header(0x801, values.length), ...values]); // prettier-ignore

describe("datasets.fashionMnist", () => {
  let folder: string;
  const files = {
    "train-images-idx3-ubyte": images(3),
    "train-labels-idx1-ubyte": labels(0, 9, 4),
    "t10k-images-idx3-ubyte": images(1),
    "t10k-labels-idx1-ubyte": labels(8),
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lanegrad-"));
    mkdirSync(join(folder, "fashion-mnist"));
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, "fashion-mnist", name), bytes);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("has the names of the classes, from a folder and from files", async () => {
    for (const { train, test } of [await fashionMnist({ dir: folder }), await fashionMnist({ files })]) {
      expect(train.x.shape).toEqual([3, 28, 28, 1]);
      const names = [...train.y.toTypedArray(), ...test.y.toTypedArray()].map((label) => train.classNames![label]);
      expect(names).toEqual(["T-shirt/top", "ankle boot", "coat", "bag"]);
      expect(test.classNames).toBe(train.classNames);
    }
  });

  it("is not taken for MNIST in a folder of both, nor the other way round", async () => {
    expect(await findFashionMnist(folder)).toBe(join(folder, "fashion-mnist"));
    expect(await findMnist(folder)).toBeUndefined();
  });

  it("names itself in errors", async () => {
    const { "t10k-labels-idx1-ubyte": _, ...three } = files;
    await expect(fashionMnist({ files: three })).rejects.toThrow("datasets.fashionMnist: files are missing; expected t10k-labels-idx1-ubyte, each with or without .gz");
    await expect(fashionMnist({ dir: tmpdir() })).rejects.toThrow("datasets.fashionMnist: the four files are not in");
  }); // prettier-ignore

  it.skipIf(!real)("the published files", async () => {
    const { train, test } = await fashionMnist({ dir: real! });
    expect([train.x.shape[0], test.x.shape[0]]).toEqual([60_000, 10_000]);
    const counts = new Array<number>(10).fill(0);
    for (const label of test.y.toTypedArray()) counts[label]++;
    expect(counts).toEqual(Array(10).fill(1000));
  });
});
