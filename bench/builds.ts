/**
 * Builds of the kernels compared in one process: any number of plain .wasm files, each with its own memory, run one
 * matrix product in turns with the register-only peak loop, in slices short enough to fall between the interruptions of
 * a busy machine. The result is first checked against float64 sums. Works on the files, not on the package, since the
 * compared builds may have different lists of kernels.
 */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { GemmShape } from "./shapes.js";

/** The functions of a build that a comparison needs. */
interface Kernels {
  heapBase(): number;
  setWide(on: number): number;
  gemmScratchBytes(m: number, n: number, k: number): number;
  gemm(...args: number[]): void;
  peakOnThreads(out: number, iterations: number): void;
  peakFlopsPerIteration(): number;
  wideColumn?: (...args: number[]) => number;
}

/** A build, ready to be called. */
export interface LoadedBuild {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
}

/**
 * The speed of one build: GFLOP/s of the best and of the median slice, and both as percentages of the peak of the same
 * turns.
 */
export interface Speed {
  readonly best: number;
  readonly median: number;
  readonly bestPercent: number;
  readonly medianPercent: number;
}

/** A product set up in the memory of one build. */
interface Candidate {
  readonly run: () => void;
  readonly peak: () => void;
  readonly peakFlops: number;
}

/** The initial state of a thread, where it is not 0: Note [Thread state] in assembly/thread.ts. */
const firstState: Readonly<Record<string, number>> = { threadCount: 1, smallWork: 16384 };

const peakIterations = 20_000;
const sliceFlops = 2e6;
const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/**
 * Compiles and instantiates a file.
 * @param wide on wide tiles, with V8 fusing operations of 128 bits (Node ≥ 24, relaxed builds)
 */
export function loadBuild(file: string, wide: boolean): LoadedBuild {
  if (wide) setFlagsFromString("--experimental-wasm-revectorize");
  const memory = new WebAssembly.Memory({ initial: 2048, maximum: 65536 });
  const env: WebAssembly.ModuleImports = { memory, table: new WebAssembly.Table({ element: "anyfunc", initial: 8 }) };
  const exportsOf = (path: string): WebAssembly.Exports => {
    const module = new WebAssembly.Module(readFileSync(path));
    for (const { name, kind } of WebAssembly.Module.imports(module)) {
      if (kind !== "global") continue;
      env[name] ??= new WebAssembly.Global({ value: "i32", mutable: true }, firstState[name] ?? 0);
    }
    return new WebAssembly.Instance(module, { env }).exports;
  };
  // The peak loop and the tiles of wide mode are in another part.
  const kernels = { ...exportsOf(file.replace(/\.wasm$/, "-more.wasm")), ...exportsOf(file) } as unknown as Kernels;
  if (kernels.wideColumn) (env.table as WebAssembly.Table).set(0, kernels.wideColumn);
  if (kernels.setWide(wide ? 1 : 0) !== (wide ? 1 : 0)) throw new Error(`${file} has no wide tiles`);
  return { kernels, memory };
}

/**
 * The speed of each build at one product, in turns for `milliseconds`.
 * @throws {Error} when an element of C is wrong
 */
export function compareBuilds(
  builds: readonly LoadedBuild[],
  shape: GemmShape,
  milliseconds: number,
): readonly Speed[] {
  const candidates = builds.map((build) => prepare(build, shape));
  const flops = 2 * shape.m * shape.n * shape.k;
  const count = Math.max(1, Math.min(1000, Math.ceil(sliceFlops / flops)));
  for (const { run, peak } of candidates) {
    for (let i = 0; i < 20; i++) {
      time(run, count);
      time(peak, 10);
    }
  }
  const gflops: number[][] = builds.map(() => []);
  const peaks: number[] = [];
  const end = performance.now() + milliseconds;
  for (let round = 0; round < 5 || performance.now() < end; round++) {
    // Always in the same order: a build that ran twice in a row would find a large matrix in the cache, the others
    // would not.
    for (const [which, { run, peak, peakFlops }] of candidates.entries()) {
      peaks.push(peakFlops / time(peak, 1));
      gflops[which].push((flops * count) / time(run, count));
    }
  }
  const [top, middle] = [Math.max(...peaks), median(peaks)];
  return gflops.map((values) => {
    const [best, half] = [Math.max(...values), median(values)];
    return { best, median: half, bestPercent: (100 * best) / top, medianPercent: (100 * half) / middle };
  });
}

function prepare({ kernels, memory }: LoadedBuild, { m, n, k, transA, transB }: GemmShape): Candidate {
  let top = roundUp(kernels.heapBase());
  const reserve = (bytes: number): number => {
    const at = top;
    top = roundUp(top + bytes);
    return at;
  };
  const [a, b, c] = [m * k, k * n, m * n].map((length) => reserve(length * 4));
  const out = reserve(32);
  const scratch = reserve(kernels.gemmScratchBytes(m, n, k));
  const [A, B] = [new Float32Array(memory.buffer, a, m * k), new Float32Array(memory.buffer, b, k * n)];
  fill(A);
  fill(B);
  const [lda, ldb] = [transA ? m : k, transB ? k : n];
  const how = (transA ? 1 : 0) | (transB ? 2 : 0); // Transpose of assembly/gemm/layout.ts
  const run = (): void => kernels.gemm(how, m, n, k, a, lda, b, ldb, 0, c, n, scratch);
  run();
  const C = new Float32Array(memory.buffer, c, m * n);
  for (let at = 0; at < m * n; at += Math.ceil((m * n) / 1000)) {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let p = 0; p < k; p++) sum += A[transA ? p * m + i : i * k + p] * B[transB ? j * k + p : p * n + j];
    if (!(Math.abs(C[at] - sum) <= 1e-6 * k)) throw new Error(`C[${i}, ${j}] is ${C[at]}, expected ${sum}`);
  }
  const peakFlops = peakIterations * kernels.peakFlopsPerIteration();
  return { run, peak: () => kernels.peakOnThreads(out, peakIterations), peakFlops };
}

/** The same pseudo-random numbers in [−1, 1) for all. */
function fill(view: Float32Array): void {
  let state = view.length;
  for (let i = 0; i < view.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    view[i] = state / 2 ** 31 - 1;
  }
}

/** Nanoseconds of `count` calls. */
function time(call: () => void, count: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) call();
  return Number(process.hrtime.bigint() - start);
}

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1];
