import { beforeAll, describe, expect, it } from "vitest";
import { RestrictedBoltzmannMachine } from "../../src/classic/index.js";
import { Random, ShapeError, UsageError, init, tensor } from "../../src/index.js";
import { reload } from "./reload.js";

beforeAll(() => init());

/** Bars: of 4 × 4 pixels one row or one column is on. */
function bars(n: number, seed = 1): number[][] {
  const random = new Random(seed);
  return Array.from({ length: n }, () => {
    const at = random.integer(8);
    return Array.from({ length: 16 }, (_, i) => ((at < 4 ? Math.floor(i / 4) : i % 4) === at % 4 ? 1 : 0));
  });
}

const isBar = (pixels: ArrayLike<number>): boolean =>
  bars(200, 9).some((bar) => bar.every((one, i) => one === (pixels[i] > 0.5 ? 1 : 0)));

describe.each(["cd", "pcd"] as const)("%s", (method) => {
  it("learns bars: reconstruction, free energy of bars below that of noise, fantasies that are bars", async () => {
    const machine = new RestrictedBoltzmannMachine({ visible: 16, hidden: 24, seed: 1 });
    const x = bars(500);
    const errors = await machine.fit(x, { method, epochs: 200, batchSize: 50, learningRate: 0.1, momentum: 0.5, steps: method === "cd" ? 3 : 5 }); // prettier-ignore
    expect(errors.at(-1)!).toBeLessThan(0.3 * errors[0]);
    const mean = (values: ArrayLike<number>): number =>
      Array.from(values).reduce((sum, one) => sum + one, 0) / values.length;
    const random = new Random(4);
    const noise = Array.from({ length: 100 }, () => Array.from({ length: 16 }, () => Math.round(random.uniform())));
    expect(mean(machine.freeEnergy(bars(100, 2)))).toBeLessThan(mean(machine.freeEnergy(noise)) - 3);
    const fantasies = machine.sample({ count: 50, steps: 300, seed: 2 }).toTypedArray();
    const good = Array.from({ length: 50 }, (_, i) => fantasies.subarray(16 * i, 16 * (i + 1))).filter(isBar);
    expect(good.length).toBeGreaterThan(25);
  });
});

it("free energies are those of the sum over all hidden states, binary and real", () => {
  for (const visibleUnits of ["binary", "real"] as const) {
    const machine = new RestrictedBoltzmannMachine({ visible: 5, hidden: 4, visibleUnits });
    const { weights, visibleBias, hiddenBias } = machine.parameters;
    const random = new Random(3);
    for (const one of [weights, visibleBias, hiddenBias])
      one.assign(Float32Array.from({ length: one.size }, () => random.uniform(-1, 1)));
    const [W, a, b] = [weights, visibleBias, hiddenBias].map((one) => one.toTypedArray());
    const v = [1, 0, 1, 1, 0];
    let sum = 0;
    for (let state = 0; state < 16; state++) {
      const h = [0, 1, 2, 3].map((j) => (state >> j) & 1);
      let energy = -h.reduce((total, one, j) => total + one * b[j], 0);
      for (const [i, value] of v.entries()) {
        energy += visibleUnits === "real" ? (value - a[i]) ** 2 / 2 : -a[i] * value;
        for (const [j, one] of h.entries()) energy -= value * one * W[4 * i + j];
      }
      sum += Math.exp(-energy);
    }
    expect(machine.freeEnergy([v])[0]).toBeCloseTo(-Math.log(sum), 4);
  }
});

it("a step of CD-1 without draws is the formula: units that are sure", async () => {
  const machine = new RestrictedBoltzmannMachine({ visible: 2, hidden: 1 });
  const { weights, visibleBias, hiddenBias } = machine.parameters;
  weights.assign([0, 0]);
  hiddenBias.assign([50]); // h = 1 always
  visibleBias.assign([0.4, -0.3]);
  await machine.fit([[1, 0]], { epochs: 1, batchSize: 1, learningRate: 0.1, momentum: 0, weightDecay: 0 });
  const v1 = [0.4, -0.3].map((one) => 1 / (1 + Math.exp(-one)));
  const expected = [0.1 * (1 - v1[0]), 0.1 * (0 - v1[1])];
  for (const [i, w] of weights.toTypedArray().entries()) expect(w).toBeCloseTo(expected[i], 6);
  for (const [i, a] of visibleBias.toTypedArray().entries()) expect(a).toBeCloseTo([0.4, -0.3][i] + expected[i], 6);
});

it("real units learn the means of two clusters", async () => {
  const random = new Random(2);
  const x = Array.from({ length: 400 }, (_, i) =>
    [0, 1, 2].map((j) => (i % 2 ? 2 : -2) * (j === 1 ? -1 : 1) + 0.3 * random.uniform(-1, 1)),
  );
  const machine = new RestrictedBoltzmannMachine({ visible: 3, hidden: 8, visibleUnits: "real" });
  const errors = await machine.fit(x, { epochs: 150, batchSize: 40, learningRate: 0.02 });
  expect(errors.at(-1)!).toBeLessThan(0.1 * errors[0]);
  expect(machine.reconstruct([x[1]]).toArray()).toEqual([
    [expect.closeTo(2, 0), expect.closeTo(-2, 0), expect.closeTo(2, 0)],
  ]);
});

it("has the same bits with the same seed, is saved and loaded", async () => {
  const made = [0, 1].map(() => new RestrictedBoltzmannMachine({ visible: 16, hidden: 10, seed: 5 }));
  for (const one of made) await one.fit(tensor(bars(60), [60, 16]), { epochs: 3, batchSize: 20, method: "pcd" });
  const [a, b] = made.map((one) => one.parameters.weights.toTypedArray());
  expect(a).toEqual(b);
  const loaded = await reload(made[0]);
  expect(loaded.features(bars(3)).toTypedArray()).toEqual(made[0].features(bars(3)).toTypedArray());
  expect(loaded.sample({ count: 2, steps: 5 }).toTypedArray()).toEqual(
    made[0].sample({ count: 2, steps: 5 }).toTypedArray(),
  );
});

it.each([
  [
    "no hidden units",
    () => new RestrictedBoltzmannMachine({ visible: 3, hidden: 0 }),
    UsageError,
    "hidden is out of range",
  ],
  [
    "values above 1",
    () => new RestrictedBoltzmannMachine({ visible: 2, hidden: 2 }).features([[0, 2]]),
    UsageError,
    "0 to 1",
  ],
  [
    "another length",
    () => new RestrictedBoltzmannMachine({ visible: 2, hidden: 2 }).freeEnergy([[0, 1, 1]]),
    ShapeError,
    "another length",
  ],
  [
    "no chains",
    () => new RestrictedBoltzmannMachine({ visible: 2, hidden: 2 }).sample({ count: 0 }),
    UsageError,
    "count is out of range",
  ],
])("refuses %s", (_, call, type, text) => {
  expect(call).toThrow(type);
  expect(call).toThrow(text);
});
