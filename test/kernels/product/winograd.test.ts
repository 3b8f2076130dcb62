/** Convolution by Winograd's algorithm against float64 loops: images smaller and larger than tiles and blocks, padding, blocks of channels and outputs, threads. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convShape } from "#wasm/layouts";
import { type Build, builds } from "../../support/builds.js";
import { expectClose, mostThreads, runKernel, uniform } from "../../support/kernelRun.js";

/** A 3 × 3 convolution without strides: letters as in assembly/conv/winogradConvolve.ts, padding pH and pW before and after. */
interface Convolution {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly O: number;
  readonly pH: number;
  readonly pW: number;
  readonly rows: number;
  readonly columns: number;
}

function convolution(change: Partial<Convolution>): Convolution {
  const c = { N: 1, H: 8, W: 9, C: 8, O: 12, pH: 1, pW: 1, ...change };
  return { rows: c.H + 2 * c.pH - 2, columns: c.W + 2 * c.pW - 2, ...c };
}

const convolutions: readonly Convolution[] = [
  convolution({}),
  ...[1, 2, 3, 4, 5, 6, 7, 13].map((W) => convolution({ W, H: 5, N: 2 })),
  ...[1, 2, 3, 4, 6, 11].map((H) => convolution({ H, W: 6, N: 3, C: 4 })),
  ...[4, 8, 16, 20, 24, 36, 68, 132].map((O) => convolution({ O, H: 4, W: 4 })),
  ...[4, 8, 28, 32, 36, 100].map((C) => convolution({ C, H: 6, W: 5, O: 20 })),
  convolution({ pH: 0, pW: 0 }),
  convolution({ pH: 0, pW: 2, H: 3 }),
  convolution({ pH: 5, pW: 8, H: 3, W: 2 }), // tiles that see only padding
  convolution({ N: 5, H: 14, W: 14, C: 32, O: 16 }), // several blocks of tiles
  convolution({ N: 1, H: 60, W: 61, C: 4, O: 4 }), // one image of more tiles than a block
  convolution({ N: 2, H: 60, W: 61, C: 4, O: 4 }), // several blocks of tiles in a segment of the kernel's gradient
  convolution({ N: 0 }),
];

const titled = convolutions.map((c) => {
  const { N, H, W, C, O, pH, pW } = c;
  return [`${N}×${H}×${W}×${C} → ${O}, padding ${pH}, ${pW}`, c] as const;
});

/** Calls `visit` for every product of a pixel and a tap: source pixel, tap, output pixel. */
function eachPair(c: Convolution, visit: (pixel: number, tap: number, output: number) => void): void {
  for (let n = 0; n < c.N; n++)
    for (let q = 0; q < c.rows; q++)
      for (let r = 0; r < c.columns; r++)
        for (let tap = 0; tap < 9; tap++) {
          const [h, w] = [q + Math.floor(tap / 3) - c.pH, r + (tap % 3) - c.pW];
          if (h < 0 || w < 0 || h >= c.H || w >= c.W) continue;
          visit((n * c.H + h) * c.W + w, tap, (n * c.rows + q) * c.columns + r);
        }
}

const sourceSize = (c: Convolution): number => c.N * c.H * c.W * c.C;
const outputSize = (c: Convolution): number => c.N * c.rows * c.columns * c.O;

/** Scratch of a kernel that sizes it for all threads, of which there are seven at most. */
function scratchFor(build: Build, bytes: () => number): number {
  build.kernels.setThread(0, mostThreads);
  const { ptr } = build.f32(bytes() / 4);
  build.kernels.setThread(0, 1);
  return ptr;
}

/** The convolution as the kernels take it. */
function shapeOf(build: Build, c: Convolution): number {
  return build.struct(convShape, {
    ...{ images: c.N, height: c.H, width: c.W, channels: c.C, qH: c.rows, qW: c.columns, outputs: c.O, groups: 1 },
    ...{ kH: 3, kW: 3, sH: 1, sW: 1, dH: 1, dW: 1, top: -c.pH, left: -c.pW },
    ...{ imageStep: c.rows * c.columns * c.O, rowStep: c.columns * c.O, columnStep: c.O },
  });
}

/** The transformed kernel. */
function transformed(build: Build, kernel: Float32Array, transposed: number, C: number, O: number): number {
  const { kernels } = build;
  const packed = build.f32(kernels.winogradPackScratchBytes(C, O) / 4);
  const pass = scratchFor(build, () => kernels.winogradKernelScratchBytes());
  kernels.winogradKernel(packed.ptr, build.f32(kernel).ptr, transposed, C, O, pass);
  return packed.ptr;
}

const variants = builds.flatMap((build) => [
  { name: build.name, build, wide: 0 },
  ...(build.name === "relaxed" ? [{ name: "relaxed, wide tiles", build, wide: 1 }] : []),
]);

