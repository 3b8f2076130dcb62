/** Several labels at once: how answers are counted, and both networks on a tiny set of digits. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bestThreshold, rightAnswers } from "../../../course/feedforward/multiLabel/answers.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-multi-label-"));
beforeAll(() => writeTinyMnist(folder, [600, 100]));
afterAll(() => rmSync(folder, { recursive: true }));

interface Right {
  readonly labels: number;
  readonly pictures: number;
}

it("of two pictures with one label wrong in the second, 19 of 20 labels and 1 of 2 pictures are right", () => {
  const present = new Float32Array(20);
  present.set([1, 1]);
  present[13] = 1;
  const outputs = Array.from(present, (one) => 0.2 + 0.5 * one);
  outputs[15] = 0.6;
  expect(rightAnswers(outputs, present, 0.5)).toEqual({ labels: 19 / 20, pictures: 0.5, wholly: [true, false] });
  const best = bestThreshold(outputs, present);
  expect(best).toBeGreaterThan(0.6);
  expect(best).toBeLessThanOrEqual(0.7);
});

it("multi-label: sigmoid outputs above one half are right more often than softmax at its best threshold", async () => {
  const recorded = record();
  const args = ["--json", "--threads", "1", "--pictures", "1500", "--epochs", "6", "--lr", "0.01", "--data", folder];
  expect(await lanegrad(["train", "multi-label", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  const { networks } = JSON.parse(recorded.stdout()) as { networks: { atHalf: Right; atBest: Right }[] };
  const [sigmoid, softmax] = networks;
  expect(sigmoid.atHalf.labels).toBeGreaterThan(0.9);
  expect(sigmoid.atHalf.labels).toBeGreaterThan(softmax.atHalf.labels);
  expect(softmax.atBest.pictures).toBeGreaterThan(softmax.atHalf.pictures);
  expect(recorded.stderr()).toMatch(/Sigmoid outputs get [\d.]+ % of the labels right/);
});
