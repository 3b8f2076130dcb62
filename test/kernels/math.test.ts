import { describe, expect, it } from "vitest";
import type { Build } from "../support/builds.js";
import { builds } from "../support/builds.js";
import { words } from "../support/kernelRun.js";
import { evenly, evenlyInBits, normalCdf, worstUlp } from "../support/ulp.js";

/** A function of simd/math.ts as an elementwise kernel, its float64 reference, and bounds in ulp on ranges of x. */
interface Row {
  readonly name: string;
  readonly kernel: (build: Build, y: number, x: number, n: number) => void;
  readonly exact: (x: number) => number;
  readonly bounds: readonly { readonly ulp: number; readonly low: number; readonly high: number }[];
  /** Arguments and their exact values: ends, zeros, infinities, subnormal numbers. */
  readonly points: readonly (readonly [number, number])[];
}

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const rows: readonly Row[] = [
  {
    name: "exp",
    kernel: ({ kernels }, y, x, n) => kernels.expForward(y, x, n),
    exact: Math.exp,
    bounds: [
      { ulp: 0.97, low: -87, high: 88 },
      { ulp: 10, low: 88, high: 88.7228 },
    ],
    points: [
      [0, 1],
      [-0, 1],
      [Math.fround(88.7229), Infinity],
      [1e30, Infinity],
      [Infinity, Infinity],
      [Math.fround(-87.3365), Math.exp(Math.fround(-87.3365))],
      [-88, 0],
      [-1e30, 0],
      [-Infinity, 0],
    ],
  },
  {
    name: "log",
    kernel: ({ kernels }, y, x, n) => kernels.logForward(y, x, n),
    exact: Math.log,
    bounds: [
      { ulp: 1, low: 2 ** -149, high: 3.4e38 },
      { ulp: 1, low: 0.5, high: 2 },
    ],
    points: [
      [1, 0],
      [0, -Infinity],
      [-0, -Infinity],
      [Infinity, Infinity],
      [-1e-40, NaN],
      [-1, NaN],
      [-Infinity, NaN],
    ],
  },
  {
    name: "tanh",
    kernel: ({ kernels }, y, x, n) => kernels.tanhForward(y, x, n),
    exact: Math.tanh,
    bounds: [
      { ulp: 2.6, low: -9, high: 9 },
      { ulp: 2.6, low: 2 ** -126, high: 100 },
    ],
    points: [
      [0, 0],
      [9.5, 1],
      [-9.5, -1],
      [Infinity, 1],
      [-Infinity, -1],
    ],
  },
  {
    name: "sigmoid",
    kernel: ({ kernels }, y, x, n) => kernels.sigmoidForward(y, x, n),
    exact: sigmoid,
    bounds: [{ ulp: 2.25, low: -87, high: 87 }],
    points: [
      [0, 0.5],
      [Infinity, 1],
      [-Infinity, 0],
      [-1000, 0],
    ],
  },
  {
    name: "softplus",
    kernel: ({ kernels }, y, x, n) => kernels.softplusForward(y, x, n),
    exact: softplus,
    bounds: [{ ulp: 2.6, low: -87, high: 87 }],
    points: [
      [1000, 1000],
      [Infinity, Infinity],
      [-1000, 0],
      [-Infinity, 0],
    ],
  },
  {
    name: "elu",
    kernel: ({ kernels }, y, x, n) => kernels.eluForward(y, x, n, 1),
    exact: (x) => (x > 0 ? x : Math.expm1(x)),
    bounds: [
      { ulp: 1, low: -87, high: 1 },
      { ulp: 1, low: -1, high: 1 },
    ],
    points: [
      [0, 0],
      [-1000, -1],
      [-Infinity, -1],
      [Infinity, Infinity],
    ],
  },
  {
    name: "silu",
    kernel: ({ kernels }, y, x, n) => kernels.siluForward(y, x, n),
    exact: (x) => x * sigmoid(x),
    bounds: [{ ulp: 3, low: -87, high: 87 }],
    points: [
      [0, 0],
      [Infinity, Infinity],
    ],
  },
  {
    name: "gelu",
    kernel: ({ kernels }, y, x, n) => kernels.geluForward(y, x, n),
    exact: (x) => x * normalCdf(x),
    bounds: [
      { ulp: 5.5, low: -12.9, high: 13 },
      { ulp: 5.5, low: -0.5, high: 0.5 },
    ],
    points: [
      [0, 0],
      [20, 20],
      [-20, 0],
      [Infinity, Infinity],
    ],
  },
  ...(["sin", "cos", "tan"] as const).map((name): Row => {
    const kernel = ({ kernels }: Build, y: number, x: number, n: number): void => kernels[`${name}Forward`](y, x, n);
    return {
      name,
      kernel,
      exact: (x) => Math[name](x),
      bounds: [
        { ulp: 0.51, low: -10, high: 10 },
        { ulp: 0.51, low: 2 ** -126, high: 2 ** 27 },
        { ulp: 0.51, low: 2 ** 27, high: 3.4e38 },
        { ulp: 0.51, low: -3e38, high: -1e8 },
      ],
      points: [
        [0, Math[name](0)],
        [2 ** 28, Math[name](2 ** 28)],
        [-(2 ** 28), Math[name](-(2 ** 28))],
        [Math.fround(Math.PI / 2), Math[name](Math.fround(Math.PI / 2))],
        [Math.fround(1e22), Math[name](Math.fround(1e22))], // near a multiple of π/2
        [Infinity, NaN],
        [-Infinity, NaN],
      ],
    };
  }),
  {
    name: "atan",
    kernel: ({ kernels }, y, x, n) => kernels.atanForward(y, x, n),
    exact: Math.atan,
    bounds: [
      { ulp: 0.51, low: -5, high: 5 },
      { ulp: 0.51, low: 2 ** -126, high: 3.4e38 },
    ],
    points: [
      [0, 0],
      [1, Math.PI / 4],
      [Infinity, Math.PI / 2],
      [-Infinity, -Math.PI / 2],
    ],
  },
  ...[-3, -1, -0.5, 0.1, 1 / 3, 0.5, 0.5 + 1e-9, 1.5, 2, 2 + 1e-9, 3, Math.PI, 7.25, 100.1].map((exponent): Row => {
    const reach = Math.min(2 ** (125 / Math.abs(exponent)), 2 ** 125);
    return {
      name: `pow with exponent ${exponent}`,
      kernel: ({ kernels }, y, x, n) => kernels.powForward(y, x, n, ...words(exponent)),
      exact: (x) => x ** exponent,
      bounds: [{ ulp: 0.51, low: 1 / reach, high: reach }],
      points: [
        [1, 1],
        [0, exponent > 0 ? 0 : Infinity],
        [Infinity, exponent > 0 ? Infinity : 0],
        [-3, Number.isInteger(exponent) ? (-3) ** exponent : NaN],
      ],
    };
  }),
];

