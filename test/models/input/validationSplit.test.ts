/** validationSplit of samples that are sorted by class: the last ones are of the last classes, which fit refuses. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../src/errors.js";
import {
  datasets,
  layers,
  losses,
  optimizers,
  memoryUsage,
  sequential,
  tensor,
  type Loss,
} from "../../../src/index.js";
import { columnsOf, type DataColumns } from "../../../src/models/input/batchColumns.js";
import { release } from "../../../src/models/input/columns.js";
import { splitRows } from "../../../src/models/input/validationSplit.js";
import { keep } from "../../../src/tensor/scope.js";
import type { Tensor, TensorValues } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { writePng } from "../../support/files/png.js";

describe("splitRows", () => {
  const column = (one: Tensor) => ({ tensor: one, isOwned: false });
  const rising = (N: number): DataColumns => {
    const list = Array.from({ length: N }, (_, i) => i);
    const [inputs, targets] = [
      [column(tensor(list.map((i) => [i, i + 1])))],
      [column(tensor(list.map((i) => [i / 2])))],
    ];
    const masks = [undefined, column(tensor(Int32Array.from(list.flatMap((i) => [i, 1])), [N, 2]))];
    return { inputs, targets, weights: [column(tensor(list.map((i) => 10 * i)))], masks };
  };
  const values = ({ inputs, targets, weights, masks }: DataColumns): unknown[] =>
    [inputs, targets, weights, masks].map((list) => list.map((one) => one?.tensor.toArray()));

  it("cuts inputs, targets, weights and masks at the same sample, the last part for validation", () => {
    const [training, validation] = splitRows(rising(5), 0.4, keep);
    expect(values(training)).toEqual([[[[0, 1], [1, 2], [2, 3]]], [[[0], [0.5], [1]]], [[0, 10, 20]], [undefined, [[0, 1], [1, 1], [2, 1]]]]);
    expect(values(validation)).toEqual([[[[3, 4], [4, 5]]], [[[1.5], [2]]], [[30, 40]], [undefined, [[3, 1], [4, 1]]]]);
  }); // prettier-ignore

  it("makes views, which are freed as the other columns are", () => {
    const { bytesInUse } = memoryUsage();
    const data = rising(5);
    for (const part of splitRows(data, 0.4, keep)) release(columnsOf(part));
    for (const { tensor: one } of columnsOf(data)) one.dispose();
    expect(memoryUsage().bytesInUse).toBeLessThanOrEqual(bytesInUse);
  });

  const ofTargets = (values: TensorValues, shape: readonly number[]): DataColumns => {
    return { ...rising(shape[0]), targets: [column(tensor(values, shape))] };
  };
  it.each<[string, TensorValues, readonly number[], boolean]>([
    ["two samples of each class, the fewest that are refused", Int32Array.of(0, 0, 1, 1), [4], true],
    ["labels of steps", Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1), [4, 2], false],
    ["one number for each step", Float32Array.of(0, 0, 1, 1), [4, 1, 1], false],
    ["numbers that are no classes, of which some are 0 or 1", Float32Array.of(0, 0, 1, 1, 2, 2), [6, 1], false],
    ["rows with several ones", Float32Array.of(1, 0, 1, 0, 1, 1, 1, 1), [4, 2], false],
  ])("%s", (_, values, shape, isRefused) => {
    const split = (): unknown => splitRows(ofTargets(values, shape), 1 / shape[0], keep);
    if (isRefused) expect(split).toThrow("the samples are sorted by class");
    else expect(split()).toHaveLength(2);
  }); // prettier-ignore

  it("takes the part of the samples rounded down, and refuses one that leaves nothing on a side", () => {
    expect(splitRows(rising(5), 0.39, keep)[1].inputs[0].tensor.shape).toEqual([1, 2]);
    const wrong = "fit: validationSplit leaves one part empty; expected at least one sample each, got";
    expect(() => splitRows(rising(5), 0.19, keep)).toThrow(new ShapeError(`${wrong} 0.19 of 5.`));
    expect(() => splitRows(rising(1), 1, keep)).toThrow(new ShapeError(`${wrong} 1 of 1.`));
  });
});

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
