/** Moved and scaled digits: where they lie on the canvas, and the lesson on a tiny set. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canvas, placed } from "../../../course/convolution/translation/pictures.js";
import { init, tensor } from "../../../src/index.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-translation-"));
beforeAll(() => writeTinyMnist(folder, [300, 80]));
afterAll(() => rmSync(folder, { recursive: true }));

it("a square of 8 × 8 moves by whole pixels, and twice as large has four times the ink about the same middle", async () => {
  await init({ threads: 1 });
  const pixels = new Uint8Array(784);
  for (let i = 0; i < 64; i++) pixels[28 * (10 + Math.floor(i / 8)) + 10 + (i % 8)] = 100;
  const set = { x: tensor(pixels, [1, 28, 28, 1]), y: tensor(Int32Array.of(3)) };
  const draw = (right: number, down: number, scale: number): { ink: number; x: number; y: number } => {
    const { x, y } = placed(set, Int32Array.of(0), () => ({ right, down, scale }));
    expect([...y.toTypedArray()]).toEqual([3]);
    let [ink, across, up] = [0, 0, 0];
    for (const [i, value] of x.toTypedArray().entries()) {
      ink += value;
      across += value * ((i % canvas) + 0.5);
      up += value * (Math.floor(i / canvas) + 0.5);
    }
    return { ink, x: across / ink - canvas / 2, y: up / ink - canvas / 2 };
  };
  expect(draw(0, 0, 1)).toEqual({ ink: 6400, x: 0, y: 0 });
  expect(draw(5, -8, 1)).toEqual({ ink: 6400, x: 5, y: -8 });
  const large = draw(2, 3, 2);
  expect(large.ink).toBeCloseTo(4 * 6400, -3);
  expect(large.x).toBeCloseTo(2, 1);
  expect(large.y).toBeCloseTo(3, 1);
  set.x.dispose();
  set.y.dispose();
});

it("translation: shifted by 8 pixels the dense network fails, and more moved pictures help it", async () => {
  const recorded = record();
  const args = ["--json", "--threads", "1", "--samples", "300", "--epochs", "6", "--batch", "20", "--data", folder];
  expect(await lanegrad(["train", "translation", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  const { networks, attempts, shifts, scales } = JSON.parse(recorded.stdout()) as {
    networks: { readonly network: string; readonly accuracies: number[][]; readonly moved: number }[];
    attempts: { readonly pictures: number; readonly accuracy: number }[];
    shifts: number[];
    scales: number[];
  };
  const [dense, convolutional] = networks;
  const own = scales.indexOf(1);
  expect(shifts).toHaveLength(dense.accuracies.length);
  expect(dense.accuracies[0][own]).toBeGreaterThan(0.8);
  expect(dense.accuracies.at(-1)![own]).toBeLessThan(0.5);
  expect(convolutional.accuracies.at(-1)![own]).toBeGreaterThan(dense.accuracies.at(-1)![own] + 0.2);
  expect(attempts[0].pictures).toBe(300);
  expect(attempts[0].accuracy).toBeGreaterThan(dense.moved);
  expect(recorded.stderr()).toMatch(/Shifted by 8 pixels right and down, the dense network reads/);
});
