/**
 * Wide mode: V8's revectorization fuses neighbouring 128-bit operations into 256-bit ones, which doubles the speed of
 * matrix products. It is a V8 experiment, so it is used only on request, checked, and switched off again when it is
 * missing or wrong.
 *
 * Note [Wide mode]. V8 reads its flag when it optimises a function, long after compiling, and keeps one machine code
 * for equal bytes. Therefore the usual module is compiled and run before the flag is set, with too few calls to be
 * optimised. The wide module carries a mark, so that its bytes are new, and runs until V8 has optimised what it runs
 * (on this thread, with the help of a second flag). Both must then give the same numbers, and the wide product must be
 * faster. The flag stays on for whatever is optimised later, and is switched off when the wide module is refused. Flags
 * belong to the process.
 *
 * Loaded only when wide mode is requested, and passed what it needs from kernels.ts: bundlers would put shared code
 * into separate files. Does not use the library's memory: both modules run on a memory of their own.
 */
import type { expForward } from "#wasm/kernels";
import { names } from "#wasm/names";
import { message } from "../errors.js";
import type * as linking from "./kernels.js";
import type { Kernels } from "./kernels.js";
import type { BuildName, LoadedPart } from "./modules/load.js";

type Linking = Pick<typeof linking, "instantiate" | "makeImports">;

/** The core's functions, and one of another part. */
type TrialKernels = Kernels & { readonly expForward?: typeof expForward };

/** Compiled parts, and whether they are the wide ones. */
export interface WideChoice {
  readonly loaded: readonly LoadedPart[];
  readonly wide: boolean;
  readonly wideReason: string;
}

const leastV8 = 13;
const pageBytes = 65536;
const trialPages = 16;
const regionBytes = pageBytes / 2;

/** The number of calls after which V8 has optimised a kernel. */
const warmCalls = 400;

/** How much faster the wide product must be; nearly 2 is possible. */
const leastGain = 1.3;

/** A custom section without meaning, which makes the module's bytes different from those of any other. */
function makeMark(): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(`wide ${Math.random()}`);
  return Uint8Array.of(0, name.length + 1, name.length, ...name);
}

/**
 * The wide modules, or the usual ones and a warning that says why.
 *
 * @param usual   the parts without wide mode
 * @param build   their build
 * @param shared  true when they need shared memory
 * @param link    how to instantiate them
 */
export async function chooseWide(
  usual: readonly LoadedPart[],
  build: BuildName,
  shared: boolean,
  link: Linking,
): Promise<WideChoice> {
  const obstacle = findObstacle();
  if (obstacle !== undefined) return refuse(usual, obstacle);
  if (build !== "relaxed" || usual.some(({ bytes }) => bytes === undefined)) {
    return refuse(usual, "it needs the relaxed build that the package carries");
  }
  if (!usual.some(({ part }) => part.name === "more")) return refuse(usual, 'it needs the kernels "more"');
  const expected = await runTrials(usual, shared, false, link);
  setFlags("--experimental-wasm-revectorize", "--wasm-sync-tier-up");
  let fault = "";
  try {
    const loaded = await Promise.all(usual.map(markAndCompile));
    fault = difference(expected, await runTrials(loaded, shared, true, link));
    if (fault === "") return { loaded, wide: true, wideReason: "as asked for" };
  } catch (error) {
    fault = `the wide module does not run: ${String(error)}`;
  } finally {
    setFlags("--no-wasm-sync-tier-up", ...(fault === "" ? [] : ["--no-experimental-wasm-revectorize"]));
  }
  return refuse(usual, fault);
}

async function markAndCompile({ part, bytes }: LoadedPart): Promise<LoadedPart> {
  return { part, module: await WebAssembly.compile(await new Blob([bytes!, makeMark()]).arrayBuffer()) };
}

/** Why this engine cannot use wide mode; undefined when it can. */
function findObstacle(): string | undefined {
  const { process } = globalThis;
  if (process?.getBuiltinModule === undefined || "bun" in process.versions || "deno" in process.versions) {
    return "only Node can switch it on";
  }
  if (Number.parseInt(process.versions.v8) < leastV8) return `it needs Node ≥ 24, this is ${process.version}`;
  if (process.arch !== "x64") return `V8 fuses operations on x64, this is ${process.arch}`;
  return undefined;
}

function setFlags(...flags: readonly string[]): void {
  const v8 = globalThis.process.getBuiltinModule("node:v8");
  for (const flag of flags) v8.setFlagsFromString(flag);
}

function refuse(loaded: readonly LoadedPart[], wideReason: string): WideChoice {
  const text = message("init", `wide mode is off: ${wideReason}`, {});
  if (globalThis.process?.emitWarning === undefined) console.warn(text);
  else globalThis.process.emitWarning(text, "LanegradWarning");
  return { loaded, wide: false, wideReason };
}