describe.each(builds)("elementary functions ($name)", (build) => {
  for (const { name, kernel, exact, bounds, points } of rows) {
    for (const { ulp, low, high } of bounds) {
      it(`${name}: at most ${ulp} ulp on [${low}, ${high}]`, () => {
        build.reset();
        const n = 1 << 15;
        const x = build.f32(low > 0 ? evenlyInBits(low, high, n) : evenly(low, high, n));
        const y = build.f32(n);
        kernel(build, y.ptr, x.ptr, n);
        const worst = worstUlp(y.view, x.view, exact);
        expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(ulp);
      });
    }

    it(`${name}: exact at ${points.map(([x]) => x).join(", ")}; NaN gives NaN`, () => {
      build.reset();
      const x = build.f32([NaN, ...points.map(([x]) => x)]);
      const y = build.f32(x.view.length);
      kernel(build, y.ptr, x.ptr, x.view.length);
      const close = points.map(([, value], i) =>
        Math.abs(y.view[i + 1] / value - 1) < 1e-7 ? value : y.view[i + 1] + 0,
      );
      expect([y.view[0], ...close]).toEqual([NaN, ...points.map(([, value]) => value)]);
    });
  }

  it("an element has the same bits wherever it stands", () => {
    build.reset();
    const values = evenly(-6, 6, 23);
    const x = build.f32(values);
    const whole = build.f32(23);
    const single = build.f32(1);
    for (const { kernel } of rows) {
      kernel(build, whole.ptr, x.ptr, 23);
      for (let i = 0; i < 23; i++) {
        kernel(build, single.ptr, x.ptr + 4 * i, 1);
        expect(single.view[0]).toBe(whole.view[i]);
      }
    }
  });

  it("sine, tangent and arctangent of −0 are −0", () => {
    build.reset();
    const [x, y] = [build.f32([-0]), build.f32(1)];
    for (const name of ["sin", "tan", "atan"] as const) {
      build.kernels[`${name}Forward`](y.ptr, x.ptr, 1);
      expect(y.view[0]).toBe(-0);
    }
  });

  it("tanh and sigmoid never leave their ranges", () => {
    build.reset();
    const x = build.f32(evenly(-100, 100, 200_001));
    const y = build.f32(200_001);
    build.kernels.tanhForward(y.ptr, x.ptr, 200_001);
    expect(y.view.every((value) => Math.abs(value) <= 1)).toBe(true);
    build.kernels.sigmoidForward(y.ptr, x.ptr, 200_001);
    expect(y.view.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it("integer powers that float32 holds are exact: 3⁴, (−5)³, 2⁻¹⁰, 10⁷", () => {
    build.reset();
    for (const [base, exponent] of [
      [3, 4],
      [-5, 3],
      [2, -10],
      [10, 7],
    ]) {
      const x = build.f32([base]);
      build.kernels.powForward(x.ptr, x.ptr, 1, ...words(exponent));
      expect(x.view[0]).toBe(base ** exponent);
    }
  });
});
