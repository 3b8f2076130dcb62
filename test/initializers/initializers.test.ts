/** Initializers: values, moments over many draws, orthogonality, streams, errors, and how they are written down. */
import { describe, expect, it } from "vitest";
import * as initializers from "../../src/initializers/index.js";
import type { Initializer } from "../../src/initializers/initializer.js";
import { initializerFrom } from "../../src/initializers/registry.js";
import { ShapeError } from "../../src/errors.js";
import * as layers from "../../src/layers/index.js";
import { sequential } from "../../src/models/sequential.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { tensor, zeros } from "../../src/tensor/create.js";
import { RandomState } from "../../src/tensor/randomState.js";
import type { Shape } from "../../src/tensor/shape.js";
import { expectSameBits } from "../support/compare.js";
import "../support/engine.js";

/** A parameter filled by a generator of that seed. */
function fill(initializer: Initializer, shape: Shape, random = new RandomState(1)): Float32Array {
  const out = zeros(shape);
  initializer.fill(out, random);
  return out.toTypedArray() as Float32Array;
}

function moments(values: Float32Array): { mean: number; stddev: number; max: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, stddev: Math.sqrt(variance), max: values.reduce((most, x) => Math.max(most, Math.abs(x)), 0) };
}

describe("constants", () => {
  it("zeros, ones, constant: every element", () => {
    for (const [initializer, value] of [
      [initializers.zeros(), 0],
      [initializers.ones(), 1],
      [initializers.constant({ value: -2.5 }), -2.5],
    ] as const) {
      const out = tensor([NaN, NaN, NaN, NaN, NaN]);
      initializer.fill(out, new RandomState(0));
      expect([...out.toTypedArray()]).toEqual(Array(5).fill(value));
    }
  });

  it("identity: the diagonal, of any matrix", () => {
    expect([...fill(initializers.identity(), [2, 2])]).toEqual([1, 0, 0, 1]);
    expect([...fill(initializers.identity({ gain: 3 }), [2, 3])]).toEqual([3, 0, 0, 0, 3, 0]);
    expect([...fill(initializers.identity(), [3, 2])]).toEqual([1, 0, 0, 1, 0, 0]);
  });
});

const [dense, conv]: Shape[] = [
  [150, 250],
  [3, 5, 15, 25], // in 225, out 375
];

describe.each([
  ["randomUniform", initializers.randomUniform(), dense, 0, 0.1 / Math.sqrt(12), 0.05],
  ["randomUniform, options", initializers.randomUniform({ minval: 1, maxval: 3 }), dense, 2, 2 / Math.sqrt(12), 3],
  ["randomNormal", initializers.randomNormal(), dense, 0, 0.05, 0.4],
  ["randomNormal, options", initializers.randomNormal({ mean: 3, stddev: 2 }), dense, 3, 2, 20],
  ["truncatedNormal", initializers.truncatedNormal({ stddev: 1 }), dense, 0, 0.8796, 2],
  ["glorotUniform", initializers.glorotUniform(), dense, 0, Math.sqrt(2 / 400), Math.sqrt(6 / 400)],
  ["glorotUniform, convolution", initializers.glorotUniform(), conv, 0, Math.sqrt(2 / 600), Math.sqrt(6 / 600)],
  ["glorotNormal", initializers.glorotNormal(), dense, 0, Math.sqrt(2 / 400), 0.5],
  ["heUniform", initializers.heUniform(), dense, 0, Math.sqrt(2 / 150), Math.sqrt(6 / 150)],
  ["heNormal", initializers.heNormal(), dense, 0, Math.sqrt(2 / 150), 0.8],
  ["heNormal, convolution", initializers.heNormal(), conv, 0, Math.sqrt(2 / 225), 0.7],
  ["lecunUniform", initializers.lecunUniform(), dense, 0, Math.sqrt(1 / 150), Math.sqrt(3 / 150)],
  ["lecunNormal", initializers.lecunNormal(), dense, 0, Math.sqrt(1 / 150), 0.6],
  ["heUniform, vector", initializers.heUniform(), [10_000], 0, Math.sqrt(2 / 10_000), Math.sqrt(6 / 10_000)],
] as [string, Initializer, Shape, number, number, number][])("%s", (_, initializer, shape, mean, stddev, limit) => {
  const values = fill(initializer, shape);

  it("has the mean and the standard deviation, to 4 standard errors", () => {
    const got = moments(values);
    expect(Math.abs(got.mean - mean)).toBeLessThan((4 * stddev) / Math.sqrt(values.length));
    expect(Math.abs(got.stddev / stddev - 1)).toBeLessThan(4 / Math.sqrt(values.length));
  });

  it("stays within its limits, and comes near them where there are some", () => {
    const { max } = moments(values);
    expect(max).toBeLessThanOrEqual(Math.fround(limit));
    if (/uniform|truncated/i.test(initializer.config.className)) expect(max).toBeGreaterThan(0.99 * limit);
  });

  it("follows from the seed alone, and differs by seed and from draw to draw", () => {
    const random = new RandomState(1);
    expectSameBits("the same seed", fill(initializer, shape, random), values);
    const again = fill(initializer, shape, random);
    const other = fill(initializer, shape, new RandomState(2));
    // two independent float32 draws coincide now and then, but not in many places
    for (const draw of [again, other]) {
      expect(draw.filter((x, i) => x === values[i]).length).toBeLessThan(values.length / 100);
    }
  });
});

