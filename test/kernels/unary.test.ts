import { describe, expect, it } from "vitest";
import type { Build } from "../support/builds.js";
import { builds } from "../support/builds.js";
import { expectClose, runKernel, uniform, words } from "../support/kernelRun.js";
import { normalCdf } from "../support/ulp.js";

/** An elementwise function with its derivative, and what its backward kernel reads. */
interface Row {
  readonly name: string;
  readonly forward: (build: Build, y: number, x: number, n: number) => void;
  readonly backward: (build: Build, dx: number, dy: number, saved: number, n: number, accumulate: number) => void;
  readonly reads: "x" | "y" | "nothing";
  readonly f: (x: number) => number;
  /** df/dx at x. */
  readonly df: (x: number) => number;
  readonly low?: number;
  /** Values at which f has a corner: the derivative there is checked too. */
  readonly corners?: readonly number[];
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const [seluScale, seluAlpha] = [1.0507009873554805, 1.6732632423543772];
const alpha = Math.fround(0.3);

const rows: readonly Row[] = [
  {
    name: "negate",
    forward: ({ kernels }, y, x, n) => kernels.negateForward(y, x, n),
    backward: ({ kernels }, dx, dy, _saved, n, add) => kernels.negateBackward(dx, dy, n, add),
    reads: "nothing",
    f: (x) => -x,
    df: () => -1,
  },
  {
    name: "exp",
    forward: ({ kernels }, y, x, n) => kernels.expForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.expBackward(...args),
    reads: "y",
    f: Math.exp,
    df: Math.exp,
  },
  {
    name: "sin",
    forward: ({ kernels }, y, x, n) => kernels.sinForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.sinBackward(...args),
    reads: "x",
    f: Math.sin,
    df: Math.cos,
  },
  {
    name: "cos",
    forward: ({ kernels }, y, x, n) => kernels.cosForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.cosBackward(...args),
    reads: "x",
    f: Math.cos,
    df: (x) => -Math.sin(x),
  },
  {
    name: "tan",
    forward: ({ kernels }, y, x, n) => kernels.tanForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.tanBackward(...args),
    reads: "y",
    f: Math.tan,
    df: (x) => 1 + Math.tan(x) ** 2,
  },
  {
    name: "atan",
    forward: ({ kernels }, y, x, n) => kernels.atanForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.atanBackward(...args),
    reads: "x",
    f: Math.atan,
    df: (x) => 1 / (1 + x * x),
  },
  {
    name: "log",
    forward: ({ kernels }, y, x, n) => kernels.logForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.logBackward(...args),
    reads: "x",
    f: Math.log,
    df: (x) => 1 / x,
    low: 0.01,
  },
  {
    name: "sqrt",
    forward: ({ kernels }, y, x, n) => kernels.sqrtForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.sqrtBackward(...args),
    reads: "y",
    f: Math.sqrt,
    df: (x) => 0.5 / Math.sqrt(x),
    low: 0.01,
  },
  {
    name: "square",
    forward: ({ kernels }, y, x, n) => kernels.squareForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.squareBackward(...args),
    reads: "x",
    f: (x) => x * x,
    df: (x) => 2 * x,
  },
  {
    name: "abs",
    forward: ({ kernels }, y, x, n) => kernels.absForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.absBackward(...args),
    reads: "x",
    f: Math.abs,
    df: Math.sign,
    corners: [0, -0],
  },
  {
    name: "clip to [-1, 2]",
    forward: ({ kernels }, y, x, n) => kernels.clipForward(y, x, n, -1, 2),
    backward: ({ kernels }, dx, dy, x, n, add) => kernels.clipBackward(dx, dy, x, n, -1, 2, add),
    reads: "x",
    f: (x) => Math.min(Math.max(x, -1), 2),
    df: (x) => Number(x >= -1 && x <= 2),
    corners: [-1, 2],
  },
  ...[-2, -1, 0, 1 / 3, 0.5, 1, 2, 2.5, 3].map((exponent): Row => ({
    name: `pow with exponent ${exponent}`,
    forward: ({ kernels }, y, x, n) => kernels.powForward(y, x, n, ...words(exponent)),
    backward: ({ kernels }, dx, dy, x, n, add) => kernels.powBackward(dx, dy, x, n, ...words(exponent), add),
    reads: "x",
    f: (x) => x ** exponent,
    df: (x) => (exponent === 0 ? 0 : exponent * x ** (exponent - 1)),
    low: Number.isInteger(exponent) ? -4 : 0.01,
    corners: exponent >= 1 ? [0] : [],
  })),
  {
    name: "relu",
    forward: ({ kernels }, y, x, n) => kernels.reluForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.reluBackward(...args),
    reads: "y",
    f: (x) => Math.max(x, 0),
    df: (x) => Number(x > 0),
    corners: [0],
  },
  {
    name: "leakyRelu",
    forward: ({ kernels }, y, x, n) => kernels.leakyReluForward(y, x, n, alpha),
    backward: ({ kernels }, dx, dy, y, n, add) => kernels.leakyReluBackward(dx, dy, y, n, alpha, add),
    reads: "y",
    f: (x) => (x > 0 ? x : alpha * x),
    df: (x) => (x > 0 ? 1 : alpha),
    corners: [0],
  },
  {
    name: "elu",
    forward: ({ kernels }, y, x, n) => kernels.eluForward(y, x, n, alpha),
    backward: ({ kernels }, dx, dy, y, n, add) => kernels.eluBackward(dx, dy, y, n, alpha, add),
    reads: "y",
    f: (x) => (x > 0 ? x : alpha * Math.expm1(x)),
    df: (x) => (x > 0 ? 1 : alpha * Math.exp(x)),
    corners: [0],
  },
  {
    name: "selu",
    forward: ({ kernels }, y, x, n) => kernels.seluForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.seluBackward(...args),
    reads: "y",
    f: (x) => seluScale * (x > 0 ? x : seluAlpha * Math.expm1(x)),
    df: (x) => seluScale * (x > 0 ? 1 : seluAlpha * Math.exp(x)),
    corners: [0],
  },
  {
    name: "sigmoid",
    forward: ({ kernels }, y, x, n) => kernels.sigmoidForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.sigmoidBackward(...args),
    reads: "y",
    f: sigmoid,
    df: (x) => sigmoid(x) * sigmoid(-x),
  },
  {
    name: "tanh",
    forward: ({ kernels }, y, x, n) => kernels.tanhForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.tanhBackward(...args),
    reads: "y",
    f: Math.tanh,
    df: (x) => 1 / Math.cosh(x) ** 2,
  },
  {
    name: "softplus",
    forward: ({ kernels }, y, x, n) => kernels.softplusForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.softplusBackward(...args),
    reads: "y",
    f: (x) => Math.log1p(Math.exp(x)),
    df: sigmoid,
  },
  {
    name: "hardSigmoid",
    forward: ({ kernels }, y, x, n) => kernels.hardSigmoidForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.hardSigmoidBackward(...args),
    reads: "y",
    f: (x) => Math.min(Math.max((x + 3) / 6, 0), 1),
    df: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
    corners: [-3, 3],
  },
  {
    name: "silu",
    forward: ({ kernels }, y, x, n) => kernels.siluForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.siluBackward(...args),
    reads: "x",
    f: (x) => x * sigmoid(x),
    df: (x) => sigmoid(x) * (1 + x * sigmoid(-x)),
  },
  {
    name: "gelu",
    forward: ({ kernels }, y, x, n) => kernels.geluForward(y, x, n),
    backward: ({ kernels }, ...args) => kernels.geluBackward(...args),
    reads: "x",
    f: (x) => x * normalCdf(x),
    df: (x) => normalCdf(x) + x * density(x),
  },
];

const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 35, 100];

