/** Overfitting: which weights pruning deletes, and the lesson on a tiny set of digits. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { smallest, without } from "../../../course/feedforward/overfitting/pruning.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-overfitting-"));
beforeAll(() => writeTinyMnist(folder, [240, 200]));
afterAll(() => rmSync(folder, { recursive: true }));

it("keeping half of four weights in two kernels deletes the two smallest of both together, and no bias", () => {
  const weights = [Float32Array.of(1, -4), Float32Array.of(0.1, 0.2), Float32Array.of(-2, 3)];
  const isKernel = [true, false, true];
  const half = without(weights, smallest(weights, isKernel, 0.5));
  expect(half.map((all) => [...all])).toEqual([[0, -4], [...weights[1]], [0, 3]]); // prettier-ignore
  expect(without(weights, smallest(weights, isKernel, 1))).toEqual(weights);
});

it("overfitting: training digits are learnt by heart, gains are paired by seed, and pruning has an error for each share", async () => {
  const recorded = record();
  const args = ["--json", "--threads", "1", "--samples", "120", "--seeds", "2", "--units", "40", "--epochs", "25", "--batch", "20", "--data", folder]; // prettier-ignore
  expect(await lanegrad(["train", "overfitting", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  interface Compared {
    readonly name: string;
    readonly trainingError: number;
    readonly testErrors: number[];
    readonly gain: number;
  }
  const { remedies, pruned } = JSON.parse(recorded.stdout()) as {
    remedies: Compared[];
    pruned: { readonly kept: number; readonly before: number; readonly after: number }[];
  };
  expect(remedies.map(({ name }) => name)).toEqual([
    "nothing",
    "L2",
    "L1",
    "dropout",
    "early stopping",
    "augmentation",
  ]);
  const [nothing, ...others] = remedies;
  expect(nothing.trainingError).toBeLessThan(0.05);
  for (const { testErrors, gain } of others) {
    const gains = testErrors.map((error, k) => nothing.testErrors[k] - error);
    expect(gain).toBeCloseTo((gains[0] + gains[1]) / 2, 10);
  }
  expect(pruned.map(({ kept }) => kept)).toEqual([1, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02]);
  expect(pruned[0].before).toBe(nothing.testErrors[0]);
  expect(pruned.at(-1)!.before).toBeGreaterThan(pruned[0].before + 0.2);
  expect(pruned[2].after).toBeLessThan(pruned.at(-1)!.before);
  expect(recorded.stderr()).toMatch(/At a cost of at most 0\.2 %, .* of the weights can be deleted at once/);
});
