import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/errors.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import { Random } from "../../src/tensor/random.js";

describe("Random", () => {
  it("follows xoshiro128**, written once more with big integers", () => {
    const mask = 0xffffffffn;
    const rotl = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
    const mix = (hash: bigint, word: bigint) => {
      let h = (((hash ^ word) * 0x85ebca6bn) & mask) + 0x9e3779b9n;
      h &= mask;
      h = ((h ^ (h >> 16n)) * 0x21f0aaadn) & mask;
      h = ((h ^ (h >> 15n)) * 0x735a2d97n) & mask;
      return h ^ (h >> 15n);
    };
    for (const seed of [0, 1, 42, -1, 2 ** 40 + 7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      const low = BigInt.asUintN(32, BigInt(seed));
      const high = BigInt.asUintN(32, BigInt(seed) >> 32n);
      const s = [1n, 2n, 3n, 4n].map((salt) => mix(mix(salt, low), high));
      s[3] |= 1n;
      const random = new Random(seed);
      for (let i = 0; i < 100; i++) {
        expect(random.bits()).toBe(Number((rotl((s[1] * 5n) & mask, 7n) * 9n) & mask));
        const t = (s[1] << 9n) & mask;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = rotl(s[3], 11n);
      }
    }
  });

  it("keeps its numbers from release to release", () => {
    const random = new Random(1);
    expect([random.bits(), random.bits(), random.bits()]).toEqual([3161192882, 3453620822, 1593503251]);
    expect([drawNormal(random), drawNormal(random)]).toEqual([0.17292107549411792, 1.3716423925522923]);
    expect([...new Random(1).fork("shuffle").fork(3).permutation(8)]).toEqual([6, 3, 1, 4, 7, 2, 5, 0]);
  });

  it("uniform: mean 0.5 ± 0.003, variance 1/12 ± 0.001, within [low, high)", () => {
    const random = new Random(7);
    const values = Array.from({ length: 100_000 }, () => random.uniform());
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.003);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.001);
    for (let i = 0; i < 1000; i++) {
      const x = random.uniform(-3, 5);
      expect(x >= -3 && x < 5).toBe(true);
    }
  });

  it("normal: mean, variance, skewness and kurtosis of N(0, 1), and the share beyond 2", () => {
    const random = new Random(8);
    const n = 200_000;
    const moments = [0, 0, 0, 0];
    let beyond = 0;
    for (let i = 0; i < n; i++) {
      const z = drawNormal(random);
      for (let p = 0; p < 4; p++) moments[p] += z ** (p + 1) / n;
      if (Math.abs(z) > 2) beyond++;
    }
    expect(Math.abs(moments[0])).toBeLessThan(0.01);
    expect(Math.abs(moments[1] - 1)).toBeLessThan(0.02);
    expect(Math.abs(moments[2])).toBeLessThan(0.04);
    expect(Math.abs(moments[3] - 3)).toBeLessThan(0.1);
    expect(Math.abs(beyond / n - 0.0455)).toBeLessThan(0.003);
    const shifted = new Random(9);
    const plain = new Random(9);
    expect(drawNormal(shifted, 10, 3)).toBe(10 + 3 * drawNormal(plain));
  });

  it("normal: agrees to 1e-14 with the polar method by Math.log", () => {
    const random = new Random(10);
    const twin = new Random(10);
    for (let i = 0; i < 1000; i++) {
      let u: number, v: number, s: number;
      do {
        u = twin.uniform(-1, 1);
        v = twin.uniform(-1, 1);
        s = u * u + v * v;
      } while (s >= 1 || s === 0);
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      expect(Math.abs(drawNormal(random) / (u * factor) - 1)).toBeLessThan(1e-14);
      expect(Math.abs(drawNormal(random) / (v * factor) - 1)).toBeLessThan(1e-14);
    }
  });

  it("integer: every value equally often (χ² of 10 cells below 30), and limits are checked", () => {
    const random = new Random(11);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.integer(10)]++;
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(30);
    expect(random.integer(1)).toBe(0);
    expect(random.integer(2 ** 32)).toBeLessThan(2 ** 32);
    for (const n of [0, -1, 1.5, NaN, Infinity, 2 ** 32 + 1]) expect(() => random.integer(n)).toThrow(UsageError);
    expect(() => random.integer(0)).toThrow(
      "Random.integer: n is out of range; expected an integer in [1, 2³²], got 0.",
    );
  });

  it("integer: draws that would favour small results are drawn again", () => {
    const random = new Random(12);
    const n = 3 * 2 ** 30; // a plain remainder would give [0, 2³⁰) with probability 1/2
    let small = 0;
    for (let i = 0; i < 30_000; i++) if (random.integer(n) < 2 ** 30) small++;
    expect(Math.abs(small / 30_000 - 1 / 3)).toBeLessThan(0.015);
  });

  it("permutation: every number once, every order of three equally often", () => {
    expect([...new Random(1).permutation(1000)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    expect(new Random(1).permutation(0)).toEqual(new Int32Array(0));
    const orders = new Map<string, number>();
    const random = new Random(2);
    for (let i = 0; i < 12_000; i++) {
      const order = random.permutation(3).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
    expect(() => random.permutation(-1)).toThrow("expected an integer in [0, 2³¹), got -1");
    expect(() => random.permutation(2 ** 31)).toThrow(UsageError);
  });

  it("shuffle: works in place on arrays", () => {
    const values = ["a", "b", "c", "d", "e"];
    expect(new Random(3).shuffle(values)).toBe(values);
    expect([...values].sort()).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("fork: depends on seed and label alone, and streams do not correlate", () => {
    const used = new Random(5);
    used.bits();
    drawNormal(used);
    expect(used.fork(3).bits()).toBe(new Random(5).fork(3).bits());
    const labels = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, "", "0", "1", "a", "ab", "ba", "ä"];
    expect(new Set(labels.map((label) => new Random(5).fork(label).seed)).size).toBe(labels.length);
    expect(() => new Random(5).fork(0.5)).toThrow(
      "Random.fork: label has the wrong type; expected a string or a safe integer, got 0.5.",
    );
    expect(new Random(5).fork(1).fork(2).seed).not.toBe(new Random(5).fork(2).fork(1).seed);
    const parent = new Random(5);
    const child = parent.fork(0);
    let product = 0;
    for (let i = 0; i < 20_000; i++) product += (parent.uniform() - 0.5) * (child.uniform() - 0.5);
    expect(Math.abs(product / 20_000) * 12).toBeLessThan(0.03);
  });

  it("seeds next to each other give unrelated first draws", () => {
    const n = 20_000;
    let product = 0;
    let previous = new Random(0).uniform();
    for (let seed = 1; seed <= n; seed++) {
      const current = new Random(seed).uniform();
      product += (current - 0.5) * (previous - 0.5);
      previous = current;
    }
    expect(Math.abs(product / n) * 12).toBeLessThan(0.03);
  });

  it.each([1.5, NaN, Infinity, 2 ** 53])("the seed %d is refused", (seed) => {
    expect(() => new Random(seed)).toThrow(`Random: seed must be a safe integer; got ${seed}.`);
  });
});
