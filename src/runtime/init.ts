/**
 * Starts the library: checks options, chooses the build, makes memory and threads. Runs once per process; its result is
 * kept in runtime.ts.
 */
import { UsageError, checkKeys, message, show } from "../errors.js";
import { checkBoolean, checkInteger } from "../options.js";
import { version } from "../version.js";
import { relieve } from "./blocks.js";
import { type Features, probeFeatures } from "./features.js";
import { type Kernels, firstState, instantiate, makeImports, mostParts } from "./kernels.js";
import { Launcher } from "./launcher.js";
import {
  type BuildName, type LoadedPart, type ModuleSource, type ModuleSources, chooseBuild, loadCarried,
} from "./modules/load.js"; // prettier-ignore
import { Heap } from "./memory.js";
import { type Part, registeredParts } from "./parts.js";
import { type Info, setRuntime } from "./runtime.js";
import { type ThreadPlan, planThreads } from "./threadPlan.js";
import type { ThreadPool } from "./threads.js";
import type { WideChoice } from "./wide.js";

const pageBytes = 65536;
const initialPages = 64;
const wasm32Bytes = 65536 * pageBytes;
const mostThreads = 64;

/** Options of {@link init}. */
export interface InitOptions {
  /** The build to use. Default: relaxed SIMD if the engine has it, else plain SIMD. */
  readonly build?: BuildName;
  /**
   * Kernels to use instead of those that the package carries: a compiled module, bytes, or the URL of
   * `lanegrad/wasm/….wasm`. A single module is the core, which dense networks need. Further parts are given by name:
   * `{ core: "/relaxed.wasm", more: "/relaxed-more.wasm" }`. An op whose part is missing throws an error that says so.
   */
  readonly module?: ModuleSource | ModuleSources;
  /**
   * Threads that compute, the caller's own included: 1 to 64. Default: the machine's cores, at most 8; 1 when memory
   * cannot be shared.
   */
  readonly threads?: number;
  /**
   * Where the page serves `lanegrad/worker.js`, for a content-security policy without `worker-src blob:`, which forbids
   * the script that the library carries. Where workers cannot be started, one thread computes, and `info()` says why.
   */
  readonly workerUrl?: string | URL;
  /**
   * Operations of 256 bits instead of 128 where V8 can fuse them (Node ≥ 24 on x64): matrix products are twice as fast,
   * and starting takes 100 ms longer. Relies on an experimental V8 flag. What it computes is checked once; if it is
   * wrong or the flag is missing, `init` warns and `info()` says why. Default: false; in Node, true when the
   * environment has LANEGRAD_WIDE=1.
   */
  readonly wide?: boolean;
  /** The most bytes that linear memory may grow to; at least 4 MiB. Default and limit: 4 GiB. */
  readonly memoryMaxBytes?: number;
}

const optionNames = ["build", "module", "threads", "workerUrl", "wide", "memoryMaxBytes"] as const;

/** What the first call of init leaves for later calls. */
interface Started {
  readonly info: Info;
  /** Loads kernel parts that were registered since. */
  readonly loadParts: () => Promise<void>;
}

let starting: { readonly options: InitOptions; readonly done: Promise<Started> } | undefined;

/**
 * Starts the library: chooses the build, compiles it, makes the memory, starts the threads. Call it once, before
 * anything else. Calling it again with the same options is cheap. A program that imports code later, in chunks, calls
 * it again to load the kernels which that code needs. Cost: under 30 ms.
 *
 * @returns what was chosen, as `info` does
 * @throws {UsageError} when the engine has no SIMD, an option is unknown or out of range, the module is not lanegrad's,
 *   the page's content-security policy forbids WebAssembly, or `init` was called before with other options. Nothing has
 *   been started then, and `init` may be called again
 */
export async function init(options: InitOptions = {}): Promise<Info> {
  checkOptions(options);
  if (starting !== undefined) {
    if (!optionNames.every((name) => options[name] === undefined || options[name] === starting!.options[name])) {
      const { calledBefore } = await import("./refusals.js");
      throw calledBefore(starting.options, options);
    }
    const { info, loadParts } = await starting.done;
    await loadParts();
    return info;
  }
  const done = start(options);
  starting = { options, done };
  try {
    return (await done).info;
  } catch (error) {
    starting = undefined;
    if (!isForbidden(error)) throw error;
    const { forbidden } = await import("./refusals.js");
    throw forbidden();
  }
}

