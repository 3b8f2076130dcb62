import { beforeAll, expect, it } from "vitest";
import { CompetitiveNetwork } from "../../src/classic/index.js";
import { Random, ShapeError, UsageError, init } from "../../src/index.js";
import { reload } from "./reload.js";

beforeAll(() => init());

/** Four clusters in one corner of the plane. */
function clusters(n: number): number[][] {
  const random = new Random(1);
  const centres = [[4, 4], [4, 5], [5, 4], [5, 5]]; // prettier-ignore
  return Array.from({ length: n }, (_, i) => centres[i % 4].map((one) => one + random.uniform(-0.1, 0.1)));
}

it("without a conscience one unit wins all, and the others are dead; with it each of four finds a cluster", () => {
  const x = clusters(200);
  const plain = new CompetitiveNetwork({ units: 4, inputs: 2, seed: 2 });
  const before = plain.weights.slice();
  plain.fit(x, { epochs: 30 });
  const dead = plain.deadUnits(x);
  expect(dead.length).toBeGreaterThan(0);
  for (const k of dead) expect(plain.weights.subarray(2 * k, 2 * k + 2)).toEqual(before.subarray(2 * k, 2 * k + 2));
  const fair = new CompetitiveNetwork({ units: 4, inputs: 2, seed: 2 });
  const errors = fair.fit(x, { epochs: 60, conscience: 200 });
  expect(fair.deadUnits(x)).toEqual([]);
  expect(errors.at(-1)).toBeLessThan(0.25);
  expect(new Set(fair.winners(x.slice(0, 4))).size).toBe(4);
});

it("is saved and loaded", async () => {
  const network = new CompetitiveNetwork({ units: 3, inputs: 2 });
  network.fit(clusters(20));
  expect((await reload(network)).weights).toEqual(network.weights);
});

it.each([
  ["no units", () => new CompetitiveNetwork({ units: 0, inputs: 2 }), UsageError, "units is out of range"],
  [
    "another length",
    () => new CompetitiveNetwork({ units: 2, inputs: 3 }).fit(clusters(4)),
    ShapeError,
    "another length",
  ],
  [
    "a conscience below 0",
    () => new CompetitiveNetwork({ units: 2, inputs: 2 }).fit(clusters(4), { conscience: -1 }),
    UsageError,
    "conscience",
  ],
])("refuses %s", (_, call, type, text) => {
  expect(call).toThrow(type);
  expect(call).toThrow(text);
});
