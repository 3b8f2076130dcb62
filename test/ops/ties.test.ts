/** Where equal values meet: which of them gets the gradient, and whose position it is. Few whole numbers, so that ties are everywhere. */
import { describe, expect, it } from "vitest";
import * as ops from "../../src/ops/index.js";
import { tensor } from "../../src/tensor/create.js";
import { Random } from "../../src/tensor/random.js";
import type { Shape } from "../../src/tensor/shape.js";
import { sizeOf } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

const values = (x: Tensor): number[] => Array.from(x.toTypedArray(), (value) => value + 0);
const leaf = { requiresGrad: true };

/** n whole numbers in −1 … 1. */
function few(n: number, seed: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: n }, () => Math.floor(random.uniform(-1, 2)));
}

/** The gradient of x where each element of f(x) weighs a number of its own: 1, 2, 3, … times `factor`. */
function gradientOf(f: (x: Tensor) => Tensor, list: number[], shape: Shape, factor = 1): number[] {
  const x = tensor(list, shape, leaf);
  const y = f(x);
  const weights = Array.from({ length: y.size }, (_, i) => factor * (i + 1));
  ops.sum(ops.mul(y, tensor(weights, y.shape))).backward();
  return values(x.grad!);
}

describe("a max-pooling window gives the gradient to the first of its largest", () => {
  const [N, H, W] = [2, 7, 8];
  it.each(
    [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 33].flatMap((C) =>
      [
        { kH: 2, kW: 2, s: 2 },
        { kH: 2, kW: 2, s: 1 },
        { kH: 3, kW: 3, s: 2 },
        { kH: 3, kW: 2, s: 1 },
      ].map((window) => ({ C, ...window })),
    ),
  )("$C channels, windows of $kH × $kW, strides $s", ({ C, kH, kW, s }) => {
    const x = few(N * H * W * C, C);
    const want = new Array<number>(x.length).fill(0);
    let weight = 0;
    for (let n = 0; n < N; n++) {
      for (let i = 0; i + kH <= H; i += s) {
        for (let j = 0; j + kW <= W; j += s) {
          for (let c = 0; c < C; c++) {
            const places = Array.from({ length: kH * kW }, (_, k) => {
              return ((n * H + i + Math.floor(k / kW)) * W + j + (k % kW)) * C + c;
            });
            const most = Math.max(...places.map((at) => x[at]));
            want[places.find((at) => x[at] === most)!] += ++weight;
          }
        }
      }
    }
    const pool = (image: Tensor): Tensor => ops.maxPool2d(image, { poolSize: [kH, kW], strides: s, padding: "valid" });
    expect(gradientOf(pool, x, [N, H, W, C])).toEqual(want);
  });
});

/** Maxima or minima of x (outer, R, inner) over R: the share of each element, and the first position. */
function extremes(x: number[], [outer, R, inner]: readonly [number, number, number], sign: 1 | -1) {
  const shares = new Array<number>(x.length).fill(0);
  const positions: number[] = [];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const places = Array.from({ length: R }, (_, r) => (o * R + r) * inner + i);
      const best = Math.max(...places.map((at) => sign * x[at]));
      const equal = places.filter((at) => sign * x[at] === best);
      for (const at of equal) shares[at] = (o * inner + i + 1) / equal.length;
      positions.push(places.indexOf(equal[0]));
    }
  }
  return { shares, positions };
}

describe("equal maxima of an axis share the gradient, and the first is the position", () => {
  const shapes: [number, number, number][] = [
    [1, 9, 1],
    [5, 7, 1],
    [3, 33, 1],
    [1, 6, 4],
    [2, 5, 3],
    [2, 8, 17],
    [3, 4, 40],
  ];
  it.each(shapes.flatMap((shape) => ([1, -1] as const).map((sign) => ({ shape, sign }))))(
    "x $shape, sign $sign",
    ({ shape, sign }) => {
      const x = few(sizeOf(shape), shape[2]);
      const { shares, positions } = extremes(x, shape, sign);
      const [extreme, position] = sign > 0 ? [ops.max, ops.argMax] : [ops.min, ops.argMin];
      const got = gradientOf((t) => extreme(t, 1), x, shape, 60); // 60 is divided by 1 to 6 without a rest
      for (const [i, share] of shares.entries()) expect(got[i], `element ${i}`).toBeCloseTo(60 * share, 4);
      expect(values(position(tensor(x, shape), 1))).toEqual(positions);
    },
  );

  it("over all pixels of an image, and over all steps of a sequence", () => {
    const x = few(2 * 12 * 5, 3);
    const { shares } = extremes(x, [2, 12, 5], 1);
    const image = gradientOf((t) => ops.globalMaxPool2d(t), x, [2, 3, 4, 5], 60);
    const sequence = gradientOf((t) => ops.globalMaxPool1d(t), x, [2, 12, 5], 60);
    for (const [i, share] of shares.entries()) {
      expect(image[i], `element ${i}`).toBeCloseTo(60 * share, 4);
      expect(sequence[i], `element ${i}`).toBeCloseTo(60 * share, 4);
    }
  });
});

describe("two operands that are equal get half of the gradient each", () => {
  it.each([1, 3, 4, 7, 8, 21, 67])("%i elements, as they are and broadcast", (n) => {
    const [a, b] = [few(n, 1), few(n, 2)];
    const half = (wins: boolean, ties: boolean): number => (wins ? 1 : ties ? 0.5 : 0);
    const mine = (sign: number, other: (i: number) => number): number[] =>
      a.map((value, i) => (i + 1) * half(sign * value > sign * other(i), value === other(i)) + 0);
    for (const [op, sign] of [
      [ops.maximum, 1],
      [ops.minimum, -1],
    ] as const) {
      expect(gradientOf((x) => op(x, tensor(b)), a, [n])).toEqual(mine(sign, (i) => b[i]));
      expect(gradientOf((x) => op(tensor(b), x), a, [n])).toEqual(mine(sign, (i) => b[i]));
      expect(gradientOf((x) => op(x, 0), a, [n])).toEqual(mine(sign, () => 0));
    }
  });
});

it("at a corner: clip passes the gradient at both ends, relu and abs nothing at 0", () => {
  expect(gradientOf((x) => ops.clip(x, -1, 1), [-2, -1, 0, 1, 2], [5])).toEqual([0, 2, 3, 4, 0]);
  expect(gradientOf((x) => ops.relu(x), [-1, 0, 1], [3])).toEqual([0, 0, 3]);
  expect(gradientOf((x) => ops.abs(x), [-1, 0, 1], [3])).toEqual([-1, 0, 3]);
});
