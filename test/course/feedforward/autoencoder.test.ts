/** Autoencoders on a tiny set of digits: what is lost, and the cost of variational codes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lossesOf } from "../../../course/feedforward/autoencoder/networks.js";
import { type OwnFunction, init, tensor } from "../../../src/index.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-autoencoder-"));
beforeAll(() => writeTinyMnist(folder, [500, 120]));
afterAll(() => rmSync(folder, { recursive: true }));

it("a code with mean 1 and 2 and variances 1 and e costs ½ (1 + 4 + e − 2), and a standard normal one nothing", async () => {
  await init({ threads: 1 });
  const { loss } = lossesOf({ name: "", numbers: 2, isVariational: true });
  const divergence = (loss as readonly unknown[])[1] as OwnFunction;
  const codes = tensor([[1, 2, 0, 1], [0, 0, 0, 0]]); // prettier-ignore
  const costs = divergence(codes, codes).toTypedArray();
  expect(costs[0]).toBeCloseTo((1 + 4 + Math.E - 2) / 2, 5);
  expect(costs[1]).toBeCloseTo(0, 6);
});

it("autoencoder: sixteen numbers lose less than two, and noise is removed", async () => {
  const recorded = record();
  const args = ["--json", "--threads", "1", "--samples", "500", "--epochs", "10", "--batch", "25", "--data", folder];
  expect(await lanegrad(["train", "autoencoder", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  const { networks, noise } = JSON.parse(recorded.stdout()) as {
    networks: { readonly name: string; readonly error: number; readonly surelyDigits: number }[];
    noise: { readonly before: number; readonly after: number };
  };
  const names = ["plain, 2 numbers", "variational, 2 numbers", "plain, 16 numbers", "variational, 16 numbers"];
  expect(networks.map(({ name }) => name)).toEqual(names);
  const [two, , sixteen] = networks;
  expect(sixteen.error).toBeLessThan(two.error);
  expect(two.error).toBeLessThan(0.12);
  expect(noise.before).toBeCloseTo(0.25, 1);
  expect(noise.after).toBeLessThan(noise.before / 2);
  expect(recorded.stderr()).toMatch(/Noise: the squared error falls, from/);
});
