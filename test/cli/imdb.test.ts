/** The recipes on film reviews, in this process, on a few reviews that follow a rule. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { imdbModels, imdbRecipes } from "../../src/cli/recipes/imdb.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { record } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-imdb-"));
afterAll(() => rmSync(folder, { recursive: true }));

const uint32 = (values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

/** Reviews of 3 to 60 words; those with word 10 among them are positive. */
function reviews(part: string, count: number): void {
  const tokens: number[] = [];
  const offsets = [0];
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  for (const [i, label] of labels.entries()) {
    const length = 3 + ((i * 7) % 58);
    const words = Array.from({ length }, (_, t) => 20 + ((i * 31 + t * 17) % 200));
    if (label === 1) for (let t = i % 3; t < length; t += 3) words[t] = 13;
    tokens.push(1, ...words);
    offsets.push(tokens.length);
  }
  const write = (name: string, bytes: Uint8Array): void =>
    writeFileSync(join(folder, "imdb", `${part}-${name}`), bytes);
  write("tokens.u32le", uint32(tokens));
  write("offsets.u32le", uint32(offsets));
  write("labels.u8", Uint8Array.from(labels));
}

beforeAll(() => {
  mkdirSync(join(folder, "imdb"));
  reviews("train", 400);
  reviews("test", 40);
});

async function run(...args: string[]) {
  const recorded = record();
  const status = await lanegrad(args, recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("lanegrad train imdb", () => {
  it("learns a rule, keeps the epoch that was best in validation, and says how much was padding", async () => {
    const { status, stdout } = await run(
      "train",
      "imdb",
      "--model",
      "gru",
      "--data",
      folder,
      "--epochs",
      "2",
      "--json",
    );
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as Record<string, number | string>;
    expect([result.recipe, result.data]).toEqual(["imdb-gru", "imdb"]);
    expect(result.testAccuracy).toBeGreaterThan(0.9);
  });

  it("takes an LSTM unless told otherwise; lines of epochs have the validation", async () => {
    const { status, stdout } = await run("train", "imdb", "--data", folder, "--epochs", "1");
    expect(status).toBe(0);
    expect(stdout).toContain("imdb-lstm, an LSTM of 128 units on film reviews");
    expect(stdout).toContain("400 to train on and 40 to test");
    expect(stdout).toMatch(/padding +\d+\.\d % of the steps/);
    expect(stdout).toMatch(/validation|val/i);
  });

  it("has six networks, whose weights are counted right", () => {
    const counts = imdbRecipes.map((recipe) => {
      const model = recipe.model(0);
      const count = model.weights.reduce((sum, { value }) => sum + value.size, 0) - 1_000_000;
      model.dispose();
      return count;
    });
    const gates = { rnn: 1, lstm: 4, gru: 3 };
    const cell = (kind: keyof typeof gates): number =>
      gates[kind] * (128 * (100 + 128) + 128 * (kind === "gru" ? 2 : 1));
    expect(imdbModels).toEqual(["rnn", "lstm", "gru", "birnn", "bilstm", "bigru"]);
    expect(counts).toEqual([
      ...(["rnn", "lstm", "gru"] as const).map((kind) => cell(kind) + 129),
      ...(["rnn", "lstm", "gru"] as const).map((kind) => 2 * cell(kind) + 257),
    ]);
  });

  it.each<[string[], string]>([
    [
      ["imdb", "--model", "grü"],
      'lanegrad train: unknown model; expected rnn, lstm, gru, birnn, bilstm or bigru, got "grü". Did you mean gru?',
    ],
    [
      ["xor", "--model", "gru"],
      'lanegrad train: --model is for the recipe imdb; expected train imdb --model KIND, got "xor".',
    ],
    [["imdb", "--data", join(tmpdir(), "no-such-folder")], "train: the film reviews are not in"],
  ])("%j is refused", async (args, text) => {
    const { status, stderr } = await run("train", ...args);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain(text);
  });
});
