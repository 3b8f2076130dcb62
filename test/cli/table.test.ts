/** The table command in this process, on a data set so small that its networks cannot reach what the table asks of them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { mnistRows, mnistTable } from "../../course/convolution/mnistTable.js";
import { mnistLinear } from "../../course/feedforward/mnistLinear.js";
import { trainRow } from "../../course/support/tables/trainRow.js";
import { batch, epochs, learningRate } from "../../course/settings.js";
import { digitNames } from "../../src/data/dataset.js";
import { init, zeros } from "../../src/index.js";
import { imdbRows } from "../../course/recurrent/imdbTable.js";
import { record } from "./support.js";
import { writeTinyImdb } from "./tinyImdb.js";
import { writeTinyMnist } from "./tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-table-"));
beforeAll(async () => {
  await init();
  writeTinyMnist(folder, [300, 50]);
  writeTinyImdb(folder, 300, 40);
});
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
    expect(rows.map(({ recipe }) => recipe)).toEqual(mnistRows.map(({ network }) => network.name));
    const failed = rows.filter(({ testErrorPercent, boundPercent }) => testErrorPercent > boundPercent);
    expect(failed).not.toEqual([]);
    expect(status).toBe(1);
    for (const [i, row] of rows.entries()) {
      const epochs = mnistRows[i].quickEpochs;
      expect(row).toMatchObject({ epochs, secondsPerEpoch: row.seconds / epochs });
      const error = row.testErrorPercent.toFixed(2);
      const line = new RegExp(`^${row.recipe} +${error} %(?: +[\\d.]+ %)? +[\\d,]+ +${epochs} `, "m");
      expect(stderr).toMatch(line);
    }
    const text = `${failed[0].recipe} errs on ${failed[0].testErrorPercent.toFixed(2)} %, at most`;
    expect(stderr.trimEnd().split("\n").at(-1)).toContain(`table: ${text}`);
    expect(stderr).toMatch(/^mnist-mlp-six-layer +[\d.]+ % +0\.35 % +11,972,510 /m);
  });

  it("takes for a row with --quick no more samples than the row says", async () => {
    const [x, y] = [zeros([20, 28, 28, 1], { dtype: "uint8" }), zeros([20], { dtype: "int32" })];
    const data = {
      train: { x, y },
      test: { x, y },
      kind: "",
      description: "",
      classNames: digitNames,
      hasImages: true,
    };
    const samples: number[] = [];
    const network = {
      ...mnistLinear,
      settings: { epochs: epochs(3), batch: batch(2), lr: learningRate(1) },
      callbacks: () => [{ onBatchEnd: (i: number) => void samples.push(i) }],
    };
    const row = { network, bound: 1, quickBound: 2, quickEpochs: 1, quickTraining: 7 };
    const nothing = (): undefined => undefined;
    const how = { seed: 0, signal: new AbortController().signal, show: nothing, turn: nothing };
    const quick = await trainRow(row, mnistTable, data, { ...how, settings: { quick: true } });
    expect([samples.length, quick.boundPercent]).toEqual([4, 2]);
    const whole = await trainRow(row, mnistTable, data, { ...how, settings: { quick: false } });
    expect([samples.length, whole.boundPercent]).toEqual([4 + 30, 1]);
  });

  it.each([
    [["mnist", "--report", join(folder, "no/such/page.html")], "table: cannot write --report"],
    [
      [],
      "lanegrad table: missing table; expected mnist, imdb, diacritics-depths, translate-attention or word-vectors.",
    ],
    [
      ["imagenet"],
      'table: unknown table; expected mnist, imdb, diacritics-depths, translate-attention or word-vectors, got "imagenet".',
    ],
    [["mnist", "--data", join(folder, "none")], "cannot read --data"],
  ])("refuses %j", async (args, text) => {
    const { status, stderr } = await run(...args);
    expect(status).not.toBe(0);
    expect(stderr).toContain(text);
  });
});

describe("lanegrad table imdb", () => {
  it("prints a row for each of the six networks, what they show, and draws them", { timeout: 120_000 }, async () => {
    const file = join(folder, "imdb.html");
    const { status, stdout, stderr } = await run("imdb", "--quick", "--data", folder, "--json", "--report", file);
    const { rows, ...rest } = JSON.parse(stdout) as { rows: Record<string, number>[] };
    expect(rest).toMatchObject({ table: "imdb", quick: true, seed: 0 });
    expect(rows.map(({ recipe }) => recipe)).toEqual(imdbRows.map(({ network }) => network.name));
    for (const row of rows) {
      expect(Object.keys(row)).toEqual([
        ...["recipe", "boundPercent", "testErrorPercent", "parameters", "epochs", "seconds", "secondsPerEpoch"],
        ...["trainingSamplesPerSecond", "inferenceSamplesPerSecond", "publishedErrorPercent"],
      ]);
      expect(row).toMatchObject({ epochs: 2, secondsPerEpoch: row.seconds / 2, publishedErrorPercent: null });
      expect(row.trainingSamplesPerSecond).toBeGreaterThan((2 * 270) / row.seconds);
      expect(row.inferenceSamplesPerSecond).toBeGreaterThan(row.trainingSamplesPerSecond / 50); // of the same order, on a busy machine too
      const accuracy = (100 - row.testErrorPercent).toFixed(2);
      const line = new RegExp(
        `^${row.recipe} +${accuracy} % +[\\d.]+ s +[\\d,]+ +[\\d,]+ +1,\\d\\d\\d,\\d\\d\\d$`,
        "gm",
      );
      expect(stderr.match(line)).toHaveLength(2); // as it finishes, and in the table at the end
    }
    expect(stderr).toContain("300 to train on and 40 to test; of these the first 300 and 40");
    expect(stderr).toMatch(/^imdb-gru {2}epoch 2\/2 {2}loss /m);
    expect(stderr).toMatch(/^Fastest: imdb-\w+, .*\nBest: imdb-\w+, .*\nTrade-off: /m);
    const failed = rows.filter(({ testErrorPercent, boundPercent }) => testErrorPercent > boundPercent);
    expect(status).toBe(failed.length > 0 ? 1 : 0);
    for (const { recipe, boundPercent } of failed)
      expect(stderr).toMatch(
        new RegExp(`${recipe} is right on [\\d.]+ %, at least ${100 - boundPercent} % was expected`),
      );
    const page = readFileSync(file, "utf8");
    expect(page).toContain("Test accuracy against time");
    expect(page).toContain("npx lanegrad table imdb --seed 0 --data ");
    expect(page).toContain("--quick");
  });
});
