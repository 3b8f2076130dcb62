/** The kernels of convolution against float64 loops: strides, dilations, padding, groups, sizes around the tiles and blocks, threads, wide tiles. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convShape, tapSelection } from "#wasm/layouts";
import { type Build, builds } from "../../support/builds.js";
import { expectClose, mostThreads, runKernel, uniform } from "../../support/kernelRun.js";

/** A convolution: letters as in assembly/conv/plan.ts; C and O of all groups. */
interface Convolution {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly O: number;
  readonly kH: number;
  readonly kW: number;
  readonly sH: number;
  readonly sW: number;
  readonly dH: number;
  readonly dW: number;
  /** Padding before; after, what `rows` and `columns` of output need. */
  readonly pH: number;
  readonly pW: number;
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
}

/** A 3 × 3 convolution of one 8 × 9 image with padding 1, unless said. */
function convolution(change: Partial<Convolution>): Convolution {
  const base = { N: 1, H: 8, W: 9, C: 3, O: 5, kH: 3, kW: 3, sH: 1, sW: 1, dH: 1, dW: 1, pH: 1, pW: 1, groups: 1 };
  const c = { ...base, ...change };
  const places = (input: number, k: number, s: number, d: number, p: number): number =>
    Math.max(0, Math.floor((input + 2 * p - ((k - 1) * d + 1)) / s) + 1);
  return { rows: places(c.H, c.kH, c.sH, c.dH, c.pH), columns: places(c.W, c.kW, c.sW, c.dW, c.pW), ...c };
}

const convolutions: readonly Convolution[] = [
  convolution({}),
  ...[1, 2, 4, 5, 6, 7, 12, 13, 17].map((W) => convolution({ W, H: 4, N: 2, pW: 1, C: 2 })),
  ...[1, 2, 4, 5, 8, 9, 16, 17, 25, 40].map((O) => convolution({ O, W: 14, C: 4 })),
  ...[1, 3, 4, 5, 12, 13, 24, 49].map((C) => convolution({ C, W: 13, O: 9 })),
  convolution({ C: 30, O: 20, H: 5, W: 28 }), // taps are offsets: 90 deep
  convolution({ C: 130, O: 18, H: 3, W: 15 }), // blocks of channels
  convolution({ C: 130, O: 7, H: 3, W: 7 }), // the same with patches in full
  convolution({ H: 2, W: 131, C: 22, O: 4 }), // blocks of columns
  convolution({ H: 2, W: 131, C: 2, O: 4, sW: 2, pW: 3 }),
  convolution({ H: 70, W: 14, C: 64, O: 3, N: 2 }), // blocks of rows
  convolution({ H: 40, W: 11, C: 40, O: 3 }),
  convolution({ N: 3, H: 18, W: 18, C: 2, O: 3 }), // parts of 256 pixels that end within a row
  convolution({ sH: 2, sW: 2, H: 9, W: 10 }),
  convolution({ sH: 2, sW: 3, H: 11, W: 40, C: 24, O: 8 }),
  convolution({ sH: 3, sW: 2, kH: 1, kW: 1, pH: 0, pW: 0, H: 8, W: 29, C: 17 }),
  convolution({ sH: 4, sW: 4, kH: 2, kW: 2, pH: 0, pW: 0, H: 13, W: 61, C: 33 }),
  convolution({ dH: 2, dW: 2, pH: 2, pW: 2, W: 14, C: 24 }),
  convolution({ dH: 3, dW: 2, pH: 0, pW: 0, H: 9, W: 30, C: 22 }),
  convolution({ sH: 2, sW: 2, dH: 3, dW: 3, pH: 3, pW: 3, H: 10, W: 31, C: 22 }),
  convolution({ sH: 3, sW: 2, dH: 2, dW: 5, pH: 2, pW: 6, H: 10, W: 13 }),
  convolution({ kH: 5, kW: 2, pH: 4, pW: 0, C: 16 }),
  convolution({ kH: 1, kW: 7, pH: 0, pW: 6, W: 15 }),
  convolution({ kH: 7, kW: 1, pH: 3, pW: 0, W: 15, C: 20 }),
  convolution({ H: 2, W: 2, pH: 2, pW: 2 }),
  convolution({ pH: 5, pW: 7, C: 24, W: 13 }), // outputs that see only padding
  convolution({ groups: 2, C: 6, O: 10 }),
  convolution({ groups: 3, C: 72, O: 27, W: 14, sH: 2 }),
  convolution({ groups: 4, C: 4, O: 8 }),
  convolution({ N: 0 }),
];

