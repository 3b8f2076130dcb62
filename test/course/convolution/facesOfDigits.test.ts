/** Metric learning: the loss of triplets, the area under the ROC curve, and the lesson on a tiny set of digits. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tripletLoss } from "../../../course/convolution/facesOfDigits/triplets.js";
import { mostLike, rocOf } from "../../../course/convolution/facesOfDigits/verification.js";
import { init, tensor } from "../../../src/index.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-faces-"));
beforeAll(() => writeTinyMnist(folder, [600, 200]));
afterAll(() => rmSync(folder, { recursive: true }));

it("the loss is the mean over all triplets in plain loops", async () => {
  await init({ threads: 1 });
  const labels = [0, 1, 0, 2, 1, 0];
  const angles = [0.1, 0.5, 0.9, 2, 1.1, 0.3];
  const rows = angles.map((angle) => [Math.cos(angle), Math.sin(angle)]);
  const like = (i: number, j: number): number => Math.cos(angles[i] - angles[j]);
  let [total, count] = [0, 0];
  for (const [a, of] of labels.entries())
    for (const [p, as] of labels.entries())
      for (const [n, other] of labels.entries()) {
        if (of !== as || of === other) continue;
        total += Math.max(0, like(a, n) - like(a, p) + 0.2);
        count++;
      }
  const loss = tripletLoss(0.2)(tensor(Int32Array.from(labels)), tensor(rows));
  expect(loss.item()).toBeCloseTo(total / count, 5);
});

it("areas: 1 where all pairs are in order, 0.5 where all are alike, 0 where all are out of order", () => {
  const at = (...angles: number[]): Float32Array => Float32Array.from(angles.flatMap((one) => [Math.cos(one), Math.sin(one)])); // prettier-ignore
  expect(rocOf(at(0, 0.1, 2, 2.1), [0, 0, 1, 1]).area).toBe(1);
  expect(rocOf(at(1, 1, 1, 1), [0, 0, 1, 1]).area).toBe(0.5);
  // The pair of the same class is 0.5 apart, those of two classes 0.3 and 0.2.
  const { area, falsePositives, truePositives } = rocOf(at(0, 0.5, 0.3), [0, 0, 1]);
  expect(area).toBe(0);
  expect(falsePositives[0]).toBe(0);
  expect(truePositives.at(-1)).toBe(0);
  expect(mostLike(at(0, 0.5, 0.3, 2), 4, 0, 2)).toEqual([2, 1]);
});

it("faces-of-digits: digits of trained classes are told apart, and each class is left out once", async () => {
  const recorded = record();
  const args = ["--json", "--threads", "1", "--samples", "600", "--epochs", "4", "--batch", "32", "--data", folder];
  expect(await lanegrad(["train", "faces-of-digits", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  interface Result {
    readonly leftOut: number[];
    readonly areaTrained: number;
    readonly areaLeftOut: number;
  }
  const { results } = JSON.parse(recorded.stdout()) as { results: Result[] };
  expect(results.flatMap(({ leftOut }) => leftOut).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const { areaTrained, areaLeftOut } of results) {
    expect(areaTrained).toBeGreaterThan(0.9);
    expect(areaLeftOut).toBeGreaterThan(0.5);
  }
  expect(recorded.stderr()).toMatch(/Unseen digits of trained classes are told apart with areas of/);
});