describe.each(builds)("functions of one input ($name)", (build) => {
  describe.each(rows)("$name", ({ forward, backward, reads, f, df, low = -4, corners = [] }) => {
    const xOf = (n: number): Float32Array => {
      const x = uniform(n, n + 1, low, 4);
      x.set(corners.slice(0, n));
      return x;
    };

    it.each(sizes)("forward within 1e-6, in place too, %i elements", (n) => {
      const x = xOf(n);
      const expected = Array.from(x, f);
      const y = runKernel(build, () => {
        const [out, input] = [build.f32(n), build.f32(x)];
        return { out, call: () => forward(build, out.ptr, input.ptr, n) };
      });
      expectClose(y, expected, 1e-6, 1e-12);
      const inPlace = runKernel(build, () => {
        const out = build.f32(x);
        return { out, call: () => forward(build, out.ptr, out.ptr, n) };
      });
      expect(inPlace).toEqual(y);
    });

    it.each(sizes)(`backward reads ${reads} and is within 4e-6, dx over dy and accumulated too, %i elements`, (n) => {
      const x = xOf(n);
      const saved = reads === "x" ? x : reads === "y" ? Float32Array.from(x, f) : new Float32Array(n).fill(NaN);
      const dy = uniform(n, n + 2);
      const before = uniform(n, n + 3);
      const gradient = Array.from(x, (value, i) => dy[i] * df(value));
      const size = Math.max(1, ...gradient.map(Math.abs));
      const run = (into: "dx" | "dy", accumulate: number): Float32Array =>
        runKernel(build, () => {
          const [d, s] = [build.f32(dy), build.f32(saved)];
          const out = into === "dy" ? d : build.f32(accumulate ? before : n);
          return { out, call: () => backward(build, out.ptr, d.ptr, s.ptr, n, accumulate) };
        });
      const dx = run("dx", 0);
      expectClose(dx, gradient, 4e-6, 4e-7 * size);
      expect(run("dy", 0)).toEqual(dx);
      expect(run("dx", 1)).toEqual(dx.map((value, i) => value + before[i]));
    });

    it("NaN gives NaN, alone", () => {
      build.reset();
      const x = build.f32([1, NaN, 2, 3, 1.5, NaN]);
      const y = build.f32(6);
      forward(build, y.ptr, x.ptr, 6);
      const constant = Object.is(f(NaN), 1); // x⁰
      expect([...y.view].map(Number.isNaN)).toEqual([false, !constant, false, false, false, !constant]);
    });
  });
});
