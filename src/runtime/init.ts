/** Starting the library: options, choice of build, memory, threads. Runs once a process; what it made is in runtime.ts. */
import { UsageError, checkKeys, message, show } from "../errors.js";
import { version } from "../version.js";
import { type Features, probeFeatures } from "./features.js";
import { instantiate } from "./kernels.js";
import { Launcher } from "./launcher.js";
import { type BuildName, type ModuleSource, chooseBuild, loadBuild, loadSource } from "./load.js";
import { Heap } from "./memory.js";
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
  /** The build to use. Default: relaxed SIMD where the engine has it, else plain SIMD. */
  readonly build?: BuildName;
  /** The kernels, in place of those that the package carries: a compiled module, bytes, or the URL of `lanegrad/wasm/….wasm`. */
  readonly module?: ModuleSource;
  /** Threads that compute, the caller's own among them: 1 to 64. Default: the machine's cores, at most 8; 1 where memory cannot be shared. */
  readonly threads?: number;
  /** Where the page serves `lanegrad/worker.js`, for a content-security policy that forbids the script that is carried. */
  readonly workerUrl?: string | URL;
  /**
   * Operations of 256 bits in place of 128, where V8 can fuse them (Node ≥ 24 on x64): twice the speed of matrix products, for 100 ms more at the start.
   * Rests on an experimental flag of V8's; what it computes is checked once, and where it is wrong or missing `init` warns and `info()` says why.
   * Default: false, in Node true where the environment has LANEGRAD_WIDE=1.
   */
  readonly wide?: boolean;
  /** The most that linear memory may grow to, in bytes; at least 4 MiB. Default and limit: 4 GiB. */
  readonly memoryMaxBytes?: number;
}

const optionNames = ["build", "module", "threads", "workerUrl", "wide", "memoryMaxBytes"] as const;

let starting: { readonly options: InitOptions; readonly done: Promise<Info> } | undefined;

/**
 * Starts the library: picks the build, compiles it, makes the memory, starts the threads. Call it once, before anything else; calling it again with the
 * same options is free. Cost: under 30 ms.
 *
 * @returns what was chosen, as `info` does
 * Errors: UsageError for an engine without SIMD, an unknown option or value, a module that is not lanegrad's, or a second call with other options;
 * after an error nothing has been started and `init` may be called again.
 */
export async function init(options: InitOptions = {}): Promise<Info> {
  checkOptions(options);
  if (starting !== undefined) {
    if (!optionNames.every((name) => options[name] === starting!.options[name])) {
      const [expected, got] = [showOptions(starting.options), showOptions(options)];
      const hint = "The library runs once per process; call init once, first.";
      throw new UsageError(message("init", "already called with other options", { expected, got, hint }));
    }
    return starting.done;
  }
  const done = start(options);
  starting = { options, done };
  try {
    return await done;
  } catch (error) {
    starting = undefined;
    throw error;
  }
}

async function start(options: InitOptions): Promise<Info> {
  const features = probeFeatures();
  const memoryMaxBytes = options.memoryMaxBytes ?? wasm32Bytes;
  const { functions, memory, module, plan, wide, wideReason } = await load(options, features, memoryMaxBytes);
  const heap = new Heap(memory, functions.heapBase(), memoryMaxBytes);
  let pool: ThreadPool | undefined;
  if (plan.count > 1) {
    const { ThreadPool, controlBytes } = await import("./threads.js"); // not in pages that have no threads
    const control = heap.allocate(controlBytes);
    const { workerUrl } = options;
    pool = new ThreadPool({ module, memory, functions, control, count: plan.count, wide, workerUrl });
  }
  const info = (): Info => ({
    version,
    build: functions.buildFeatures() & 1 ? "relaxed" : "simd",
    simd: features.simd,
    relaxedSimd: features.relaxedSimd,
    threads: pool?.failure === undefined ? plan.count : 1,
    threadsReason: pool?.failure ?? plan.reason,
    wide,
    wideReason,
    memoryMaxBytes,
  });
  setRuntime({ launcher: new Launcher(functions, heap, pool), info });
  return info();
}

/** Memory and kernels that fit each other: shared where there are to be several threads and everything allows it. */
async function load(options: InitOptions, features: Features, memoryMaxBytes: number) {
  const given = options.module && (await loadSource(options.module));
  const attempt = async (plan: ThreadPlan) => {
    const memory = makeMemory(memoryMaxBytes, plan.count > 1);
    const build = options.build ?? chooseBuild(features);
    const bytes = given === undefined ? await loadBuild(build, plan.count > 1) : undefined;
    const usual = given ?? (await WebAssembly.compile(bytes!));
    const choice = await maybeWide(options, build === "relaxed" ? bytes : undefined, usual, plan.count > 1);
    const functions = await instantiate(choice.module, memory);
    if (choice.wide) functions.setWide(1);
    return { ...choice, memory, plan, functions };
  };
  const plan = planThreads(options.threads, features);
  if (plan.count === 1) return attempt(plan);
  try {
    return await attempt(plan);
  } catch (error) {
    const reason = `memory could not be shared: ${error instanceof Error ? error.message : String(error)}`;
    return attempt({ count: 1, reason });
  }
}

/** The wide module where it is wanted and works. Note [Wide mode] in wide.ts */
async function maybeWide(
  { wide }: InitOptions,
  bytes: BufferSource | undefined,
  usual: WebAssembly.Module,
  shared: boolean,
): Promise<WideChoice> {
  const isWanted = wide ?? globalThis.process?.env?.LANEGRAD_WIDE === "1";
  if (!isWanted) return { module: usual, wide: false, wideReason: "not asked for" };
  const { chooseWide } = await import("./wide.js");
  return chooseWide(bytes, usual, shared);
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
  if (wide !== undefined && typeof wide !== "boolean") {
    throw new UsageError(message("init", "wide is no boolean", { expected: "true or false", got: show(wide) }));
  }
  checkRange("threads", threads, 1, mostThreads);
  checkRange("memoryMaxBytes", memoryMaxBytes, initialPages * pageBytes, wasm32Bytes);
}

function checkRange(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const expected = `an integer from ${least} to ${most}`;
  throw new UsageError(message("init", `${name} out of range`, { expected, got: show(value) }));
}

function showOptions(options: InitOptions): string {
  return `{ ${optionNames.map((name) => `${name}: ${show(options[name])}`).join(", ")} }`;
}
