import { beforeAll, describe, expect, it } from "vitest";
import { SelfOrganizingMap } from "../../src/classic/index.js";
import { Random, ShapeError, UsageError, init, tensor } from "../../src/index.js";
import { reload } from "./reload.js";

beforeAll(() => init());

/** Points of a square. */
function square(n: number, seed = 1): number[][] {
  const random = new Random(seed);
  return Array.from({ length: n }, () => [random.uniform(), random.uniform()]);
}

describe.each(["rectangular", "hexagonal"] as const)("a %s map", (topology) => {
  it.each(["batch", "online"] as const)(
    "unfolds over a square by %s training: errors fall, neighbours stay neighbours",
    async (method) => {
      const map = new SelfOrganizingMap({ rows: 8, columns: 8, inputs: 2, topology });
      const x = square(800);
      const errors = await map.fit(x, { method, epochs: 15, seed: 2 });
      expect(errors).toHaveLength(15);
      const { quantizationError, topographicError } = await map.errors(x);
      expect(quantizationError).toBeLessThan(0.09);
      expect(quantizationError).toBeLessThan(0.4 * errors[1]);
      expect(topographicError).toBeLessThan(0.2);
    },
  );
});

it("winners and errors are those of plain loops", async () => {
  const map = new SelfOrganizingMap({ rows: 3, columns: 4, inputs: 2 });
  const x = square(50, 3);
  await map.fit(x, { epochs: 3 });
  const distance = (k: number, [a, b]: number[]): number =>
    Math.hypot(map.weights[2 * k] - a, map.weights[2 * k + 1] - b);
  const order = x.map((one) =>
    Array.from({ length: 12 }, (_, k) => k).sort((a, b) => distance(a, one) - distance(b, one)),
  );
  expect([...(await map.winners(x))]).toEqual(order.map(([first]) => first));
  const { quantizationError, topographicError } = await map.errors(x);
  expect(quantizationError).toBeCloseTo(x.reduce((sum, one, i) => sum + distance(order[i][0], one), 0) / 50, 5);
  const apart = ([a, b]: number[]): boolean =>
    Math.abs((a % 4) - (b % 4)) > 1 || Math.abs(Math.floor(a / 4) - Math.floor(b / 4)) > 1;
  expect(topographicError).toBeCloseTo(order.filter(apart).length / 50, 9);
});

it("an epoch of the batch map is the weighed mean of its formula", async () => {
  const map = new SelfOrganizingMap({ rows: 1, columns: 3, inputs: 1 });
  const x = [[0], [1], [2], [10]];
  await map.fit(x, { epochs: 1, radius: 1, finalRadius: 1 });
  const before = [...map.weights];
  await map.fit(x, { epochs: 1, radius: 1, finalRadius: 1 });
  const winners = x.map(([value]) =>
    before.reduce((best, w, k) => (Math.abs(w - value) < Math.abs(before[best] - value) ? k : best), 0),
  );
  const expected = before.map((_, a) => {
    const h = winners.map((b) => Math.exp(-((a - b) ** 2) / 2));
    return h.reduce((sum, one, n) => sum + one * x[n][0], 0) / h.reduce((sum, one) => sum + one, 0);
  });
  for (const [k, w] of map.weights.entries()) expect(w).toBeCloseTo(expected[k], 4);
});

it("hexagonal units have six neighbours at distance 1, rectangular ones eight", () => {
  for (const [topology, count] of [
    ["hexagonal", 6],
    ["rectangular", 8],
  ] as const) {
    const map = new SelfOrganizingMap({ rows: 5, columns: 5, inputs: 1, topology });
    const { places } = map;
    const near = Array.from({ length: 25 }, (_, k) =>
      Math.hypot(places[2 * k] - places[24], places[2 * k + 1] - places[25]),
    );
    expect(near.filter((one) => one > 0 && one < (count === 6 ? 1.01 : 1.5))).toHaveLength(count);
  }
});

it("has the same bits with the same seed, is saved and loaded, and goes on from there", async () => {
  const x = tensor(square(100), [100, 2]);
  const [a, b] = [0, 1].map(() => new SelfOrganizingMap({ rows: 4, columns: 4, inputs: 2, topology: "hexagonal" }));
  for (const map of [a, b]) await map.fit(x, { epochs: 4, seed: 7 });
  expect(a.weights).toEqual(b.weights);
  const loaded = await reload(a);
  expect([loaded.weights, loaded.topology, loaded.uMatrix()]).toEqual([a.weights, "hexagonal", a.uMatrix()]);
  for (const map of [a, loaded]) await map.fit(x, { epochs: 2, radius: 1 });
  expect(loaded.weights).toEqual(a.weights);
});

it("an abort rejects, with the map as the last epoch left it", async () => {
  const map = new SelfOrganizingMap({ rows: 4, columns: 4, inputs: 2 });
  const controller = new AbortController();
  let after: Float32Array | undefined;
  const onEpoch = (epoch: number): void => {
    if (epoch !== 1) return;
    after = map.weights.slice();
    controller.abort(new Error("enough"));
  };
  await expect(map.fit(square(50), { epochs: 9, onEpoch, signal: controller.signal })).rejects.toThrow("enough");
  expect(map.weights).toEqual(after);
});

it.each([
  ["an empty map", () => new SelfOrganizingMap({ rows: 0, columns: 3, inputs: 2 }), UsageError, "rows is out of range"],
  [
    "one sample",
    () => new SelfOrganizingMap({ rows: 2, columns: 2, inputs: 2 }).fit([[1, 2]]),
    UsageError,
    "several samples",
  ],
  [
    "samples of another length",
    () => new SelfOrganizingMap({ rows: 2, columns: 2, inputs: 3 }).fit(square(5)),
    ShapeError,
    "another length",
  ],
  [
    "an unknown method",
    () => new SelfOrganizingMap({ rows: 2, columns: 2, inputs: 2 }).fit(square(5), { method: "fast" as never }),
    UsageError,
    "unknown method",
  ],
])("refuses %s", async (_, call, type, text) => {
  const error: unknown = await (async () => call())().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toContain(text);
});
