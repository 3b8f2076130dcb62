/** The table command in this process, on a data set so small that its networks cannot reach what the table asks of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { mnistRows } from "../../src/cli/tables/mnist.js";
import { record } from "./support.js";
import { writeTinyMnist } from "./tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-table-"));
beforeAll(() => writeTinyMnist(folder, [300, 50]));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const recorded = record();
  const status = await lanegrad(["table", ...args], recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("lanegrad table mnist", () => {
  it("prints every row beside the published error, and fails where an error is above the bound", async () => {
    const { status, stdout, stderr } = await run("mnist", "--quick", "--data", folder, "--json");
    const { rows, ...rest } = JSON.parse(stdout) as { rows: Record<string, number>[] };
    expect(rest).toMatchObject({ table: "mnist", quick: true });
    expect(rows.map(({ recipe }) => recipe)).toEqual(mnistRows.map(({ recipe }) => recipe.name));
    const failed = rows.filter(({ testErrorPercent, boundPercent }) => testErrorPercent > boundPercent);
    expect(failed).not.toEqual([]);
    expect(status).toBe(1);
    for (const row of rows) {
      expect(row).toMatchObject({ epochs: 2, secondsPerEpoch: row.seconds / 2 });
      const line = new RegExp(`^${row.recipe} +${row.testErrorPercent.toFixed(2)} %(?: +[\\d.]+ %)? +[\\d,]+ +2 `, "m");
      expect(stderr).toMatch(line);
    }
    const text = `${failed[0].recipe} errs on ${failed[0].testErrorPercent.toFixed(2)} %, at most`;
    expect(stderr.trimEnd().split("\n").at(-1)).toContain(`table: ${text}`);
  });

  it.each([
    [[], "lanegrad table: no table; expected mnist or imdb."],
    [["imagenet"], 'table: unknown table; expected mnist or imdb, got "imagenet".'],
    [["mnist", "--data", join(folder, "none")], "MNIST is not in"],
  ])("refuses %j", async (args, text) => {
    const { status, stderr } = await run(...args);
    expect(status).not.toBe(0);
    expect(stderr).toContain(text);
  });
});
