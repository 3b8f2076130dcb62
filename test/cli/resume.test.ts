/** Training that is interrupted at any moment and resumed ends with the bits of training that was not. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { init, layers, sequential } from "../../src/index.js";
import { record } from "./support.js";
import { writeTinyMnist } from "./tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-resume-"));
const file = (name: string): string => join(folder, name);

beforeAll(() => writeTinyMnist(folder, [600, 100]));
afterAll(() => rmSync(folder, { recursive: true }));

/** Dropout, a schedule and Adam's state must all go on. */
const settings = ["--data", folder, "--epochs", "6", "--batch", "16"];

/** When to interrupt: after so many lines of standard output, and so many milliseconds. */
interface Break {
  readonly lines: number;
  readonly milliseconds: number;
}

/** Before the first step. */
const atOnce: Break = { lines: 1, milliseconds: 0 };

/** Runs until the end, or until a signal. */
async function run(args: readonly string[], breakAt?: Break) {
  const recorded = record();
  const { stdout } = recorded.surroundings;
  let lines = 0;
  const watched = {
    write: (text: string) => {
      stdout.write(text);
      if (++lines !== breakAt?.lines) return;
      if (breakAt.milliseconds === 0) recorded.send("SIGINT");
      else setTimeout(() => recorded.send("SIGINT"), breakAt.milliseconds);
    },
  };
  const status = await lanegrad(args, { ...recorded.surroundings, stdout: watched });
  expect(recorded.listeners()).toBe(0);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("a run that is interrupted and resumed", () => {
  it("ends with the same bytes as one that was not, three random moments in a row", async () => {
    const whole = file("whole.safetensors");
    const args = ["train", "mnist-mlp-300", ...settings, "--epochs", "40", "--seed", "3"];
    expect((await run([...args, "--out", whole])).status).toBe(0);

    const parts = file("parts.safetensors");
    const checkpoint = file("parts.checkpoint.safetensors");
    // The introduction has 5 lines at most, an epoch has one, and training goes on for up to 16 ms until it looks for signals.
    const breaks = Array.from({ length: 3 }, (): Break => {
      return { lines: 5 + Math.floor(4 * Math.random()), milliseconds: 1 + 10 * Math.random() };
    });
    let next = [...args, "--out", parts];
    for (const after of breaks) {
      const { status, stderr } = await run(next, after);
      expect(status, JSON.stringify(breaks)).toBe(130);
      expect(stderr).toBe(
        `Stopped; ${checkpoint} holds everything. Go on with:\n  npx lanegrad train mnist-mlp-300 --resume ${checkpoint} --data ${folder} --out ${parts}\n`,
      );
      expect(existsSync(parts)).toBe(false);
      next = ["train", "mnist-mlp-300", "--resume", checkpoint, "--data", folder, "--out", parts];
    }
    const { status: last, stdout } = await run(next);
    expect(last).toBe(0);
    expect(stdout).toContain(`resumed  from ${checkpoint}`);
    const equal = readFileSync(parts).equals(readFileSync(whole));
    expect(equal, `the same bytes after ${JSON.stringify(breaks)}`).toBe(true);
  });

  it("does not overwrite the checkpoint of another run", async () => {
    const out = file("twice.safetensors");
    const args = ["train", "mnist-mlp-300", ...settings, "--out", out];
    expect((await run(args, atOnce)).stderr).toContain(file("twice.checkpoint.safetensors"));
    expect((await run(args, atOnce)).stderr).toContain(file("twice.checkpoint-2.safetensors"));
  });

  it("is ended at once by a second signal", async () => {
    const recorded = record();
    const running = lanegrad(["train", "xor", "--out", file("second.safetensors")], recorded.surroundings);
    recorded.send("SIGTERM");
    recorded.send("SIGINT");
    expect(recorded.exits).toEqual([130]);
    expect(await running).toBe(143);
  });
});

describe("--resume", () => {
  const checkpoint = file("begun.checkpoint.safetensors");
  beforeAll(async () => {
    expect(
      (await run(["train", "mnist-linear", ...settings, "--lr", "0.01", "--out", file("begun")], atOnce)).status,
    ).toBe(130);
  });

  it.each([
    [["xor"], 'the recipe differs from the checkpoint; expected "mnist-linear", got "xor".'],
    [["--epochs", "7"], '--epochs differs from the checkpoint; expected 6, got "7".'],
    [["--batch", "32"], '--batch differs from the checkpoint; expected 16, got "32".'],
    [["--seed", "1"], '--seed differs from the checkpoint; expected 0, got "1".'],
    [["--lr", "0.02"], '--lr differs from the checkpoint; expected 0.01, got "0.02".'],
  ])("with %j, which would be another run: exit status 2", async (args, text) => {
    const { status, stderr } = await run(["train", ...args, "--resume", checkpoint]);
    expect([status, stderr]).toEqual([2, `lanegrad train: ${text} A resumed run keeps the options it began with.\n`]);
  });

  it("knows everything but where the data are", async () => {
    const { status, stdout } = await run(["train", "--resume", checkpoint, "--data", folder, "--epochs", "6"]);
    expect(status).toBe(0);
    expect(stdout).toContain("recipe   mnist-linear, ");
    expect(stdout).toContain("6 epochs, 16 samples a step, seed 0");
  });

  it("of a run on MNIST does not go on with drawn digits", async () => {
    expect((await run(["train", "digits", ...settings, "--out", file("real")], atOnce)).status).toBe(130);
    const { status, stderr } = await run([
      "train",
      "--resume",
      file("real.checkpoint.safetensors"),
      "--data",
      tmpdir(),
    ]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("train: MNIST is not in ")]);
  });

  it("refuses what is no checkpoint", async () => {
    await init();
    await sequential([layers.dense({ units: 1, inputShape: [1] })]).save(file("model.safetensors"));
    writeFileSync(file("noise"), "not a model");
    const model = await run(["train", "--resume", file("model.safetensors")]);
    expect([model.status, model.stderr]).toEqual([
      1,
      `train: ${JSON.stringify(file("model.safetensors"))} is not a checkpoint of lanegrad train. A checkpoint is what lanegrad train saves when Ctrl-C ends it, or as --checkpoint.\n`,
    ]);
    const noise = await run(["train", "--resume", file("noise")]);
    expect([noise.status, noise.stderr]).toEqual([1, expect.stringMatching(/^(safetensors|loadModel): /)]);
    const missing = await run(["train", "--resume", file("missing")]);
    expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining("cannot read")]);
  });
});
