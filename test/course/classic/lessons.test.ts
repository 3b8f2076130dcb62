/** The networks before and beside back-propagation: what their lessons find. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

async function run(lesson: string, ...args: string[]): Promise<{ result: unknown; text: string }> {
  const recorded = record();
  const status = await lanegrad(["train", lesson, "--json", "--threads", "1", ...args], recorded.surroundings);
  expect(status, recorded.stderr()).toBe(0);
  return { result: JSON.parse(recorded.stdout()) as unknown, text: recorded.stderr() };
}

it("perceptron: learns and, or and points within the bound, not exclusive or", async () => {
  interface Task {
    readonly task: string;
    readonly converged: boolean;
    readonly updates: number;
    readonly bound?: number;
  }
  const { result, text } = await run("perceptron");
  for (const { task, converged, updates, bound } of (result as { results: Task[] }).results) {
    expect(converged, task).toBe(task !== "exclusive or");
    if (bound !== undefined) expect(updates, task).toBeLessThanOrEqual(bound);
  }
  expect(text).toContain("Not learnt in 300 epochs: exclusive or.");
});

it("hopfield: recall falls between loads of 0.12 and 0.2 by Hebb's rule, and not by the pseudo-inverse", async () => {
  interface Result {
    readonly recall: number[];
    readonly load: number[];
    readonly fall: number;
    readonly curves: Record<string, { readonly recall: number }[]>;
  }
  const { result: found, text } = await run("hopfield", "--units", "250");
  const result = found as Result;
  expect(result.recall).toHaveLength(result.load.length);
  expect(result.fall).toBeGreaterThan(0.12);
  expect(result.fall).toBeLessThan(0.2);
  expect(result.recall.at(-1)!).toBeLessThan(0.1);
  expect(result.curves["pseudo-inverse"].at(-1)!.recall).toBe(1);
  expect(text).toContain("The energy never rose.");
});

it.each([
  ["colours", "rectangular", "batch"],
  ["iris", "hexagonal", "batch"],
  ["iris", "rectangular", "online"],
])("som: a map of %s, %s, %s, fits and keeps neighbours together", async (samples, topology, method) => {
  const args = ["--samples", samples, "--topology", topology, "--method", method, "--side", "8", "--epochs", "12"];
  const { result, text } = await run("som", ...args);
  const { quantizationError, topographicError, purity } = result as Record<string, number>;
  expect(quantizationError).toBeLessThan(samples === "iris" ? 0.4 : 0.15);
  expect(topographicError).toBeLessThan(0.25);
  if (samples === "iris") expect(purity).toBeGreaterThan(0.93);
  expect(text).toContain("the mean distance to the nearest unit fell from");
});

it("rbm: on a tiny set the reconstruction improves, features are classified, the report has filters and fantasies", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lanegrad-rbm-"));
  try {
    writeTinyMnist(folder, [300, 50]);
    const { result, text } = await run("rbm", "--hidden", "32", "--epochs", "3", "--classifier", "3", "--data", folder);
    const { errorPercent, reconstructionError, freeEnergyGap } = result as Record<string, number>;
    expect(errorPercent).toBeLessThanOrEqual(100);
    expect(reconstructionError).toBeLessThan(0.2);
    expect(Number.isFinite(freeEnergyGap)).toBe(true);
    expect(text).toContain("Learnt without labels, 32 features are");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("deep-belief: each run has both errors, and the verdict agrees with its test", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lanegrad-belief-"));
  try {
    writeTinyMnist(folder, [300, 80]);
    const sizes = ["--labelled", "60", "--unlabelled", "300", "--hidden", "24", "--pretraining", "3", "--epochs", "6"];
    const { result: found, text } = await run("deep-belief", ...sizes, "--runs", "3", "--data", folder);
    const result = found as Record<"errorPercent" | "randomErrorPercent" | "standardErrors", number> & {
      readonly results: { readonly errorPercent: number; readonly randomErrorPercent: number }[];
    };
    expect(result.results).toHaveLength(3);
    for (const name of ["errorPercent", "randomErrorPercent"] as const) {
      const mean = result.results.reduce((sum, one) => sum + one[name], 0) / 3;
      expect(result[name]).toBeCloseTo(mean, 9);
      expect(mean).toBeGreaterThan(0);
    }
    const gains = result.results.map((one) => one.randomErrorPercent - one.errorPercent);
    const mean = gains.reduce((sum, one) => sum + one, 0) / 3;
    const spread = Math.sqrt(gains.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 6);
    expect(result.standardErrors).toBeCloseTo(mean / spread, 6);
    const { standardErrors } = result;
    const verdict = standardErrors > 4 ? "helps" : standardErrors < -4 ? "harms" : "makes no clear difference";
    expect(text).toContain(`Pre-training ${verdict}: with 60 labels`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("competitive: a conscience leaves fewer units dead", async () => {
  const { result } = await run("competitive");
  const [plain, fair] = (result as { results: { readonly dead: number }[] }).results;
  expect(plain.dead).toBeGreaterThan(fair.dead);
});

it("boltzmann: hidden units learn exclusive or, pairs do not, and sampling agrees with counting", async () => {
  const { result, text } = await run("boltzmann");
  const { divergences, distance } = result as { readonly divergences: number[]; readonly distance: number };
  expect(divergences[0]).toBeCloseTo(Math.log(2), 2);
  expect(divergences[1]).toBeLessThan(0.1);
  expect(distance).toBeLessThan(0.1);
  expect(text).toContain("Visible units alone do not learn it");
});