const titled = convolutions.map((c) => {
  const { N, H, W, C, O, kH, kW, sH, sW, dH, dW, pH, pW, groups } = c;
  const title = `${N}×${H}×${W}×${C} → ${O}, ${kH}×${kW}, stride ${sH}, ${sW}, dilation ${dH}, ${dW}, padding ${pH}, ${pW}, ${groups} groups`;
  return [title, c] as const;
});

/** Calls `visit` for every product: places in source, kernel and output. */
function eachProduct(c: Convolution, visit: (x: number, k: number, y: number) => void): void {
  const [Cg, Og] = [c.C / c.groups, c.O / c.groups];
  for (let n = 0; n < c.N; n++)
    for (let q = 0; q < c.rows; q++)
      for (let r = 0; r < c.columns; r++)
        for (let kh = 0; kh < c.kH; kh++)
          for (let kw = 0; kw < c.kW; kw++) {
            const [h, w] = [q * c.sH + kh * c.dH - c.pH, r * c.sW + kw * c.dW - c.pW];
            if (h < 0 || w < 0 || h >= c.H || w >= c.W) continue;
            for (let o = 0; o < c.O; o++)
              for (let i = 0; i < Cg; i++) {
                const channel = Math.floor(o / Og) * Cg + i;
                const x = ((n * c.H + h) * c.W + w) * c.C + channel;
                visit(x, ((kh * c.kW + kw) * Cg + i) * c.O + o, ((n * c.rows + q) * c.columns + r) * c.O + o);
              }
          }
}

const kernelSize = (c: Convolution): number => (c.kH * c.kW * c.C * c.O) / c.groups;
const sourceSize = (c: Convolution): number => c.N * c.H * c.W * c.C;
const outputSize = (c: Convolution): number => c.N * c.rows * c.columns * c.O;

/** The convolution as the kernels take it. */
function shapeOf(build: Build, c: Convolution): number {
  const { rows, columns, O, groups, kH, kW, sH, sW, dH, dW } = c;
  return build.struct(convShape, {
    ...{ images: c.N, height: c.H, width: c.W, channels: c.C / groups, qH: rows, qW: columns, outputs: O, groups },
    ...{ kH, kW, sH, sW, dH, dW, top: -c.pH, left: -c.pW },
    ...{ imageStep: rows * columns * O, rowStep: columns * O, columnStep: O },
  });
}

/** Packs the kernel and convolves, for the thread that runs. */
function convolve(
  build: Build,
  c: Convolution,
  x: Float32Array,
  kernel: Float32Array,
  bias: Float32Array | undefined,
  y: Float32Array,
  rectifies = bias !== undefined,
) {
  const { kernels } = build;
  const out = build.f32(y);
  const [source, weights] = [build.f32(x), build.f32(kernel)];
  const b = bias && build.f32(bias);
  const [Cg, Og] = [c.C / c.groups, c.O / c.groups];
  const packed = build.f32(kernels.conv2dPackScratchBytes(c.kH * c.kW, Cg, Og, c.groups) / 4);
  kernels.setThread(0, mostThreads);
  const scratch = build.f32(
    kernels.convolve2dScratchBytes(c.rows, c.columns, Cg, c.kH, c.kW, c.sH, c.sW, c.dH, c.dW) / 4,
  );
  kernels.setThread(0, 1);
  const taps = build.struct(tapSelection, { h0: 0, hStep: 1, nH: c.kH, w0: 0, wStep: 1, nW: c.kW });
  kernels.conv2dPackKernel(packed.ptr, weights.ptr, taps, 0, c.kW, Cg, c.O, c.groups, c.columns);
  const shape = shapeOf(build, c);
  const [activation, accumulate] = rectifies ? [1, 0] : [0, 1];
  const [from, to] = [[source.ptr, packed.ptr, b?.ptr ?? 0] as const, out.ptr];
  return { out, call: () => kernels.convolve2d(to, ...from, shape, activation, 0, scratch.ptr, accumulate) };
}

/** Every build, and the wide tiles where there are some: right without the engine's help, too. */
const variants = builds.flatMap((build) => [
  { name: build.name, build, wide: 0 },
  ...(build.name === "relaxed" ? [{ name: "relaxed, wide tiles", build, wide: 1 }] : []),
]);