async function start(options: InitOptions): Promise<Started> {
  const features = probeFeatures();
  const memoryMaxBytes = options.memoryMaxBytes ?? wasm32Bytes;
  const { imports, loaded, tables, plan, wide, wideReason, load } = await link(options, features, memoryMaxBytes);
  const functions = tables[0] as unknown as Kernels;
  const { memory } = imports;
  const heap = new Heap(memory, functions.heapBase(), memoryMaxBytes);
  relieve(heap);
  const modules: WebAssembly.Module[] = [];
  for (const { part, module } of loaded) modules[part.number] = module;
  const startThreads = async (): Promise<ThreadPool | undefined> => {
    if (plan.count === 1) return undefined;
    const { ThreadPool, controlBytes } = await import("./threads.js"); // not in pages that have no threads
    const control = heap.allocate(controlBytes);
    const { workerUrl } = options;
    const { count } = plan;
    return new ThreadPool({ modules, memory, functions, control, count, wide, firstState, mostParts, workerUrl });
  };
  const launcher = new Launcher(functions, heap, await startThreads());
  for (const [i, { part }] of loaded.entries()) launcher.add(part, tables[i]);
  const loadParts = async (): Promise<void> => {
    const missing = await load(registeredParts().filter(({ number }) => launcher.tables[number] === undefined));
    if (missing.length === 0) return;
    for (const { part, module } of missing) {
      launcher.add(part, await instantiate(module, imports, part));
      modules[part.number] = module;
    }
    if (launcher.pool === undefined || launcher.pool.failure !== undefined) return;
    launcher.pool.close(); // its workers are blocked inside the module; new ones begin with all parts
    launcher.pool = await startThreads();
  };
  const info = (): Info => ({
    version,
    build: functions.buildFeatures() & 1 ? "relaxed" : "simd",
    simd: features.simd,
    relaxedSimd: features.relaxedSimd,
    threads: launcher.pool?.failure === undefined ? plan.count : 1,
    threadsReason: launcher.pool?.failure ?? plan.reason,
    wide,
    wideReason,
    memoryMaxBytes,
  });
  setRuntime({ launcher, info });
  return { info: info(), loadParts };
}

/** Memory and kernels that fit each other; shared memory when several threads are wanted and everything allows it. */
async function link(options: InitOptions, features: Features, memoryMaxBytes: number) {
  const loadGiven = options.module === undefined ? undefined : await givenLoader(options.module);
  const given = await loadGiven?.(registeredParts());
  const attempt = async (plan: ThreadPlan) => {
    const isShared = plan.count > 1;
    const imports = makeImports(makeMemory(memoryMaxBytes, isShared));
    const build = options.build ?? chooseBuild(features);
    const carried = isShared ? (`${build}-threads` as const) : build;
    const load = (parts: readonly Part[]): Promise<LoadedPart[]> =>
      loadGiven === undefined ? loadCarried(parts, carried) : loadGiven(parts);
    const usual = given ?? (await load(registeredParts()));
    const choice = await maybeWide(options, usual, build, isShared);
    const tables = await Promise.all(choice.loaded.map(({ module, part }) => instantiate(module, imports, part)));
    if (choice.wide) (tables[0] as unknown as Kernels).setWide(1);
    return { ...choice, imports, plan, tables, load };
  };
  const plan = planThreads(options.threads, features);
  if (plan.count === 1) return attempt(plan);
  try {
    return await attempt(plan);
  } catch (error) {
    if (isForbidden(error)) throw error;
    const hint = options.module === undefined ? "" : (await import("./refusals.js")).givenWithoutThreads;
    const reason = `memory could not be shared: ${error instanceof Error ? error.message : String(error)}${hint}`;
    return attempt({ count: 1, reason });
  }
}

/** True for what engines throw where the page's policy does not let them compile. */
function isForbidden(error: unknown): boolean {
  return error instanceof WebAssembly.CompileError && /content.security|unsafe-eval|csp/i.test(error.message);
}

/** The loader for the parts that the user passed. @throws {UsageError} when the core is missing */
async function givenLoader(module: ModuleSource | ModuleSources) {
  const { loadSources, sourcesOf } = await import("./modules/sources.js");
  const sources = sourcesOf(module);
  return (parts: readonly Part[]) => loadSources(sources, parts);
}

/** The wide modules when they are wanted and work. Note [Wide mode] in wide.ts */
async function maybeWide(
  { wide }: InitOptions,
  usual: readonly LoadedPart[],
  build: BuildName,
  isShared: boolean,
): Promise<WideChoice> {
  const isWanted = wide ?? globalThis.process?.env?.LANEGRAD_WIDE === "1";
  if (!isWanted) return { loaded: usual, wide: false, wideReason: "not asked for" };
  const { chooseWide } = await import("./wide.js");
  return chooseWide(usual, build, isShared, { instantiate, makeImports });
}

function makeMemory(maximumBytes: number, shared: boolean): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: initialPages, maximum: Math.floor(maximumBytes / pageBytes), shared });
}

function checkOptions(options: InitOptions): void {
  checkKeys("init", options, optionNames);
  const { build, threads, wide, memoryMaxBytes } = options;
  if (build !== undefined && build !== "simd" && build !== "relaxed") {
    throw new UsageError(message("init", "unknown build", { expected: '"simd" or "relaxed"', got: show(build) }));
  }
  if (wide !== undefined) checkBoolean("init", "wide", wide);
  if (threads !== undefined) checkInteger("init", "threads", threads, `[1, ${mostThreads}]`);
  if (memoryMaxBytes !== undefined)
    checkInteger("init", "memoryMaxBytes", memoryMaxBytes, `[${initialPages * pageBytes}, ${wasm32Bytes}]`);
}
