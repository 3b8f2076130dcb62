/** Clothes and colour pictures by a small residual network, on a few pictures each. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { loadModel } from "../../../src/index.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-pictures-"));
const records = (count: number): Uint8Array =>
  Uint8Array.from({ length: 3073 * count }, (_, i) => (i % 3073 === 0 ? (i / 3073) % 10 : (7 * i) % 256));

beforeAll(() => {
  writeTinyMnist(join(folder, "fashion-mnist"), [40, 20]);
  mkdirSync(join(folder, "cifar10"));
  for (const i of [1, 2, 3, 4, 5]) writeFileSync(join(folder, "cifar10", `data_batch_${i}.bin`), records(10));
  writeFileSync(join(folder, "cifar10", "test_batch.bin"), records(20));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ["fashion-cnn", 612_778, "T-shirt/top"],
  ["cifar", 1_648_362, "airplane"],
])("%s", (name, weights, first) => {
  it("trains, tests and saves a network that knows its classes", async () => {
    const [out, page] = ["safetensors", "html"].map((kind) => join(folder, `${name}.${kind}`));
    const recorded = record();
    const args = ["--data", folder, "--epochs", "1", "--batch", "20", "--out", out, "--report", page, "--json"];
    expect(await lanegrad(["train", name, ...args], recorded.surroundings)).toBe(0);
    const result = JSON.parse(recorded.stdout()) as Record<string, unknown>;
    expect(result).toMatchObject({ epochs: 1, seed: 0 });
    expect(result.testErrorPercent).toBeCloseTo(100 * (1 - (result.testAccuracy as number)), 9);
    expect(recorded.stderr()).toContain(`${weights.toLocaleString("en")} weights, 1 epoch, 20 samples a step`);
    const model = await loadModel(out);
    expect(model.notes.classNames).toHaveLength(10);
    expect((model.notes.classNames as string[])[0]).toBe(first);
    expect(model.notes).not.toHaveProperty("input"); // no digits: predict does not look for ink
    expect(readFileSync(page, "utf8")).toContain(first);
  });
});
