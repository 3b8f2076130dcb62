/** validationSplit of samples that are sorted by class: the last ones are of the last classes, which fit refuses. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { datasets, layers, losses, optimizers, sequential, type Loss } from "../../../src/index.js";
import "../../support/engine.js";
import { writePng } from "../../support/files/png.js";

const x = Array.from({ length: 12 }, (_, i) => [i / 12]);
const fit = (y: Parameters<ReturnType<typeof sequential>["fit"]>[1], units: number, loss: Loss, validationSplit = 0.25) => {
  const model = sequential([layers.dense({ units, inputShape: [1] })]);
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss });
  return model.fit(x, y, { validationSplit });
}; // prettier-ignore
const logits = { fromLogits: true };
const sorted = x.map((_, i) => Math.floor(i / 4));
const oneHot = (labels: readonly number[]): number[][] => labels.map((label) => [0, 1, 2].map((c) => +(c === label)));

describe("samples that are sorted by class are refused, and it is said what to do", () => {
  const wrong = (got: number, all = 3): string =>
    `fit: validationSplit takes the last samples, and the samples are sorted by class; expected all ${all} classes among the last 3 samples, got ${got}. Shuffle x and y together, or give validationData: datasets.trainTestSplit({ x, y }, { stratify: true }) makes both parts. Of a series in time give the end.`;

  it.each<[string, () => ReturnType<typeof fit>, string]>([
    ["labels", () => fit(sorted, 3, losses.sparseCategoricalCrossentropy(logits)), wrong(1)],
    ["labels, downwards", () => fit([...sorted].reverse(), 3, losses.sparseCategoricalCrossentropy(logits)), wrong(1)],
    ["one-hot rows", () => fit(oneHot(sorted), 3, losses.categoricalCrossentropy(logits)), wrong(1)],
    ["0 and 1", () => fit(x.map((_, i) => +(i > 6)), 1, losses.binaryCrossentropy(logits)), wrong(1, 2)],
  ])("%s", async (_, fitting, text) => {
    await expect(fitting()).rejects.toThrow(text);
  }); // prettier-ignore
});

describe("others are split as ever", () => {
  it.each<[string, () => ReturnType<typeof fit>]>([
    ["labels in turn", () => fit(x.map((_, i) => i % 3), 3, losses.sparseCategoricalCrossentropy(logits))],
    ["a rare class that only the last sample has", () => fit([0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 2], 3, losses.sparseCategoricalCrossentropy(logits))],
    ["one class alone", () => fit(x.map(() => 1), 1, losses.binaryCrossentropy(logits))],
    ["each sample of a class of its own", () => fit(x.map((_, i) => i), 12, losses.sparseCategoricalCrossentropy(logits))],
    ["rising numbers", () => fit(x, 1, losses.meanSquaredError())],
    ["several answers a sample", () => fit(x.map((_, i) => [+(i > 5), +(i > 5)]), 2, losses.binaryCrossentropy(logits))],
  ])("%s", async (_, fitting) => {
    const { history } = await fitting();
    expect(history.valLoss).toHaveLength(1);
  }); // prettier-ignore
});

it("a folder of pictures comes in an order in which the last of them are of all classes, the same with one seed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lanegrad-"));
  try {
    for (const [c, name] of ["ant", "bee", "cat"].entries())
      for (let i = 0; i < 10; i++) {
        const path = join(folder, name, `${i}.png`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, writePng({ width: 1, height: 1, depth: 8, color: 2, samples: [c, c, i] }));
      }
    const pets = await datasets.imageFolder(folder, { size: [1, 1] });
    const labels = [...pets.y.toTypedArray()];
    expect(new Set(labels.slice(-9)).size).toBe(3);
    expect(pets.files.map((file) => pets.classNames.indexOf(dirname(file).slice(folder.length + 1)))).toEqual(labels);
    const pixels = pets.x.toTypedArray();
    expect(labels.map((_, i) => pixels[3 * i])).toEqual(labels);
    expect((await datasets.imageFolder(folder, { size: [1, 1] })).files).toEqual(pets.files);
    expect((await datasets.imageFolder(folder, { size: [1, 1], seed: 1 })).files).not.toEqual(pets.files);
    const model = sequential([layers.flatten(), layers.dense({ units: 3 })]);
    model.compile({ optimizer: optimizers.sgd(), loss: losses.sparseCategoricalCrossentropy(logits) });
    await model.fit(pets, { validationSplit: 0.3 });
    const byClass = await datasets.imageFolder(folder, { size: [1, 1], shuffle: false });
    await expect(model.fit(byClass, { validationSplit: 0.3 })).rejects.toThrow("the samples are sorted by class");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