describe("orthogonal", () => {
  /** The largest deviation of the Gram matrix of the shorter side from gain² · identity. */
  function deviation(values: Float32Array, rows: number, columns: number, gain: number): number {
    const short = Math.min(rows, columns);
    const at = (i: number, k: number) => (rows <= columns ? values[i * columns + k] : values[k * columns + i]);
    let worst = 0;
    for (let i = 0; i < short; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k < Math.max(rows, columns); k++) sum += at(i, k) * at(j, k);
        worst = Math.max(worst, Math.abs(sum - (i === j ? gain * gain : 0)));
      }
    }
    return worst;
  }

  it.each([
    [[1, 1], 1, 1],
    [[8, 8], 8, 8],
    [[128, 128], 128, 128],
    [[32, 128], 32, 128],
    [[100, 7], 100, 7],
    [[3, 3, 4, 8], 36, 8],
  ])("%j: the shorter side is orthonormal to 1e-5", (shape, rows, columns) => {
    expect(deviation(fill(initializers.orthogonal(), shape), rows, columns, 1)).toBeLessThan(1e-5);
    expect(deviation(fill(initializers.orthogonal({ gain: 3 }), shape), rows, columns, 3)).toBeLessThan(9e-5);
  });

  it("prefers no direction: the elements of 2 × 2 matrices have mean 0 and both signs of the determinant", () => {
    const random = new RandomState(5);
    const draws = Array.from({ length: 400 }, () => fill(initializers.orthogonal(), [2, 2], random));
    for (let i = 0; i < 4; i++) {
      const mean = draws.reduce((sum, draw) => sum + draw[i], 0) / 400;
      expect(Math.abs(mean)).toBeLessThan((4 * Math.SQRT1_2) / 20);
    }
    const positive = draws.filter(([a, b, c, d]) => a * d > b * c).length;
    expect(Math.abs(positive - 200)).toBeLessThan(4 * 10);
  });

  it("fills an empty matrix", () => {
    expect([...fill(initializers.orthogonal(), [0, 4])]).toEqual([]);
  });
});

describe("a config makes the same initializer again", () => {
  it.each(
    Object.entries(initializers).map(
      ([name, make]) =>
        [name, name === "constant" ? initializers.constant({ value: 3 }) : (make as () => Initializer)()] as const,
    ),
  )("%s", (name, initializer) => {
    expect(initializer.config.className).toBe(name);
    const again = initializerFrom(JSON.parse(JSON.stringify(initializer.config)));
    expect(again.config).toEqual(initializer.config);
    expectSameBits(name, fill(again, [3, 4]), fill(initializer, [3, 4]));
  });
});

