/** The lessons that show one thing each: what they compute, and what they refuse. */
import { describe, expect, it } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { record } from "../cli/support.js";

async function run(...args: string[]): Promise<{ result: Record<string, unknown>; text: string }> {
  const recorded = record();
  expect(await lanegrad(["train", ...args, "--json"], recorded.surroundings), recorded.stderr()).toBe(0);
  return { result: JSON.parse(recorded.stdout()) as Record<string, unknown>, text: recorded.stderr() };
}

async function refused(...args: string[]): Promise<string> {
  const recorded = record();
  expect(await lanegrad(["train", ...args], recorded.surroundings)).not.toBe(0);
  return recorded.stderr();
}

describe("neuron", () => {
  it("0.5 · 1 + (−0.75) · (−2) − 0.5 is 1.5, and its logistic function 0.8176", async () => {
    const { result, text } = await run("neuron");
    expect(result.z).toBeCloseTo(1.5, 6);
    expect(result.y).toBeCloseTo(1 / (1 + Math.exp(-1.5)), 6);
    expect(text).toContain("The unit and the library's dense agree: 0.81757.");
  });

  it.each(["linear", "relu", "leakyRelu", "tanh", "elu", "softplus"])("agrees with dense by %s", async (activation) => {
    const { result } = await run("neuron", "--activation", activation, "--x1=-3", "--b", "0.25");
    expect(result.difference).toBeLessThan(1e-6);
  });
});

describe("layer", () => {
  it.each([[], ["--samples", "1", "--inputs", "7", "--units", "5", "--seed", "3"]])(
    "agrees with dense %#",
    async (...args) => {
      const { result, text } = await run("layer", ...args);
      const { dense, sampleBySample } = result.differences as Record<string, number>;
      expect(Math.max(dense, sampleBySample)).toBeLessThan(1e-5);
      expect(text).toContain("computes the same");
    },
  );

  it("refuses what cannot be written out", async () => {
    expect(await refused("layer", "--units", "65")).toContain("must be at most 64");
  });
});

describe("convolution-steps", () => {
  it.each([
    [[], 3],
    [["--kernel", "2", "--stride", "1", "--padding", "0", "--seed", "4"], 4],
    [["--kernel", "5", "--stride", "3", "--padding", "2"], 2],
    [["--kernel", "1", "--stride", "4", "--padding", "0", "--row", "1", "--column", "1"], 2],
  ] as const)("agrees with conv2d, pooling and 1 × 1: %j", async (args, size) => {
    const { result } = await run("convolution-steps", ...args);
    expect([result.size, result.difference, result.mixing]).toEqual([size, 0, 0]);
    expect(result.pooling).toBeLessThan(1e-6);
  });

  it("refuses a kernel that does not fit, too much padding, a place outside", async () => {
    expect(await refused("convolution-steps", "--kernel", "8")).toContain("a kernel of 8 × 8 does not fit into 7 × 7");
    expect(await refused("convolution-steps", "--kernel", "1")).toContain("padding must be less than the kernel, 1");
    expect(await refused("convolution-steps", "--row", "3")).toContain("row and column must be below 3");
  });
});

describe("scaling-inputs", () => {
  it("raw inputs far from zero need many times the steps of standardised ones, on every seed", async () => {
    for (const seed of ["0", "1", "2"]) {
      const { result, text } = await run("scaling-inputs", "--seed", seed);
      const [raw, centred, standardised] = result.results as { steps: number; condition: number; isDone: boolean }[];
      expect(raw.steps).toBeGreaterThan(5 * centred.steps);
      expect(centred.steps).toBeGreaterThan(2 * standardised.steps);
      expect(standardised.condition).toBeLessThan(2);
      expect(text).toMatch(/Standardised inputs need \d+ steps, raw ones/);
    }
  });

  it("the farther the inputs are from zero, the more", async () => {
    const steps = async (mean: string): Promise<number> => {
      const { result } = await run("scaling-inputs", "--mean", mean, "--spread", "1");
      return (result.results as { steps: number }[])[0].steps;
    };
    expect(await steps("4")).toBeGreaterThan(5 * (await steps("0")));
  });
});
