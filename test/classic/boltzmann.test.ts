import { beforeAll, expect, it } from "vitest";
import { BoltzmannMachine } from "../../src/classic/index.js";
import { ShapeError, UsageError, init } from "../../src/index.js";
import { reload } from "./reload.js";

beforeAll(() => init());

/** Exclusive or: the third unit follows from the first two. */
const parity = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]; // prettier-ignore

it("pairs alone cannot describe exclusive or, one hidden unit can: the divergence falls below 0.05", () => {
  const plain = new BoltzmannMachine({ visible: 3 });
  expect(plain.fit(parity, { epochs: 500 }).at(-1)).toBeGreaterThan(0.5); // ln 2
  const machine = new BoltzmannMachine({ visible: 3, hidden: 1, spread: 2, seed: 1 });
  const divergences = machine.fit(parity, { epochs: 4000, learningRate: 1 });
  expect(divergences.at(-1)).toBeLessThan(0.05);
  const p = machine.probabilities();
  expect(p.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9);
  for (const state of [0b000, 0b110, 0b101, 0b011]) expect(p[state]).toBeCloseTo(0.25, 1);
});

it("sampled frequencies are near to exact probabilities, and sampled training learns, too", () => {
  const machine = new BoltzmannMachine({ visible: 3, hidden: 2, seed: 4 });
  const samples = [[1, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 1]]; // prettier-ignore
  const divergences = machine.fit(samples, { epochs: 150, expectations: "sampled", learningRate: 0.2 });
  expect(divergences.at(-1)).toBeLessThan(0.3 * divergences[0]);
  const [exact, sampled] = [machine.probabilities(), machine.sampled(20_000, 3)];
  for (const [state, p] of exact.entries()) expect(Math.abs(sampled[state] - p)).toBeLessThan(0.03);
});

it("is saved and loaded", async () => {
  const machine = new BoltzmannMachine({ visible: 3, hidden: 1 });
  machine.fit(parity, { epochs: 20 });
  const again = (await reload(machine)).probabilities();
  for (const [state, p] of machine.probabilities().entries()) expect(again[state]).toBeCloseTo(p, 5);
});

it.each([
  ["too many units", () => new BoltzmannMachine({ visible: 10, hidden: 10 }), UsageError, "the number of all units"],
  ["another value", () => new BoltzmannMachine({ visible: 2 }).fit([[0, 0.5]]), UsageError, "0 or 1"],
  ["another length", () => new BoltzmannMachine({ visible: 2 }).fit([[0, 1, 1]]), ShapeError, "another length"],
])("refuses %s", (_, call, type, text) => {
  expect(call).toThrow(type);
  expect(call).toThrow(text);
});
