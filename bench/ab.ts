/**
 * Compares two builds of the kernels in one process: `node ab.mjs A.wasm B.wasm [part of a shape's name …]`, made by
 * `npx esbuild bench/ab.ts --bundle --platform=node --format=esm --outfile=build/ab.mjs`. AB_MS: milliseconds for each shape.
 * Checks both results against float64 sums, then runs the two and the register-only peak loop in turns, in slices short enough to fall between
 * the interruptions of a busy machine. Prints the best and the median of each, as percentages of the best and median peak, and B's speed over A's.
 * Works on the plain .wasm files, not on the package: what is compared may not even have the same list of kernels.
 */
import { readFileSync } from "node:fs";
import { argv, exit } from "node:process";
import { type GemmShape, gemmShapes } from "./shapes.js";

/** What the comparison needs of a build. */
interface Kernels {
  heapBase(): number;
  gemmScratchBytes(m: number, n: number, k: number): number;
  gemm(...args: number[]): void;
  peakMultiplyAdd(iterations: number): number;
}

/** A product set up in the memory of one build. */
interface Candidate {
  readonly run: () => void;
  readonly c: Float32Array;
}

const shapeMilliseconds = Number(process.env.AB_MS ?? 1000);
const peakIterations = 20_000;
const peakFlops = peakIterations * 104;

function load(file: string): { kernels: Kernels; memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: 2048, maximum: 65536 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { env: { memory } });
  return { kernels: exports as unknown as Kernels, memory };
}

/** The same pseudo-random numbers in [−1, 1) for both. */
function fill(view: Float32Array): void {
  let state = view.length;
  for (let i = 0; i < view.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    view[i] = state / 2 ** 31 - 1;
  }
}

function prepare({ kernels, memory }: ReturnType<typeof load>, { m, n, k, transA, transB }: GemmShape): Candidate {
  let top = Math.ceil(kernels.heapBase() / 64) * 64;
  const reserve = (bytes: number): number => {
    const at = top;
    top = Math.ceil((top + bytes) / 64) * 64;
    return at;
  };
  const [a, b, c] = [m * k, k * n, m * n].map((length) => reserve(length * 4));
  const scratch = reserve(kernels.gemmScratchBytes(m, n, k));
  fill(new Float32Array(memory.buffer, a, m * k));
  fill(new Float32Array(memory.buffer, b, k * n));
  const [lda, ldb] = [transA ? m : k, transB ? k : n];
  check(new Float32Array(memory.buffer, a, m * k), new Float32Array(memory.buffer, b, k * n));
  return {
    run: () => kernels.gemm(transA, transB, m, n, k, a, lda, b, ldb, 0, c, n, scratch),
    c: new Float32Array(memory.buffer, c, m * n),
  };

  function check(x: Float32Array, y: Float32Array): void {
    kernels.gemm(transA, transB, m, n, k, a, lda, b, ldb, 0, c, n, scratch);
    const z = new Float32Array(memory.buffer, c, m * n);
    for (let at = 0; at < m * n; at += Math.ceil((m * n) / 1000)) {
      const [i, j] = [Math.floor(at / n), at % n];
      let sum = 0;
      for (let p = 0; p < k; p++) sum += x[transA ? p * m + i : i * k + p] * y[transB ? j * k + p : p * n + j];
      if (!(Math.abs(z[at] - sum) <= 1e-6 * k)) throw new Error(`C[${i}, ${j}] is ${z[at]}, expected ${sum}`);
    }
  }
}

/** Nanoseconds of `count` calls. */
function time(call: () => unknown, count: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) call();
  return Number(process.hrtime.bigint() - start);
}

const median = (values: number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1];

const [fileA, fileB, ...parts] = argv.slice(2);
if (!fileA || !fileB) {
  console.error("usage: node build/ab.mjs A.wasm B.wasm [part of a shape's name …]");
  exit(1);
}
const builds = [load(fileA), load(fileB)];
const peak = (): number => builds[1].kernels.peakMultiplyAdd(peakIterations);
time(peak, 300);
console.log("best A %, B %  median A %, B %  A best, B best GF/s  A/B   (per cent of the peak of the same turns)");
for (const shape of gemmShapes.filter(({ name }) => !parts.length || parts.some((part) => name.includes(part)))) {
  const { m, n, k } = shape;
  const candidates = builds.map((build) => prepare(build, shape));
  const flops = 2 * m * n * k;
  const count = Math.max(1, Math.min(1000, Math.ceil(2e6 / flops)));
  for (const { run } of candidates) for (let i = 0; i < 20; i++) time(run, count);
  const gflops: number[][] = [[], []];
  const peaks: number[] = [];
  const end = performance.now() + shapeMilliseconds;
  for (let round = 0; round < 5 || performance.now() < end; round++) {
    for (const which of round % 2 ? [1, 0] : [0, 1]) {
      peaks.push(peakFlops / time(peak, 1));
      gflops[which].push((flops * count) / time(candidates[which].run, count));
    }
  }
  const best = gflops.map((values) => Math.max(...values));
  const top = Math.max(...peaks);
  const text = [
    ...best.map((value) => ((100 * value) / top).toFixed(1).padStart(6)),
    ...gflops.map((values) => ((100 * median(values)) / median(peaks)).toFixed(1).padStart(7)),
    ...best.map((value) => value.toFixed(1).padStart(7)),
    (best[1] / best[0]).toFixed(3).padStart(6),
    ` ${shape.name} (${m}×${n}×${k} ${shape.transA ? "T" : "N"}${shape.transB ? "T" : "N"})`,
  ];
  console.log(text.join(" "));
}
