/** datasets.imageBatches: the pictures of a folder batch by batch, from the disk. Reading them is imageFolder.test.ts's business. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { datasets, layers, losses, optimizers, sequential } from "../../../src/index.js";
import "../../support/engine.js";
import { writePng } from "../../support/files/png.js";

const size = [2, 3] as const;
const bytesOf = 2 * 3 * 3;
/** A picture of one colour, which tells it from all others. */
const picture = (n: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(writePng({ width: 4, height: 4, depth: 8, color: 2, samples: Array.from({ length: 16 }, () => [n, 2 * n, 255 - n]).flat() })); // prettier-ignore

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lanegrad-test-"));
  for (let i = 0; i < 23; i++) {
    const path = join(folder, "all", i % 3 === 0 ? "a" : "b");
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, `${String(i).padStart(2, "0")}.png`), picture(5 * i));
  }
  mkdirSync(join(folder, "some", "a"), { recursive: true });
  for (let i = 0; i < 40; i++) writeFileSync(join(folder, "some", "a", `${i}.png`), i === 17 ? "no picture" : picture(i)); // prettier-ignore
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What an epoch gives, as text. */
async function epochOf({ batches }: datasets.ImageBatches): Promise<string[][]> {
  const all: string[][] = [];
  for await (const { x, y } of batches()) {
    const [pixels, labels] = [x.toTypedArray(), y.toTypedArray()];
    expect(x.shape).toEqual([labels.length, 2, 3, 3]);
    expect(x.dtype).toBe("uint8");
    all.push(Array.from(labels, (label, i) => `${label}: ${String(pixels.slice(i * bytesOf, (i + 1) * bytesOf))}`)); // prettier-ignore
  }
  return all;
}

describe("datasets.imageBatches", () => {
  it("each epoch gives the pictures and labels of imageFolder once, in an order of its own that the seed decides", async () => {
    const whole = await datasets.imageFolder(join(folder, "all"), { size, shuffle: false });
    const [pixels, labels] = [whole.x.toTypedArray(), whole.y.toTypedArray()];
    const wanted = Array.from(labels, (label, i) => `${label}: ${String(pixels.slice(i * bytesOf, (i + 1) * bytesOf))}`); // prettier-ignore
    const make = (seed?: number) => datasets.imageBatches(join(folder, "all"), { size, batchSize: 5, ...(seed !== undefined && { seed }) }); // prettier-ignore
    const batches = await make();
    expect([batches.count, batches.stepsPerEpoch, batches.classNames, batches.files]).toEqual([23, 5, ["a", "b"], whole.files]); // prettier-ignore
    const epochs = [await epochOf(batches), await epochOf(batches)];
    for (const epoch of epochs) {
      expect(epoch.map(({ length }) => length)).toEqual([5, 5, 5, 5, 3]);
      expect(epoch.flat().sort()).toEqual(wanted.toSorted());
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
    const [again, other] = [await make(0), await make(1)];
    expect(await epochOf(again)).toEqual(epochs[0]);
    expect(await epochOf(other)).not.toEqual(epochs[0]);
    for (const one of [batches, again, other]) one.dispose();
  });

  it("trains a network, reading ahead", async () => {
    using batches = await datasets.imageBatches(join(folder, "all"), { size, batchSize: 8 });
    const net = sequential([layers.flatten({ inputShape: [2, 3, 3] }), layers.dense({ units: 2, activation: "softmax" })], { seed: 1 }); // prettier-ignore
    net.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: losses.categoricalCrossentropy() });
    const { history } = await net.fit(batches.batches, { epochs: 8, prefetch: 2 });
    expect(history.loss).toHaveLength(8);
    expect(history.loss[7]).toBeLessThan(history.loss[0]);
  });

  it("names a broken picture among others before training, or leaves it out", async () => {
    const some = join(folder, "some");
    await expect(datasets.imageBatches(some, { size })).rejects.toThrow(`${JSON.stringify(join(some, "a", "17.png"))} cannot be read as a picture`); // prettier-ignore
    using batches = await datasets.imageBatches(some, { size, broken: "skip" });
    expect(batches.count).toBe(39);
    expect(batches.skipped.map(({ file }) => file)).toEqual([join(some, "a", "17.png")]);
  });

  it("gives nothing after dispose", async () => {
    const batches = await datasets.imageBatches(join(folder, "all"), { size });
    batches.dispose();
    batches.dispose();
    await expect(batches.batches().next()).rejects.toThrow("datasets.imageBatches: the batches were disposed.");
  });

  it("gives nothing after dispose in the middle of an epoch either", async () => {
    const batches = await datasets.imageBatches(join(folder, "all"), { size, batchSize: 20 });
    const epoch = batches.batches();
    expect((await epoch.next()).value!.x.shape).toEqual([20, 2, 3, 3]);
    batches.dispose();
    await expect(epoch.next()).rejects.toThrow("datasets.imageBatches: the batches were disposed.");
  });

  it("gives no empty batch where the pictures fill the others", async () => {
    const list = [0, 1, 2, 3].map((n) => ({ path: `a/${n}.png`, bytes: picture(n) }));
    using batches = await datasets.imageBatches(list, { size, batchSize: 2 });
    expect(batches.stepsPerEpoch).toBe(2);
    expect((await epochOf(batches)).map(({ length }) => length)).toEqual([2, 2]);
  });

  it("refuses wrong options", async () => {
    await expect(datasets.imageBatches(folder, { size, batchSize: 0 })).rejects.toThrow("datasets.imageBatches: batchSize is out of range"); // prettier-ignore
    await expect(datasets.imageBatches(folder, { size, batch_size: 1 } as never)).rejects.toThrow(
      "Write it batchSize.",
    );
  });
});