describe("errors", () => {
  it.each([
    [
      "constant: value is out of range; expected a number in (-∞, ∞), got NaN.",
      () => initializers.constant({ value: NaN }),
    ],
    [
      "randomUniform: the interval is empty; expected minval < maxval, got [1, 1).",
      () => initializers.randomUniform({ minval: 1, maxval: 1 }),
    ],
    [
      "randomUniform: maxval is out of range; expected a number in (-∞, ∞), got Infinity.",
      () => initializers.randomUniform({ maxval: Infinity }),
    ],
    [
      "randomNormal: stddev is out of range; expected a number in [0, ∞), got -1.",
      () => initializers.randomNormal({ stddev: -1 }),
    ],
    [
      'truncatedNormal: unknown option; expected mean or stddev, got "std".',
      () => initializers.truncatedNormal({ std: 1 } as never),
    ],
    [
      "orthogonal: gain is out of range; expected a number in (-∞, ∞), got NaN.",
      () => initializers.orthogonal({ gain: NaN }),
    ],
    [
      "orthogonal: the parameter is not a matrix; expected rank 2 or more, got Tensor(3).",
      () => fill(initializers.orthogonal(), [3]),
    ],
    [
      "identity: the parameter is not a matrix; expected rank 2, got Tensor(2, 2, 2).",
      () => fill(initializers.identity(), [2, 2, 2]),
    ],
    [
      'initializer: unknown initializer "uniform"; expected one of constant, glorotNormal, glorotUniform, heNormal, heUniform, identity, lecunNormal, lecunUniform, ones, orthogonal, randomNormal, randomUniform, truncatedNormal, zeros.',
      () => initializerFrom({ className: "uniform" }),
    ],
  ] as [string, () => unknown][])("%s", (expected, make) => {
    expect(make).toThrow(expected);
  });
});

describe("an initializer of one's own", () => {
  const own = (fill: unknown) => ({ fill, config: { className: "mine" } }) as Initializer;
  const kernelOf = (initializer: Initializer): number[] => {
    const model = sequential([
      layers.dense({ units: 2, kernelInitializer: initializer, inputShape: [2], name: "first" }),
    ]);
    return [...model.weights[0].value.toTypedArray()];
  };

  it.each<[string, unknown]>([
    ["writes into the parameter", (out: Tensor) => out.assign([1, 2, 3, 4])],
    ["returns a tensor", () => tensor([[1, 2], [3, 4]])], // prettier-ignore
    ["returns a typed array", () => Float32Array.of(1, 2, 3, 4)],
    ["returns nested lists", () => [[1, 2], [3, 4]]], // prettier-ignore
  ])("%s: the parameter has these values, not zeros", (_, fill) => {
    expect(kernelOf(own(fill))).toEqual([1, 2, 3, 4]);
  });

  it("returns values of a bias of an LSTM, whose forget gate then begins at 1", () => {
    const biasInitializer = own((out: Tensor) => new Float32Array(out.size).fill(3));
    const model = sequential([layers.lstm({ units: 1, biasInitializer, unitForgetBias: true, inputShape: [2, 1] })]);
    expect([...model.weights[2].value.toTypedArray()].sort()).toEqual([1, 3, 3, 3]);
  });

  it("returns what does not fit: an error that names the weight", () => {
    expect(() => kernelOf(own(() => [1, 2, 3]))).toThrow(
      'assign: number of values differs; expected 4 for Tensor(2, 2) "first/kernel", got 3.',
    );
    expect(() => kernelOf(own(() => tensor([1, 2, 3, 4])))).toThrow(/"first\/kernel".*Tensor\(4\)/);
    expect(() => kernelOf(own(async () => [1, 2, 3, 4]))).toThrow(ShapeError);
  });

  it("that throws leaves no model of zeros behind: the next use fills the weights anew, with the bits of a first", () => {
    let isReady = false;
    const kernelInitializer = own(() => {
      if (!isReady) throw new Error("not yet");
      return [1, 2, 3, 4];
    });
    const model = sequential(
      [layers.dense({ units: 2, inputShape: [2] }), layers.dense({ units: 2, kernelInitializer })],
      { seed: 4 },
    );
    for (let i = 0; i < 2; i++) expect(() => model.weights).toThrow("not yet");
    isReady = true;
    const again = model.weights.map(({ value }) => [...value.toTypedArray()]);
    const plain = sequential([layers.dense({ units: 2, inputShape: [2] }), layers.dense({ units: 2 })], { seed: 4 });
    expect(again[0]).toEqual([...plain.weights[0].value.toTypedArray()]);
    expect(again[2]).toEqual([1, 2, 3, 4]);
  });

  it("as a function in place of an object: the message says what an own one is", () => {
    const mine = (() => [1, 2, 3, 4]) as unknown as Initializer;
    expect(() => kernelOf(mine)).toThrow(
      "dense: not a valid kernelInitializer; expected for example initializers.heNormal(), got function mine. Call it: mine(); your own is an object with fill.",
    );
  });
});
