/** The lesson on word vectors on a text made up here: what it shows, returns and saves. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { Random, init } from "../../../src/index.js";
import { loadWordVectors } from "../../../src/words/index.js";
import { record } from "../../cli/support.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-words-"));
beforeAll(async () => {
  await init();
  const random = new Random(1);
  const worlds = ["king queen prince palace crown throne", "river water lake sea boat fish"];
  const line = (i: number): string =>
    Array.from({ length: 12 }, () => worlds[i % 2].split(" ")[random.integer(6)]).join(" ");
  writeFileSync(join(folder, "enwiki-featured.txt"), Array.from({ length: 400 }, (_, i) => line(i)).join("\n"));
  writeFileSync(join(folder, "questions-words.txt"), ": made up\nking queen river water\nking queen river ship\n");
  writeFileSync(join(folder, "EN-WS-353-ALL.txt"), "king\tqueen\t9\nriver\tlake\t8\nking\tlake\t1\nboat\tcrown\t0\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const recorded = record();
  const status = await lanegrad(["train", "word2vec", ...args], recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("lanegrad train word2vec", () => {
  it.each(["skipgram", "cbow"])("%s: evaluates the vectors, shows neighbours and saves them", async (model) => {
    const out = join(folder, `${model}.bin`);
    const options = ["--epochs", "20", "--dimensions", "16", "--subsample", "1", "--seed", "3"];
    const { status, stdout, stderr } = await run(
      "--data",
      folder,
      "--model",
      model,
      ...options,
      "--out",
      out,
      "--json",
    );
    expect(stderr).toContain("Nearest neighbours");
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as Record<string, number>;
    expect(result).toMatchObject({ experiment: "word2vec", model, epochs: 20, seed: 3 });
    expect([0, 100]).toContain(result.analogiesPercent);
    expect(result.wordSim).toBeGreaterThan(0.5);
    expect(result.simLex).toBeUndefined(); // there is no such file
    for (const key of ["wordsPerSecond", "peakMiB", "seconds", "threads"]) expect(result[key], key).toBeGreaterThan(0);
    const vectors = await loadWordVectors(out);
    expect([vectors.size, vectors.dimensions]).toEqual([12, 16]);
    expect(vectors.similarity("king", "queen")).toBeGreaterThan(vectors.similarity("king", "lake"));
  });

  it("takes any text, and says where the data must be when there are none", async () => {
    const { status, stdout } = await run("--data", join(folder, "enwiki-featured.txt"), "--epochs", "1", "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ experiment: "word2vec", model: "skipgram" });
    const missing = await run("--data", tmpdir());
    expect(missing.status).not.toBe(0);
    expect(missing.stderr).toContain("Pass --data DIR with enwiki-featured.txt");
  });
});
