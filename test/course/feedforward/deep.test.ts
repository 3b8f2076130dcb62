/** Very deep networks and very large ones, at small settings. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random, tensor } from "lanegrad";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connections, deepNetwork, lookInto } from "../../../course/feedforward/deep/deepNetworks.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { init } from "../../../src/runtime/init.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-deep-"));
beforeAll(() => writeTinyMnist(folder, [400, 60]));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ result: Record<string, unknown>; text: string }> {
  const recorded = record();
  expect(await lanegrad(["train", ...args, "--json"], recorded.surroundings), recorded.stderr()).toBe(0);
  return { result: JSON.parse(recorded.stdout()) as Record<string, unknown>, text: recorded.stderr() };
}

describe("a network with a layer taken out", () => {
  it.each(connections)(
    "%s: with all layers it is the network, and each that is missing makes a difference",
    async (connection) => {
      await init();
      const random = new Random(1);
      const network = deepNetwork(connection, 5, [30], 2);
      const x = tensor(Float32Array.from({ length: 4 * 30 }, () => random.uniform(-1, 1)), [4, 30]); // prettier-ignore
      const expected = (await network.predict(x)).toTypedArray();
      const { whole, without, gates } = await lookInto(network, connection, x, () => undefined);
      for (const [i, value] of whole.entries()) expect(value).toBeCloseTo(expected[i], 5);
      expect(without).toHaveLength(5);
      for (const logits of without) expect(logits.some((value, i) => Math.abs(value - whole[i]) > 1e-4)).toBe(true);
      expect(gates).toHaveLength(connection === "highway" ? 5 : 0);
      for (const z of gates) expect(z).toBeCloseTo(1 / (1 + 5 / 2), 1); // σ(−ln(L / 2))
      network.dispose();
      x.dispose();
    },
  );
});

describe("depth", () => {
  it("trains three networks of each depth, takes out each layer once, and says what the plain one does", async () => {
    const args = ["--data", folder, "--epochs", "2", "--deepest", "30", "--out", "10"];
    const { result, text } = await run("depth", ...args);
    const networks = result.networks as { connection: string; depth: number; testAccuracy: number }[];
    expect(networks.map(({ connection, depth }) => `${connection} ${depth}`)).toEqual(
      [10, 20, 30].flatMap((depth) => connections.map((name) => `${name} ${depth}`)),
    );
    const takenOut = result.takenOut as { without: number[]; idle: number[] }[];
    expect(takenOut.map(({ without }) => without.length)).toEqual([10, 10, 10]);
    expect(result.gates).toHaveLength(10);
    const [plain] = networks.filter(({ connection, depth }) => connection === "plain" && depth === 30);
    if (plain.testAccuracy < 0.8) expect(text).toMatch(/The plain network fails from \d+ layers on/);
    expect(text).toMatch(/The highway network reads [\d.]+ % with 20 layers and [\d.]+ % with 30/);
  });
});

describe("scale", () => {
  it("makes steps of a network of a million parameters and says before it begins what memory it takes", async () => {
    const { result, text } = await run("scale", "--millions", "1", "--steps", "3");
    const networks = result.networks as { parameters: number; bytes: number; bytesBefore: number; samplesAnHour: number; secondsAStep: number; batch: number }[]; // prettier-ignore
    expect(networks).toHaveLength(5);
    expect(Math.abs(networks[4].parameters / 1e6 - 1)).toBeLessThan(0.01);
    for (const { bytes, bytesBefore, samplesAnHour, secondsAStep, batch } of networks) {
      expect(bytes).toBeLessThan(3 * bytesBefore);
      expect(bytes).toBeGreaterThan(bytesBefore / 3);
      expect(samplesAnHour).toBeCloseTo((3600 * batch) / secondsAStep, 0);
    }
    expect(text).toMatch(/memory +784-300-10: 238,510 parameters will take/);
  });
});
