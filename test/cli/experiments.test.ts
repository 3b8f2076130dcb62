/** Experiments of the train command in this process: what they print, find and refuse. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lessons } from "../../course/index.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { record } from "./support.js";
import { writeTinyMnist } from "./tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-experiments-"));
beforeAll(() => writeTinyMnist(folder, [400, 60]));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const recorded = record();
  const status = await lanegrad(["train", ...args], recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("lanegrad train with the name of an experiment", () => {
  it("has names that no recipe has, all in the help", async () => {
    const names = lessons.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const { stdout } = await run("--help");
    const group = stdout.slice(stdout.indexOf("\nComparisons"), stdout.indexOf("\nOptions:"));
    for (const { name } of lessons.filter(({ kind }) => kind === "comparison"))
      expect(group).toMatch(new RegExp(`^  ${name} +\\w`, "m"));
  });

  it.each([
    ["--resume", ["translation", "--resume", "file"]],
    ["--out", ["translation", "--out", "file"]],
    ["--model", ["translation", "--model", "lstm"]],
  ])("refuses %s, which it has no use for, and names what it takes", async (option, args) => {
    const { status, stdout, stderr } = await run(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      `lanegrad train: ${option} is not for translation; expected --samples, --epochs, --batch, --lr, --data, --download, --seed, --report, --threads, --wide, --json.\n`,
    );
  });

  it("fails before it works for a page that could not be written", async () => {
    const file = join(folder, "no/such/folder/page.html");
    const { status, stderr } = await run("translation", "--data", folder, "--report", file);
    expect(status).toBe(1);
    expect(stderr).toContain("cannot write --report");
  });
});

describe("translation", () => {
  it("finds the dense network blind to shifted digits, the convolutional one not", { timeout: 120_000 }, async () => {
    const args = ["--data", folder, "--epochs", "6", "--batch", "10", "--seed", "3", "--json"];
    const { status, stdout, stderr } = await run("translation", ...args);
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as {
      networks: { network: string; parameters: number; rightAndDown: number[] }[];
    };
    expect(result).toMatchObject({ experiment: "translation", data: "mnist", epochs: 6, batch: 10, seed: 3 });
    const [dense, convolutional] = result.networks;
    expect([dense.network, convolutional.network]).toEqual(["dense", "convolutional"]);
    expect(convolutional.parameters).toBeLessThan(dense.parameters);
    for (const { rightAndDown } of result.networks) {
      expect(rightAndDown).toHaveLength(9);
      expect(rightAndDown[0]).toBeGreaterThan(0.9);
    }
    expect(dense.rightAndDown[8]).toBeLessThan(0.5);
    expect(convolutional.rightAndDown[8]).toBeGreaterThan(0.8);
    expect(stderr).toMatch(/^shift, pixels +scale 0.6 +scale 0.8 +scale 1 +scale 1.2 +scale 1.4$/m);
    expect(stderr.match(/^[0-8](?: +[\d.]+){5}$/gm)).toHaveLength(2 * 6);
    expect(stderr).toContain("Shifted by 8 pixels right and down, the dense network reads ");
  });
});

describe("adding", () => {
  it("is learnt over 10 steps by all three, and says when", async () => {
    const args = ["--length", "10", "--epochs", "12", "--json"];
    const { status, stdout, stderr } = await run("adding", ...args);
    expect(status).toBe(0);
    const { baseline, networks } = JSON.parse(stdout) as {
      baseline: number;
      networks: { network: string; parameters: number; errors: number[]; best: number; stepsToLearn: number | null }[];
    };
    expect(baseline).toBeCloseTo(1 / 6, 12);
    expect(networks.map(({ network }) => network)).toEqual(["simple RNN", "LSTM", "GRU"]);
    // kernel, recurrent kernel and biases of 32 units on 2 numbers, and the last layer's 33
    expect(networks.map(({ parameters }) => parameters)).toEqual([
      2 * 32 + 32 * 32 + 32 + 33,
      4 * (2 * 32 + 32 * 32 + 32) + 33,
      3 * (2 * 32 + 32 * 32 + 2 * 32) + 33,
    ]);
    for (const { errors, best, stepsToLearn } of networks) {
      expect(best).toBe(Math.min(...errors));
      expect(best).toBeLessThan(0.01);
      expect(stepsToLearn).toBe(100 * (1 + errors.findIndex((error) => error < 0.01)));
    }
    expect(stderr).toContain("LSTM and GRU add over 10 steps");
    expect(stderr).toContain("The simple network has learnt it too: try length = 40.");
  });

  it("says where nobody has learnt it, and that recipes have no --length", async () => {
    const { stdout } = await run("adding", "--length", "60", "--epochs", "1");
    expect(stdout).toContain("Neither LSTM nor GRU has learnt to add over 60 steps: try epochs = 4.");
    expect(stdout).toMatch(/^GRU +0\.\d+ +never +100 +3,489 /m);
    expect((await run("xor", "--length", "60")).stderr).toBe(
      'lanegrad train: --length is for adding; expected train adding --length N, got "xor".\n',
    );
    expect((await run("adding", "--length", "1")).stderr).toContain(
      "--length is out of range; expected an integer ≥ 2",
    );
  });
});

describe("vanishing", () => {
  it("finds s = 0.5 to the power k as a bound, 1.5 to explode, and open gates to keep the gradient", async () => {
    const { status, stdout, stderr } = await run("vanishing", "--json");
    expect(status).toBe(0);
    const { networks, weights } = JSON.parse(stdout) as {
      networks: { name: string; norms: number[] }[];
      weights: { name: string; lengths: number[]; norms: number[] }[];
    };
    const [small, one, large, , openLstm, , openGru] = networks.map(({ norms }) => norms);
    for (const [i, norm] of small.entries()) {
      expect(norm).toBeLessThanOrEqual(0.5 ** (i + 1) * 1.00001);
      expect(one[i]).toBeLessThanOrEqual(1.00001);
    }
    expect(small[0]).toBeGreaterThan(0.49); // tanh is almost straight here
    expect(large[99]).toBeGreaterThan(1000);
    expect(large[99]).toBeLessThan(1.5 ** 100);
    expect(Math.min(openLstm[99], openGru[99])).toBeGreaterThan(1e-3);
    const [, , wild, clipped] = weights.map(({ norms }) => norms);
    for (const [i, norm] of wild.entries()) expect(clipped[i]).toBeCloseTo(Math.min(1, norm), 4);
    expect(stderr).toContain("Over 100 steps the gradient of the simple network falls to ");
    expect(stderr).toContain(
      "The test of these statements: over 100 steps, s = 0.5 leaves less than 1.0e-6, s = 1.5 more than 100 times what s = 1 leaves, and open gates more than 1.0e-3.",
    );
  });
});
