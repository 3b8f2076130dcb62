import { beforeAll, describe, expect, it, vi } from "vitest";
import { HopfieldNetwork, ModernHopfieldNetwork, loadClassic } from "../../src/classic/index.js";
import { DataError, Random, ShapeError, UsageError, init } from "../../src/index.js";
import { reload } from "./reload.js";

beforeAll(() => init());

/** Random patterns of ±1. */
function patternsOf(P: number, N: number, seed = 1): Float32Array[] {
  const random = new Random(seed);
  return Array.from({ length: P }, () => Float32Array.from({ length: N }, () => (random.uniform() < 0.5 ? -1 : 1)));
}

const flipped = (pattern: Float32Array, every: number): Float32Array =>
  pattern.map((one, i) => (i % every ? one : -one));

describe.each(["asynchronous", "synchronous"] as const)("%s", (mode) => {
  it.each(["hebb", "pseudo-inverse"] as const)(
    "%s: patterns are recalled from states with a tenth reversed",
    (rule) => {
      const patterns = patternsOf(6, 120);
      const network = new HopfieldNetwork({ units: 120 });
      network.store(patterns, { rule });
      const { states, isStable } = network.recall(
        patterns.map((one) => flipped(one, 10)),
        { mode },
      );
      expect(states).toEqual(patterns);
      expect(isStable).toEqual(patterns.map(() => true));
    },
  );
});

it("the pseudo-inverse holds half as many patterns as there are units, Hebb's rule does not", () => {
  const patterns = patternsOf(50, 100);
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const [hebb, inverse] = [new HopfieldNetwork({ units: 100 }), new HopfieldNetwork({ units: 100 })];
  hebb.store(patterns);
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0][0]).toContain("50 patterns are more than 100 units hold");
  inverse.store(patterns, { rule: "pseudo-inverse" });
  expect(warn).toHaveBeenCalledOnce();
  warn.mockRestore();
  expect(inverse.recall(patterns).states).toEqual(patterns);
  expect(hebb.recall(patterns).states).not.toEqual(patterns);
  expect(hebb.load).toBeCloseTo(50 / 13.8);
});

it("the energy falls at each asynchronous sweep, and is that of the definition", () => {
  const network = new HopfieldNetwork({ units: 60 });
  network.store(patternsOf(6, 60));
  const starts = patternsOf(5, 60, 9);
  const { energies, states } = network.recall(starts, { seed: 3 });
  for (const own of energies) expect(own).toEqual([...own].sort((a, b) => b - a));
  const byHand = (s: Float32Array): number => {
    let sum = 0;
    for (let i = 0; i < 60; i++) for (let j = 0; j < 60; j++) sum -= (network.weights[i * 60 + j] * s[i] * s[j]) / 2;
    return sum;
  };
  expect(energies[2].at(-1)).toBeCloseTo(byHand(states[2]), 4);
  expect(network.energy(starts)[2]).toBeCloseTo(byHand(starts[2]), 4);
});

it("synchronous changes may alternate between two states, which are then not stable", () => {
  const network = new HopfieldNetwork({ units: 2 });
  network.store([[1, 1]], { warns: false });
  const { isStable, energies } = network.recall([[1, -1]], { mode: "synchronous", sweeps: 7 });
  expect(isStable).toEqual([false]);
  expect(energies[0]).toHaveLength(8);
});

it("the modern network recalls more patterns than it has units, in one step, and its energy falls", () => {
  const patterns = patternsOf(100, 40, 5);
  const network = new ModernHopfieldNetwork({ patterns, beta: 1 });
  const noisy = patterns.map((one) => flipped(one, 8));
  const [recalled] = [network.recall(noisy)];
  const wrong = recalled.filter((state, p) => state.some((value, i) => Math.sign(value) !== patterns[p][i]));
  expect(wrong).toHaveLength(0);
  const [before, after] = [network.energy(noisy), network.energy(recalled)];
  for (const [p, energy] of after.entries()) expect(energy).toBeLessThanOrEqual(before[p]);
});

it("both are saved and loaded", async () => {
  const network = new HopfieldNetwork({ units: 30 });
  network.store(patternsOf(3, 30));
  const loaded = await reload(network);
  expect([loaded.weights, loaded.patterns]).toEqual([network.weights, 3]);
  const modern = new ModernHopfieldNetwork({ patterns: patternsOf(3, 30), beta: 2 });
  const again = await reload(modern);
  expect(again.recall(patternsOf(2, 30, 4))).toEqual(modern.recall(patternsOf(2, 30, 4)));
  await expect(loadClassic(new Uint8Array(20))).rejects.toThrow(DataError);
});

it.each([
  ["one unit", () => new HopfieldNetwork({ units: 1 }), UsageError, "units is out of range"],
  ["patterns of another length", () => new HopfieldNetwork({ units: 3 }).store([[1, 1]]), ShapeError, "another length"],
  ["values of 0", () => new HopfieldNetwork({ units: 2 }).store([[1, 0]]), UsageError, "-1 or 1"],
  ["a pattern twice", () => new HopfieldNetwork({ units: 2 }).store([[1, 1], [1, 1]], { rule: "pseudo-inverse" }), UsageError, "depend on each other"], // prettier-ignore
  [
    "an unknown rule",
    () => new HopfieldNetwork({ units: 2 }).store([[1, 1]], { rule: "delta" as never }),
    UsageError,
    "unknown rule",
  ],
  ["β 0", () => new ModernHopfieldNetwork({ patterns: [[1, 1]], beta: 0 }), UsageError, "beta is out of range"],
  ["no steps", () => new ModernHopfieldNetwork({ patterns: [[1, 1]] }).recall([[1, 1]], 0), UsageError, "steps"],
])("refuses %s", (_, call, type, text) => {
  expect(call).toThrow(type);
  expect(call).toThrow(text);
});
