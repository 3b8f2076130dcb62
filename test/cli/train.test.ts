/** The train command in this process: its output on pipes and terminals, its JSON, its errors. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lessons } from "../../course/index.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { info } from "../../src/index.js";
import { sharedData } from "../support/sharedData.js";
import { plain, record } from "./support.js";
import { writeTinyMnist } from "./tinyMnist.js";

const names = [...lessons.filter(({ kind }) => kind !== "table").map(({ name }) => name), "imdb"];
const folder = mkdtempSync(join(tmpdir(), "lanegrad-train-"));
const mnist = join(folder, "mnist");
const file = (name: string): string => join(folder, name);

beforeAll(() => writeTinyMnist(mnist, [600, 100]));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command line; without `columns` its streams are pipes. */
async function run(args: readonly string[], { columns, env }: { columns?: number; env?: Record<string, string> } = {}) {
  const recorded = record(columns, env);
  const status = await lanegrad(args, recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("lanegrad train", () => {
  it("solves exclusive or, and says so with one line an epoch", async () => {
    const { status, stdout, stderr } = await run(["train", "xor"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout.match(/^epoch +\d+\/20 {2}loss /gm)).toHaveLength(20);
    expect(stdout).toMatch(/^test +100\.00 % right, 0 of 4 wrong \(0\.00 %\), loss 0\.00/m);
    expect(stdout).not.toContain("\u001b");
  });

  it("prints with --json one object on standard output and everything else on standard error", async () => {
    const { status, stdout, stderr } = await run([
      "train",
      "mnist-mlp-300",
      "--data",
      folder,
      "--epochs",
      "4",
      "--batch",
      "20",
      "--json",
    ]);
    expect(status).toBe(0);
    expect(stdout.endsWith("\n")).toBe(true);
    expect(stdout.trimEnd()).not.toContain("\n");
    const result = JSON.parse(stdout) as Record<string, number>;
    expect(Object.keys(result)).toEqual([
      "recipe",
      "data",
      "seed",
      "epochs",
      "trainLoss",
      "testLoss",
      "testAccuracy",
      "testErrorPercent",
      "seconds",
      "samplesPerSecond",
      "wide",
      "threads",
      "build",
    ]);
    expect(result).toMatchObject({
      recipe: "mnist-mlp-300",
      data: "mnist",
      epochs: 4,
      wide: false,
      threads: info().threads,
      build: info().build,
    });
    expect(result.testAccuracy).toBeGreaterThan(0.9);
    expect(result.testErrorPercent).toBeCloseTo(100 * (1 - result.testAccuracy), 10);
    expect(result.samplesPerSecond).toBeCloseTo((4 * 600) / result.seconds, 6);
    expect(stderr).toContain("epoch 4/4  ");
    expect(stderr).toContain("most confused with");
  });

  it("shows on a terminal one live line, then the table and misread digits, never wider than the terminal", async () => {
    const args = ["train", "mnist-linear", "--data", mnist, "--epochs", "2", "--batch", "10", "--lr", "0.0001"];
    const { status, stdout } = await run(args, { columns: 70 });
    expect(status).toBe(0);
    expect(stdout).toContain("\u001b[2m──");
    const lines = plain(stdout).split("\n");
    expect(lines.filter((line) => line.includes("\repoch"))).toHaveLength(1);
    const table = lines.slice(lines.findIndex((line) => line.startsWith("class")));
    expect(table[1]).toMatch(/^0 +[\d.]+ % +[\d.]+ % +\d+ of \d+/);
    const captions = table.find((line) => / read as /.test(line));
    expect(captions).toMatch(/^\d read as \d, \d+ %( {3,}\d read as \d, \d+ %)+$/);
    for (const line of table) expect(line.length).toBeLessThanOrEqual(70);
    expect(plain(stdout).match(/▀{20,}/)).not.toBeNull();
  });

  it("has no colours under NO_COLOR, and draws digits in blocks", async () => {
    const args = ["train", "mnist-linear", "--data", mnist, "--epochs", "1", "--lr", "0.0001"];
    const { stdout } = await run(args, { columns: 70, env: { NO_COLOR: "1" } });
    expect(stdout).not.toContain("\u001b[3");
    expect(stdout).toMatch(/[▀▄█]/);
  });

  it("takes MNIST from LANEGRAD_DATA, but from --data first", async () => {
    const other = file("other");
    writeTinyMnist(join(other, "mnist"), [50, 10]);
    const args = ["train", "digits", "--epochs", "1", "--batch", "10"];
    expect((await run(args, { env: { LANEGRAD_DATA: other } })).stdout).toContain(
      `data     MNIST from ${join(other, "mnist")}, 50 to train on and 10 to test`,
    );
    const { stdout } = await run([...args, "--data", mnist], { env: { LANEGRAD_DATA: other } });
    expect(stdout).toContain(`data     MNIST from ${mnist}, 600 to train on and 100 to test`);
  });

  it("gives the same model for the same seed and another one for another seed", async () => {
    const model = async (seed: string): Promise<Buffer> => {
      expect(
        (await run(["train", "xor", "--epochs", "2", "--seed", seed, "--out", file("seed.safetensors")])).status,
      ).toBe(0);
      return readFileSync(file("seed.safetensors"));
    };
    const first = await model("7");
    expect(first.equals(await model("7"))).toBe(true);
    expect(first.equals(await model("8"))).toBe(false);
  });
});

describe("lanegrad train on the real digits", () => {
  const real = sharedData("mnist");

  it.skipIf(real === undefined)("mnist-linear errs on at most 8.0 % of the test set", async () => {
    const { status, stdout } = await run(["train", "mnist-linear", "--data", real!, "--json"]);
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { testErrorPercent: number }).testErrorPercent).toBeLessThanOrEqual(8);
  });
});

describe("lanegrad train fails", () => {
  const empty = file("empty");
  beforeAll(() => {
    mkdirSync(empty);
    writeTinyMnist(file("damaged"), [20, 10]);
    const images = join(file("damaged"), "train-images-idx3-ubyte.gz");
    writeFileSync(images, readFileSync(images).subarray(0, 500));
  });

  it("without MNIST where a recipe needs it, and says how to get it", async () => {
    const { status, stdout, stderr } = await run(["train", "mnist-linear", "--data", empty]);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      `train: MNIST is not in ${JSON.stringify(empty)}. Pass --data DIR with its four files, or --download to fetch them once into the cache (11.6 MB).\n`,
    );
  });

  it("for damaged data, in one line", async () => {
    const { status, stderr } = await run(["train", "digits", "--data", file("damaged")]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^datasets\.mnist: train-images-idx3-ubyte\.gz: .*\n$/);
  });

  it("before it trains, for a model that could not be saved", async () => {
    const { status, stdout, stderr } = await run(["train", "xor", "--out", file("no/such/folder/model")]);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      `train: cannot write --out ${JSON.stringify(file("no/such/folder/model"))}: it, or its folder, does not exist. Make the folder first, or name another.\n`,
    );
  });

  it("for a batch larger than the data", async () => {
    const { status, stderr } = await run(["train", "xor", "--batch", "1000"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^fit: batchSize is larger than the data; expected at most 256, .*got 1000\./);
  });

  it("for a loss that becomes NaN, and saves nothing", async () => {
    const { status, stderr } = await run(["train", "xor", "--lr", "1e38", "--out", file("nan.safetensors")]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^fit: the loss became /);
    expect(existsSync(file("nan.safetensors"))).toBe(false);
  });

  it.each([
    [
      ["train", "mnist-mlp"],
      `lanegrad train: unknown recipe; expected ${names.slice(0, -1).join(", ")} or ${names.at(-1)}, got "mnist-mlp".`,
    ],
    [["train", "--epochs", "0"], 'lanegrad train: --epochs is out of range; expected an integer ≥ 1, got "0".'],
    [["train", "--batch", "2.5"], 'lanegrad train: --batch is out of range; expected an integer ≥ 1, got "2.5".'],
    [
      ["train", "--seed", "-1"],
      'lanegrad train: --seed is out of range; expected an integer from 0 to 2³² − 1, got "-1".',
    ],
    [
      ["train", "--threads", "65"],
      'lanegrad train: --threads is out of range; expected an integer from 1 to 64, got "65".',
    ],
    [["train", "--lr", "0"], 'lanegrad train: --lr is out of range; expected a number > 0, got "0".'],
  ])("%j: exit status 2", async (args, text) => {
    const { status, stdout, stderr } = await run(args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr.startsWith(text)).toBe(true);
    expect(stderr.split("\n")).toHaveLength(2);
  });
});