describe.each(variants)("Winograd's convolution ($name)", ({ build, wide }) => {
  const { kernels } = build;
  beforeAll(() => void kernels.setWide(wide));
  afterAll(() => void kernels.setWide(0));

  it.each(titled)("forward with bias and ReLU, and += without: %s", (_, c) => {
    const [x, kernel, bias] = [uniform(sourceSize(c), 1), uniform(9 * c.C * c.O, 2), uniform(c.O, 3)];
    const before = uniform(outputSize(c), 4);
    const sums = new Float64Array(before.length);
    eachPair(c, (pixel, tap, output) => {
      for (let i = 0; i < c.C; i++)
        for (let o = 0; o < c.O; o++) sums[output * c.O + o] += x[pixel * c.C + i] * kernel[(tap * c.C + i) * c.O + o];
    });
    const run = (isAdded: boolean): Float32Array =>
      runKernel(build, () => {
        const out = build.f32(isAdded ? before : before.length);
        const [source, b] = [build.f32(x), build.f32(bias)];
        const packed = transformed(build, kernel, 0, c.C, c.O);
        const scratch = scratchFor(build, () => kernels.winogradScratchBytes(c.C, c.O));
        const [bPtr, activation, accumulate] = isAdded ? [0, 0, 1] : [b.ptr, 1, 0];
        const shape = shapeOf(build, c);
        return {
          out,
          call: () =>
            kernels.winogradConvolve(
              ...([out.ptr, source.ptr, packed, bPtr, shape, activation, 0, scratch, accumulate] as const),
            ),
        };
      });
    const tolerance = 2e-6 * (Math.sqrt(9 * c.C) + 4);
    expectClose(run(false), sums.map((sum, i) => Math.max(0, sum + bias[i % c.O])), 0, tolerance); // prettier-ignore
    expectClose(run(true), sums.map((sum, i) => sum + before[i]), 0, tolerance); // prettier-ignore
  });

  it.each(titled)("gradient of the kernel, = and +=: %s", (_, c) => {
    const [x, dY] = [uniform(sourceSize(c), 5), uniform(outputSize(c), 6)];
    const before = uniform(9 * c.C * c.O, 7);
    const tiles = c.N * Math.ceil(c.rows / 4) * Math.ceil(c.columns / 4);
    const sums = new Float64Array(before.length);
    eachPair(c, (pixel, tap, output) => {
      for (let i = 0; i < c.C; i++)
        for (let o = 0; o < c.O; o++) sums[(tap * c.C + i) * c.O + o] += x[pixel * c.C + i] * dY[output * c.O + o];
    });
    for (const accumulate of [0, 1]) {
      const got = runKernel(build, () => {
        const out = build.f32(accumulate ? before : before.length);
        const [source, dOut] = [build.f32(x), build.f32(dY)];
        const S = build.f32(kernels.winogradSumsScratchBytes(tiles, c.C, c.O) / 4);
        const scratch = scratchFor(build, () => kernels.winogradGradientScratchBytes(c.C, c.O));
        const pass = scratchFor(build, () => kernels.winogradKernelScratchBytes());
        const shape = shapeOf(build, c);
        let isWhole = false;
        return {
          out,
          // Threads run one after the other here, so the sums are made by all of them before the first takes its share of the end.
          call: () => {
            const [index, count] = [kernels.threadIndex(), kernels.threadCount()];
            for (let i = 0; !isWhole && i < count; i++) {
              kernels.setThread(i, count);
              kernels.winogradKernelGradient(S.ptr, source.ptr, dOut.ptr, shape, scratch);
            }
            isWhole = true;
            kernels.setThread(index, count);
            kernels.winogradKernelGradientEnd(out.ptr, S.ptr, tiles, c.C, c.O, pass, accumulate);
          },
        };
      });
      const tolerance = 2e-6 * (Math.sqrt(c.N * c.rows * c.columns) + 4);
      expectClose(got, sums.map((sum, i) => sum + accumulate * before[i]), 0, tolerance); // prettier-ignore
    }
  });

  it.each([
    [0, 12, 20],
    [1, 12, 20],
    [1, 36, 8],
  ])("a kernel transformed (flipped: %d) has the same bits with 1, 2, 3 and 7 threads, %d → %d", (transposed, C, O) => {
    const kernel = uniform(9 * C * O, 8);
    const packed = runKernel(build, () => {
      const out = build.f32(kernels.winogradPackScratchBytes(C, O) / 4);
      const source = build.f32(kernel);
      const pass = scratchFor(build, () => kernels.winogradKernelScratchBytes());
      return { out, call: () => kernels.winogradKernel(out.ptr, source.ptr, transposed, C, O, pass) };
    });
    // Position (0, 0) is tap (0, 0), flipped tap (2, 2), of the first columns of the first depth.
    const tap = transposed ? 8 * C * O : 0;
    const first = Array.from({ length: 8 }, (_, i) => kernel[tap + (transposed ? i * O : i)]);
    expect([...packed.slice(0, 8)]).toEqual(first);
  });
});
