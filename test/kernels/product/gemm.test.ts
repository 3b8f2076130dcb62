import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { transposeA, transposeB } from "#wasm/layouts";
import { type Build, builds } from "../../support/builds.js";

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transA?: 0 | 1;
  readonly transB?: 0 | 1;
  readonly accumulate?: 0 | 1;
  /** Elements that every row is longer than it need be. */
  readonly gap?: number;
  readonly threads?: number;
}

let seed = 1;
/** A number in [−1, 1). */
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 31 - 1;
};

/** Whether two arrays hold the same bits. */
const isSame = (x: Float32Array, y: Float32Array): boolean =>
  Buffer.compare(
    Buffer.from(x.buffer, x.byteOffset, x.byteLength),
    Buffer.from(y.buffer, y.byteOffset, y.byteLength),
  ) === 0;

/** A (rows, columns) matrix, rows `lead` elements apart, NaN between them. */
function matrix(build: Build, rows: number, columns: number, lead: number) {
  const block = build.f32(rows === 0 ? 0 : (rows - 1) * lead + columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) block.view[i * lead + j] = random();
  return block;
}

/** Runs gemm on every thread's share, checks it against float64 sums, the gaps and the guards, and returns C. */
function multiply(build: Build, { m, n, k, transA = 0, transB = 0, accumulate = 0, gap = 0, threads = 1 }: Product) {
  build.reset();
  seed = 1 + m + 31 * n + 961 * k;
  const lda = (transA ? m : k) + gap;
  const ldb = (transB ? k : n) + gap;
  const ldc = n + gap;
  const a = transA ? matrix(build, k, m, lda) : matrix(build, m, k, lda);
  const b = transB ? matrix(build, n, k, ldb) : matrix(build, k, n, ldb);
  const c = matrix(build, m, n, ldc);
  const before = Float32Array.from(c.view);
  if (!accumulate) for (let i = 0; i < m; i++) c.view.fill(NaN, i * ldc, i * ldc + n);
  const inputs = [a, b].map(({ view }) => Float32Array.from(view));
  const { kernels } = build;
  kernels.setThread(0, threads);
  const scratch = build.f32(kernels.gemmScratchBytes(m, n, k) / 4);
  kernels.setThread(0, 1);
  build.asThreads(threads, () =>
    kernels.gemm(
      transA * transposeA + transB * transposeB,
      m,
      n,
      k,
      a.ptr,
      lda,
      b.ptr,
      ldb,
      accumulate,
      c.ptr,
      ldc,
      scratch.ptr,
    ),
  );
  build.checkGuards();
  expect([a, b].map(({ view }, x) => isSame(view, inputs[x]))).toEqual([true, true]);
  let worst = { excess: 0, at: "" };
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < ldc; j++) {
      const at = i * ldc + j;
      if (j >= n) {
        if (at < c.view.length && !Object.is(c.view[at], before[at])) throw new Error(`gap of row ${i} written`);
        continue;
      }
      let sum = accumulate ? before[at] : 0;
      let magnitude = Math.abs(sum);
      for (let p = 0; p < k; p++) {
        const term = a.view[transA ? p * lda + i : i * lda + p] * b.view[transB ? j * ldb + p : p * ldb + j];
        sum += term;
        magnitude += Math.abs(term);
      }
      const error = Math.abs(c.view[at] - sum) - 2 ** -24 * (Math.sqrt(k) + 2) * magnitude;
      if (!(error <= worst.excess)) worst = { excess: error, at: `C[${i}, ${j}] = ${c.view[at]}, expected ${sum}` };
    }
  }
  expect(worst.at).toBe("");
  return c.view.slice();
}

const transpositions = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

/** Every build, and the wide tiles where there are some: right without the engine's help, too. */
const variants = builds.flatMap((build) => [
  { name: build.name, build, wide: 0 },
  ...(build.name === "relaxed" ? [{ name: "relaxed, wide tiles", build, wide: 1 }] : []),
]);

