/** The table of four ways to vectors of words, on a text of two worlds. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { Random } from "../../../src/index.js";
import { record } from "../../cli/support.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-vectors-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("a row a method, neighbours side by side, a map of known words, and a conclusion", async () => {
  const random = new Random(1);
  const worlds = ["king queen father daughter prince music", "river red blue green white fish"];
  const line = (i: number): string =>
    Array.from({ length: 40 }, () => worlds[i % 2].split(" ")[random.integer(6)]).join(" ");
  writeFileSync(join(folder, "enwiki-featured.txt"), Array.from({ length: 2000 }, (_, i) => line(i)).join("\n"));
  writeFileSync(join(folder, "questions-words.txt"), ": made up\nking queen red blue\nking queen red ship\n");
  writeFileSync(join(folder, "EN-WS-353-ALL.txt"), "king\tqueen\t9\nriver\tred\t8\nking\triver\t1\nfish\tmusic\t0\n");
  const recorded = record();
  const report = join(folder, "report.html");
  const args = ["table", "word-vectors", "--data", folder, "--dimensions", "4", "--report", report, "--json"];
  expect(await lanegrad(args, recorded.surroundings), recorded.stderr()).toBe(0);
  const text = recorded.stderr();
  for (const part of ["Nearest neighbours", "takes the least time"]) expect(text).toContain(part);
  expect(readFileSync(report, "utf8")).toMatch(/11 words by [\w-]+, as t-SNE maps them/);
  const { results, ...result } = JSON.parse(recorded.stdout()) as Record<string, unknown> & { results: Row[] };
  expect(result).toMatchObject({ table: "word-vectors", dimensions: 4, seed: 0 });
  expect(results.map(({ method }) => method)).toEqual(["skip-gram", "CBOW", "GloVe", "LSA"]);
  for (const { method, analogiesPercent, wordSim, simLex, seconds } of results) {
    expect([0, 100], method).toContain(analogiesPercent);
    expect([wordSim >= -1 && wordSim <= 1, simLex, seconds > 0], method).toEqual([true, null, true]);
  }
  expect(Math.max(...results.map(({ wordSim }) => wordSim))).toBeGreaterThan(0.5);
});

interface Row {
  readonly method: string;
  readonly analogiesPercent: number;
  readonly wordSim: number;
  readonly simLex: number | null;
  readonly seconds: number;
}
