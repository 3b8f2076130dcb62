/** The lesson on GloVe on a text of two worlds: what it shows, returns and saves. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { Random } from "../../../src/index.js";
import { loadWordVectors } from "../../../src/words/index.js";
import { record } from "../../cli/support.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-glove-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("evaluates the vectors, shows neighbours and saves them", async () => {
  const random = new Random(1);
  const worlds = ["king queen prince palace crown throne", "river water lake sea boat fish"];
  const line = (i: number): string =>
    Array.from({ length: 40 }, () => worlds[i % 2].split(" ")[random.integer(6)]).join(" ");
  writeFileSync(join(folder, "enwiki-featured.txt"), Array.from({ length: 200 }, (_, i) => line(i)).join("\n"));
  writeFileSync(join(folder, "questions-words.txt"), ": made up\nking queen river water\nking queen river ship\n");
  writeFileSync(join(folder, "EN-WS-353-ALL.txt"), "king\tqueen\t9\nriver\tlake\t8\nking\tlake\t1\nboat\tcrown\t0\n");
  const out = join(folder, "vectors.bin");
  const recorded = record();
  const options = [
    "--epochs",
    "30",
    "--dimensions",
    "6",
    "--window",
    "5",
    "--xmax",
    "50",
    "--subsample",
    "1",
    "--seed",
    "3",
  ];
  const args = ["train", "glove", "--data", folder, ...options, "--out", out, "--json"];
  expect(await lanegrad(args, recorded.surroundings), recorded.stderr()).toBe(0);
  expect(recorded.stderr()).toContain("Nearest neighbours");
  expect(recorded.stderr()).toContain("78 pairs");
  const result = JSON.parse(recorded.stdout()) as Record<string, number>;
  expect(result).toMatchObject({ experiment: "glove", epochs: 30, xmax: 50, seed: 3, pairs: 78 });
  expect([0, 100]).toContain(result.analogiesPercent);
  expect(result.wordSim).toBeGreaterThan(0.5);
  expect(result.simLex).toBeUndefined(); // there is no such file
  for (const key of ["wordsPerSecond", "peakMiB", "seconds", "threads"]) expect(result[key], key).toBeGreaterThan(0);
  const vectors = await loadWordVectors(out);
  expect([vectors.size, vectors.dimensions]).toEqual([12, 6]);
  expect(vectors.similarity("king", "queen")).toBeGreaterThan(vectors.similarity("king", "lake"));
});
