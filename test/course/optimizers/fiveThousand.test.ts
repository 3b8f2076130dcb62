/** Five thousand digits at once, on a tiny set: the lesson's results and its conclusion. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-five-thousand-"));
beforeAll(() => writeTinyMnist(folder, [300, 50]));
afterAll(() => rmSync(folder, { recursive: true }));

it("five-thousand: L-BFGS comes to the least loss, and the result says when", async () => {
  const recorded = record();
  const args = ["--json", "--threads", "1", "--epochs", "30", "--data", folder];
  expect(await lanegrad(["train", "five-thousand", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  const result = JSON.parse(recorded.stdout()) as Record<string, number> & { results: Record<string, number>[] };
  const [regression, adam, , hidden] = result.results;
  expect(regression.loss).toBeLessThan(adam.loss + 1e-6);
  expect(result.passesToOptimum).toBeLessThanOrEqual(regression.passes);
  expect(regression.passes).toBeGreaterThanOrEqual(regression.epochs);
  expect(hidden.epochs).toBeLessThanOrEqual(30);
  expect(result.trainAccuracyPercent).toBeCloseTo(100 * hidden.trainAccuracy, 6);
  expect(recorded.stderr()).toMatch(/Regression comes to within 0.00001 of the least loss: by L-BFGS after \d+ passes/);
});