describe.each(variants)("convolution ($name)", ({ build, wide }) => {
  beforeAll(() => void build.kernels.setWide(wide));
  afterAll(() => void build.kernels.setWide(0));

  it.each(titled)("forward with bias and ReLU, with ReLU alone, and += without either: %s", (_, c) => {
    const [x, kernel] = [uniform(sourceSize(c), 1), uniform(kernelSize(c), 2)];
    const bias = uniform(c.O, 3);
    const before = uniform(outputSize(c), 4);
    const sums = new Float64Array(before.length);
    eachProduct(c, (i, k, o) => void (sums[o] += x[i] * kernel[k]));
    const tolerance = 3e-7 * c.kH * c.kW * (c.C / c.groups);
    const y = runKernel(build, () => convolve(build, c, x, kernel, bias, new Float32Array(before.length).fill(NaN)));
    expectClose(y, sums.map((sum, i) => Math.max(0, sum + bias[i % c.O])), 0, tolerance); // prettier-ignore
    const bare = runKernel(build, () => convolve(build, c, x, kernel, undefined, new Float32Array(before.length).fill(NaN), true)); // prettier-ignore
    expectClose(bare, sums.map((sum) => Math.max(0, sum)), 0, tolerance); // prettier-ignore
    const added = runKernel(build, () => convolve(build, c, x, kernel, undefined, before));
    expectClose(added, sums.map((sum, i) => sum + before[i]), 0, tolerance); // prettier-ignore
  });

  it.each(titled)("gradient of the kernel, = and +=: %s", (_, c) => {
    const { kernels } = build;
    const [x, dY] = [uniform(sourceSize(c), 5), uniform(outputSize(c), 6)];
    const before = uniform(kernelSize(c), 7);
    const sums = new Float64Array(before.length);
    eachProduct(c, (i, k, o) => void (sums[k] += x[i] * dY[o]));
    const [Cg, Og] = [c.C / c.groups, c.O / c.groups];
    for (const accumulate of [0, 1]) {
      const got = runKernel(build, () => {
        const out = build.f32(accumulate ? before : before.length);
        const [source, dOut] = [build.f32(x), build.f32(dY)];
        kernels.setThread(0, mostThreads);
        const pixels = c.N * c.rows * c.columns;
        const scratch = build.f32(kernels.conv2dBackwardKernelScratchBytes(pixels, c.kH * c.kW, Cg, Og) / 4);
        kernels.setThread(0, 1);
        const shape = shapeOf(build, c);
        return {
          out,
          call: () => kernels.conv2dBackwardKernel(out.ptr, source.ptr, dOut.ptr, shape, scratch.ptr, accumulate),
        };
      });
      const tolerance = 1e-6 * (Math.sqrt(c.N * c.rows * c.columns) + 8);
      expectClose(got, sums.map((sum, i) => sum + accumulate * before[i]), 0, tolerance); // prettier-ignore
    }
  });

  it("packing the kernel gives the same bits with 1, 2 and 3 threads, and flips it for the gradient", () => {
    const [kH, kW, C, O, groups] = [3, 2, 5, 14, 2];
    const kernel = uniform(kH * kW * C * O, 8);
    for (const transposed of [0, 1]) {
      const [depth, columns] = transposed ? [O / groups, C] : [C, O / groups];
      const packed = runKernel(build, () => {
        const out = build.f32(
          new Float32Array(build.kernels.conv2dPackScratchBytes(kH * kW, depth, columns, groups) / 4),
        );
        const source = build.f32(kernel);
        const [h0, hStep] = transposed ? [kH - 1, -1] : [0, 1];
        const taps = build.struct(tapSelection, { h0, hStep, nH: kH, w0: 1, wStep: -1, nW: kW });
        return {
          out,
          call: () => build.kernels.conv2dPackKernel(out.ptr, source.ptr, taps, transposed, kW, C, O, groups, 20),
        };
      });
      // The first panel's first depth is tap (kh = 0, kw = 1) of the product, (kh = 2, kw = 1) of its gradient.
      const tap = (transposed ? 2 * kW : 0) + 1;
      const first = Array.from({ length: columns }, (_, i) => kernel[tap * C * O + (transposed ? i * O : i)]);
      expect([...packed.slice(0, columns)]).toEqual(first);
    }
  });
});
