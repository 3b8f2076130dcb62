/** Experiments of the train command in this process: what they print, find and refuse. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { experiments } from "../../src/cli/experiments/index.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { recipes } from "../../src/cli/recipes/index.js";
import { record } from "./support.js";
import { writeTinyMnist } from "./tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-experiments-"));
beforeAll(() => writeTinyMnist(folder, [600, 100]));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const recorded = record();
  const status = await lanegrad(["train", ...args], recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("lanegrad train with the name of an experiment", () => {
  it("has names that no recipe has, all in the help", async () => {
    const names = [...recipes, ...experiments].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const { stdout } = await run("--help");
    const group = stdout.slice(stdout.indexOf("\nComparisons"), stdout.indexOf("\nOptions:"));
    for (const { name } of experiments) expect(group).toMatch(new RegExp(`^  ${name} +\\w`, "m"));
  });

  it.each([
    ["--resume", ["translation", "--resume", "file"]],
    ["--out", ["translation", "--out", "file"]],
    ["--model", ["translation", "--model", "lstm"]],
  ])("refuses %s, which it has no use for, and names what it takes", async (option, args) => {
    const { status, stdout, stderr } = await run(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      `lanegrad train: ${option} is not for translation; expected --epochs, --batch, --lr, --data, --download, --seed, --report, --threads, --wide, --json.\n`,
    );
  });

  it("fails before it works for a page that could not be written", async () => {
    const file = join(folder, "no/such/folder/page.html");
    const { status, stderr } = await run("translation", "--data", folder, "--report", file);
    expect(status).toBe(1);
    expect(stderr).toContain("cannot write to");
  });
});

describe("translation", () => {
  it("finds the dense network blind to shifted digits, the convolutional one not", async () => {
    const args = ["--data", folder, "--epochs", "6", "--batch", "10", "--seed", "3", "--json"];
    const { status, stdout, stderr } = await run("translation", ...args);
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as {
      networks: { network: string; parameters: number; rightAndDown: number[] }[];
    };
    expect(result).toMatchObject({ experiment: "translation", data: "mnist", epochs: 6, batch: 10, seed: 3 });
    const [dense, convolutional] = result.networks;
    expect([dense.network, convolutional.network]).toEqual(["dense", "convolutional"]);
    expect(Math.abs(convolutional.parameters / dense.parameters - 1)).toBeLessThan(0.02);
    for (const { rightAndDown } of result.networks) {
      expect(rightAndDown).toHaveLength(9);
      expect(rightAndDown[0]).toBeGreaterThan(0.9);
    }
    expect(dense.rightAndDown[8]).toBeLessThan(0.5);
    expect(convolutional.rightAndDown[8]).toBeGreaterThan(0.8);
    expect(stderr).toMatch(/^shift +dense, right +dense, right and down +convolutional, right/m);
    expect(stderr.match(/^[0-8](?: +[\d.]+ %){4}$/gm)).toHaveLength(9);
    expect(stderr).toContain("Shifted by 8 pixels right and down, the dense network reads ");
  });
});