/** The results of running all trials on one module. */
interface Trials {
  readonly results: ReadonlyMap<string, Float32Array>;
  /** The speed of a product on wide tiles, divided by that on the usual ones. */
  readonly gain: number;
}

/** Runs every trial on a memory of its own. @param warm true to run on wide tiles until V8 has optimised them */
async function runTrials(
  loaded: readonly LoadedPart[],
  shared: boolean,
  warm: boolean,
  { instantiate, makeImports }: Linking,
): Promise<Trials> {
  const memory = new WebAssembly.Memory({ initial: trialPages, maximum: trialPages, shared });
  const imports = makeImports(memory);
  const tables = await Promise.all(loaded.map(({ module, part }) => instantiate(module, imports, part)));
  const byName = tables.flatMap((table, i) =>
    names[loaded[i].part.name].map((name, n) => [name, table[n] ?? table[name]]),
  );
  const kernels = Object.fromEntries(byName) as TrialKernels;
  kernels.setWide(warm ? 1 : 0);
  const base = Math.ceil(kernels.heapBase() / pageBytes) * pageBytes;
  const at = (region: number): number => base + region * regionBytes;
  const all = new Float32Array(memory.buffer, base, (6 * regionBytes) / 4);
  const results = new Map<string, Float32Array>();
  for (const [name, call] of trials(kernels, at)) {
    for (let i = 0; warm && i < warmCalls; i++) call();
    fill(all);
    call();
    results.set(name, all.slice(0, (3 * regionBytes) / 4));
  }
  return { results, gain: warm ? measureGain(kernels, at) : 1 };
}

/**
 * Kernels at the sizes of their tiles and beyond. Regions 0 to 2 are written, 3 to 5 are read (5 is also gemm's
 * scratch).
 */
function* trials(k: TrialKernels, at: (region: number) => number): Iterable<readonly [name: string, call: () => void]> {
  const [out, x, y, scratch] = [at(0), at(3), at(4), at(5)];
  // The numbers of Transpose in assembly/gemm/layout.ts; an import from there would be a file of its own for bundlers.
  const products = [23, 10, 8, 3].flatMap((m) => [0, 1, 2, 3].map((transposed) => [m, transposed]));
  for (const [m, transposed] of products) {
    const [n, depth] = [43, 128];
    const [lda, ldb] = [transposed & 1 ? m : depth, transposed & 2 ? depth : n];
    yield [
      `gemm of ${m} rows, transposed ${transposed & 1} ${transposed >> 1}`,
      () => {
        for (const add of [0, 1]) k.gemm(transposed, m, n, depth, x, lda, y, ldb, add, out, n, scratch);
      },
    ];
  }
  const n = 4099;
  const { expForward } = k;
  if (expForward !== undefined) yield ["exp", () => expForward(out, x, n)];
  yield ["tanh", () => k.tanhForward(out, x, n)];
  yield ["sigmoid", () => k.sigmoidForward(out, x, n)];
  yield ["softmax", () => k.softmaxForward(out, x, 41, 99)];
  yield ["bias and relu", () => k.biasActivationForward(out, x, 41, 99, 1, 0)];
  yield ["adam", () => k.adamStep(out, x, at(1), at(2), 0, n, y, 0.01, 0)];
}

/**
 * Fills memory with the same pseudo-random numbers in [0, 1) each time: fit for square roots, and far from overflow.
 */
function fill(view: Float32Array): void {
  let state = 1;
  for (let i = 0; i < view.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    view[i] = state / 2 ** 32;
  }
}

/**
 * The best speed of a product that fits the first cache, on wide tiles over that on the usual ones, in alternating
 * turns of about 10 µs.
 */
function measureGain(k: Kernels, at: (region: number) => number): number {
  const [n, depth] = [48, 96];
  const best = [Infinity, Infinity];
  for (let turn = 0; turn < 400; turn++) {
    const wide = turn & 1;
    k.setWide(wide);
    const start = performance.now();
    k.gemm(0, n, n, depth, at(3), depth, at(4), n, 0, at(0), n, at(5));
    best[wide] = Math.min(best[wide], performance.now() - start);
  }
  return best[0] / best[1];
}

/** Describes what is wrong with the wide module; empty when nothing is. */
function difference(expected: Trials, got: Trials): string {
  for (const [name, values] of expected.results) {
    const others = got.results.get(name)!;
    const i = values.findIndex((value, at) => !(Math.abs(others[at] - value) <= 1e-6 * (1 + Math.abs(value))));
    if (i >= 0) return `its self-check failed: ${name} gives ${others[i]} in place of ${values[i]}`;
  }
  if (!(got.gain >= leastGain)) return `this machine gains nothing by it (${got.gain.toFixed(2)} times the speed)`;
  return "";
}
