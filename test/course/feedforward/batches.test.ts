/** Full batch, mini-batches and single samples on a tiny set of digits: what each needs, and the plane of two weights. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-batches-"));
beforeAll(() => writeTinyMnist(folder, [300, 10]));
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly name: string;
  readonly steps: number;
  readonly samples: number;
  readonly loss: number;
  readonly isThere: boolean;
  readonly isBest: boolean;
}

it("batches: all samples at once need the fewest steps and the most samples; single samples wander about", async () => {
  const recorded = record();
  const args = ["--json", "--threads", "1", "--target", "0.5", "--batch", "20", "--data", folder];
  expect(await lanegrad(["train", "batches", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  const { results, spreads } = JSON.parse(recorded.stdout()) as { results: Result[]; spreads: Record<string, number> };
  expect(results).toHaveLength(9);
  const [full, mini, single] = results.filter(({ isBest }) => isBest);
  for (const { isThere, loss } of [full, mini, single]) {
    expect(isThere).toBe(true);
    expect(loss).toBeLessThanOrEqual(0.5);
  }
  expect([full.name, mini.name, single.name]).toEqual(["all 300", "batches of 20", "single samples"]);
  expect(full.steps).toBeLessThan(single.steps);
  expect(full.samples).toBeGreaterThan(2 * mini.samples);
  expect(full.samples).toBe(300 * full.steps);
  expect(single.samples).toBe(single.steps);
  expect(spreads["all samples"]).toBeLessThan(spreads["16 samples"]);
  expect(spreads["16 samples"]).toBeLessThan(spreads["one sample"]);
  expect(recorded.stderr()).toMatch(/The loss 0\.5 is reached by all samples at once after \d+ steps/);
});