describe.each(variants)("gemm ($name)", ({ build, wide }) => {
  beforeAll(() => void build.kernels.setWide(wide));
  afterAll(() => void build.kernels.setWide(0));

  it.each(transpositions)(
    "transA = %i, transB = %i: sizes around the tile, = and +=, rows longer than the matrix",
    (transA, transB) => {
      for (const m of [1, 2, 4, 5, 6, 7, 11, 13])
        for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 35])
          for (const k of [1, 3, 4, 5, 19])
            for (const accumulate of [0, 1] as const)
              multiply(build, { m, n, k, transA, transB, accumulate, gap: (m + n + k) % 4 });
    },
  );

  it.each(transpositions)("transA = %i, transB = %i: sizes around the blocks", (transA, transB) => {
    for (const [m, n, k] of [
      [64, 300, 257],
      [241, 30, 255],
      [33, 1029, 9],
      [245, 1027, 12],
      [7, 9, 1030],
      [260, 11, 515],
      [9841, 17, 2],
      [64, 1029, 515], // B of more than 2 MiB
    ])
      multiply(build, { m, n, k, transA, transB, accumulate: 1, gap: 3 });
  });

  it.each(transpositions)("transA = %i, transB = %i: 1, 2 and 3 threads give the same bits", (transA, transB) => {
    for (const [m, n, k] of [
      [64, 300, 300],
      [300, 64, 20],
      [5, 6, 7],
      [250, 1100, 5],
      [1, 70, 300],
      [70, 1, 300],
      [31, 10, 513],
    ]) {
      const one = multiply(build, { m, n, k, transA, transB });
      for (const threads of [2, 3]) {
        const same = isSame(multiply(build, { m, n, k, transA, transB, threads }), one);
        expect({ m, n, k, threads, same }).toEqual({ m, n, k, threads, same: true });
      }
    }
  });

  it("an empty sum gives zeros, or leaves C where it accumulates; empty C is left alone", () => {
    expect([...multiply(build, { m: 3, n: 5, k: 0 })]).toEqual(Array(15).fill(0));
    multiply(build, { m: 30, n: 50, k: 0, accumulate: 1 });
    multiply(build, { m: 0, n: 5, k: 9 });
    multiply(build, { m: 5, n: 0, k: 9 });
  });

  it("an infinite or NaN element reaches its row and column only", () => {
    for (const value of [Infinity, NaN]) {
      build.reset();
      const [m, n, k] = [7, 11, 9];
      const a = build.f32(Array(m * k).fill(1));
      const b = build.f32(Array(k * n).fill(1));
      const c = build.f32(m * n);
      a.view[3 * k + 2] = value;
      const scratch = build.f32(build.kernels.gemmScratchBytes(m, n, k) / 4);
      build.kernels.gemm(0, m, n, k, a.ptr, k, b.ptr, n, 0, c.ptr, n, scratch.ptr);
      expect([...c.view]).toEqual(Array.from({ length: m * n }, (_, at) => (Math.floor(at / n) === 3 ? value : k)));
    }
  });
});

describe.runIf(variants.some(({ wide }) => wide))("the wide tiles", () => {
  it.each(transpositions)("transA = %i, transB = %i: the same bits as the usual ones", (transA, transB) => {
    const build = builds.find(({ name }) => name === "relaxed")!;
    for (const [m, n, k] of [
      [4, 16, 9],
      [25, 300, 300],
      [64, 31, 257],
      [300, 1030, 20],
    ]) {
      const usual = multiply(build, { m, n, k, transA, transB, accumulate: 1 });
      expect(build.kernels.setWide(1)).toBe(1);
      const wide = multiply(build, { m, n, k, transA, transB, accumulate: 1 });
      expect(build.kernels.setWide(0)).toBe(0);
      expect({ m, n, k, same: isSame(wide, usual) }).toEqual({ m, n, k, same: true });
    }
  });
});

it("the plain build has no wide tiles and says so", () => {
  expect(builds.find(({ name }) => name === "simd")!.kernels.setWide(1)).toBe(0);
});
