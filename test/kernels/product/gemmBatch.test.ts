import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchShape, transposeA, transposeB } from "#wasm/layouts";
import { type Build, builds } from "../../support/builds.js";

interface Batch {
  readonly count: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transA?: 0 | 1;
  readonly transB?: 0 | 1;
  readonly accumulate?: 0 | 1;
  /** Which operands are one matrix for all. */
  readonly repeated?: string;
  readonly threads?: number;
}

/** A number in [−1, 1) that follows from i. */
const valueAt = (i: number): number => (Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 31 - 1;

/** Runs gemmBatch on every thread's share, checks it against float64 sums and the guards, and returns C. */
function multiply(build: Build, batch: Batch): Float32Array {
  const { count, m, n, k, transA = 0, transB = 0, accumulate = 0, repeated = "", threads = 1 } = batch;
  build.reset();
  const gap = 5;
  const sizes = { a: m * k, b: k * n, c: m * n };
  const next = (name: "a" | "b" | "c"): number => (repeated.includes(name) ? 0 : sizes[name] + gap);
  const block = (name: "a" | "b" | "c", fill: (i: number) => number) =>
    build.f32(Float32Array.from({ length: Math.max(0, count - 1) * next(name) + sizes[name] }, (_, i) => fill(i)));
  const a = block("a", valueAt);
  const b = block("b", (i) => valueAt(i + 7919));
  const c = block("c", (i) => (accumulate ? valueAt(i + 104729) : NaN));
  const before = c.view.slice();
  const { kernels } = build;
  kernels.setThread(0, threads);
  const scratch = build.f32(kernels.gemmScratchBytes(m, n, k) / 4);
  kernels.setThread(0, 1);
  const [lda, ldb] = [transA ? m : k, transB ? k : n];
  const [aNext, bNext, cNext] = [next("a"), next("b"), next("c")];
  const shape = build.struct(batchShape, { m, n, k, count, lda, aNext, ldb, bNext, ldc: n, cNext });
  const transposed = transA * transposeA + transB * transposeB;
  build.asThreads(threads, () => kernels.gemmBatch(transposed, shape, a.ptr, b.ptr, accumulate, c.ptr, scratch.ptr));
  build.checkGuards();
  const expected = Float64Array.from(before);
  const isWritten = new Set<number>();
  for (let x = 0; x < count; x++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const at = x * cNext + i * n + j;
        let sum = accumulate || (x > 0 && cNext === 0) ? expected[at] : 0;
        for (let p = 0; p < k; p++) {
          const [atA, atB] = [transA ? p * m + i : i * k + p, transB ? j * k + p : p * n + j];
          sum += a.view[x * aNext + atA] * b.view[x * bNext + atB];
        }
        expected[at] = sum;
        isWritten.add(at);
      }
    }
  }
  const wrong = c.view.findIndex((y, i) =>
    isWritten.has(i) ? !(Math.abs(y - expected[i]) <= 3e-6 * (k + count)) : !Object.is(y, before[i]),
  );
  expect({ wrong, got: c.view[wrong], expected: expected[wrong] }).toEqual({ wrong: -1 });
  return c.view.slice();
}

const variants = builds.flatMap((build) => [
  { name: build.name, build, wide: 0 },
  ...(build.name === "relaxed" ? [{ name: "relaxed, wide tiles", build, wide: 1 }] : []),
]);

const sizes = [
  [2, 3, 4], // plain loops
  [1, 37, 9], // a row
  [21, 1, 10], // a column
  [7, 19, 12],
  [33, 9, 260], // two parts of k
] as const;

describe.each(variants)("gemmBatch ($name)", ({ build, wide }) => {
  beforeAll(() => void build.kernels.setWide(wide));
  afterAll(() => void build.kernels.setWide(0));

  it.each(["", "a", "b", "c", "ac", "bc"])(
    "matrices with gaps between them, one for all of: '%s'; = and +=",
    (repeated) => {
      for (const [m, n, k] of sizes)
        for (const count of [1, 2, 9])
          for (const accumulate of [0, 1] as const)
            for (const [transA, transB] of [
              [0, 0],
              [0, 1],
              [1, 0],
              [1, 1],
            ] as const)
              multiply(build, { count, m, n, k, transA, transB, accumulate, repeated });
    },
  );

  it.each(["", "b", "c"])("1, 2 and 3 threads give the same bits, one matrix for all of: '%s'", (repeated) => {
    for (const [m, n, k] of sizes) {
      for (const count of [2, 8, 13]) {
        const one = multiply(build, { count, m, n, k, repeated });
        for (const threads of [2, 3]) {
          const other = multiply(build, { count, m, n, k, repeated, threads });
          expect(Buffer.from(other.buffer).equals(Buffer.from(one.buffer))).toBe(true);
        }
      }
    }
  });

  it("no product leaves C alone", () => {
    const c = multiply(build, { count: 0, m: 7, n: 9, k: 8 });
    expect(c.every((y) => Number.isNaN(y))).toBe(true);
  });
});
