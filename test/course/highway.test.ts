/** The experiment on highway networks in this process, and the recorder of its losses. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LossRecorder } from "../../course/support/lossRecorder.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { record } from "../cli/support.js";
import { writeTinyMnist } from "../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-highway-"));
beforeAll(() => writeTinyMnist(folder, [400, 60]));
afterAll(() => rmSync(folder, { recursive: true }));

describe("highway", () => {
  it("trains nine networks and tells their losses as they go", async () => {
    const args = ["--data", folder, "--epochs", "3", "--batch", "100", "--json"];
    const recorded = record();
    expect(await lanegrad(["train", "highway", ...args], recorded.surroundings)).toBe(0);
    const [stdout, stderr] = [recorded.stdout(), recorded.stderr()];
    interface Network {
      readonly connection: string;
      readonly depth: number;
      readonly steps: number[];
      readonly losses: number[];
    }
    const { networks } = JSON.parse(stdout) as { networks: Network[] };
    expect(networks.map(({ connection, depth }) => `${connection} ${depth}`)).toEqual(
      [10, 20, 50].flatMap((depth) => ["plain", "residual", "highway"].map((name) => `${name} ${depth}`)),
    );
    for (const network of networks) {
      expect(network.steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(network.losses).toHaveLength(12);
      const line = new RegExp(`^${network.connection} +${network.depth} +[\\d,]+ +[\\d.]+ +[\\d.]+ %`, "m");
      expect(stderr).toMatch(line);
    }
    expect(stderr).toMatch(
      /^shows +With 50 layers the plain network reads [\d.]+ % of the test digits, the residual one /m,
    );
  });
});

describe("the recorder of losses", () => {
  it("takes means of every three steps, whatever the epoch, out of the running means of the epochs", () => {
    const recorder = new LossRecorder(3, { rows: 80, batchSize: 10 });
    const given = [5, 4, 3, 2, 1, 0, 8, 1];
    for (const _epoch of [1, 2]) {
      recorder.onEpochBegin();
      let sum = 0;
      for (const [i, loss] of given.entries()) {
        sum += loss;
        recorder.onBatchEnd(i, { loss: sum / (i + 1) });
      }
    }
    expect(recorder.steps).toEqual([3, 6, 9, 12, 15]);
    for (const [i, mean] of [4, 1, 14 / 3, 3, 3].entries()) expect(recorder.losses[i]).toBeCloseTo(mean, 10);
  });

  it("a last batch of 3 samples after two of 10 counts as 3: a loss that is always 2 stays 2, and 5 in it is 5", () => {
    const recorder = new LossRecorder(1, { rows: 23, batchSize: 10 });
    for (const last of [2, 5]) {
      recorder.onEpochBegin();
      for (const [i, mean] of [2, 2, (2 * 20 + last * 3) / 23].entries()) recorder.onBatchEnd(i, { loss: mean });
    }
    for (const [i, loss] of [2, 2, 2, 2, 2, 5].entries()) expect(recorder.losses[i]).toBeCloseTo(loss, 10);
  });
});
