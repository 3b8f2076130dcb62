/**
 * The running library: one memory, one heap, one table of kernels, made once by `init`.
 * Does not start threads: this build computes on the caller's thread.
 */
import { UsageError, checkKeys, message, show } from "../errors.js";
import { version } from "../version.js";
import { probeFeatures } from "./features.js";
import { instantiate, type Kernels } from "./kernels.js";
import { chooseBuild, loadBuild, loadSource, type BuildName, type ModuleSource } from "./load.js";
import { Heap } from "./memory.js";

const pageBytes = 65536;
const initialPages = 64;
const wasm32Bytes = 65536 * pageBytes;

/** Options of {@link init}. */
export interface InitOptions {
  /** The build to use. Default: relaxed SIMD where the engine has it, else plain SIMD. */
  readonly build?: BuildName;
  /** The kernels, in place of those that the package carries: a compiled module, bytes, or the URL of `lanegrad/wasm/….wasm`. */
  readonly module?: ModuleSource;
  /** The most that linear memory may grow to, in bytes; at least 4 MiB. Default and limit: 4 GiB. */
  readonly memoryMaxBytes?: number;
}

/** What `init` chose. */
export interface Info {
  readonly version: string;
  /** The build in use. */
  readonly build: BuildName;
  /** The engine has WebAssembly SIMD. */
  readonly simd: boolean;
  /** The engine has relaxed SIMD. */
  readonly relaxedSimd: boolean;
  /** Threads that run every kernel. */
  readonly threads: number;
  /** Why there are that many. */
  readonly threadsReason: string;
  /** V8 fuses pairs of 128-bit operations into 256-bit ones. */
  readonly wide: boolean;
  readonly memoryMaxBytes: number;
}

interface Runtime {
  readonly heap: Heap;
  kernels: Kernels;
  readonly info: Info;
}

let current: Runtime | undefined;
let starting: { readonly options: InitOptions; readonly done: Promise<Info> } | undefined;

/**
 * Starts the library: picks the build, compiles it, makes the memory. Call it once, before anything else; calling it again with the same options is
 * free. Cost: under 30 ms.
 *
 * @returns what was chosen, as {@link info} does
 * Errors: UsageError for an engine without SIMD, an unknown option or value, a module that is not lanegrad's, or a second call with other options;
 * after an error nothing has been started and `init` may be called again.
 */
export async function init(options: InitOptions = {}): Promise<Info> {
  checkOptions(options);
  if (starting !== undefined) {
    if (!sameOptions(options, starting.options)) {
      const hint = "The library runs once per process; call init once, first.";
      throw new UsageError(
        message("init", "already called with other options", {
          expected: showOptions(starting.options),
          got: showOptions(options),
          hint,
        }),
      );
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

/** What `init` chose: build, threads, limits. Errors: UsageError before `init`. */
export function info(): Info {
  return running().info;
}

/** The heap. Errors: UsageError before `init`. */
export function heap(): Heap {
  return running().heap;
}

/** The table of kernels. Errors: UsageError before `init`. */
export function kernels(): Kernels {
  return running().kernels;
}

/**
 * Puts `table` in the place of the table of kernels: what wants to see or to hand on every call (a recording, other threads, a test) wraps the table
 * that it gets back. Errors: UsageError before `init`.
 *
 * @returns the table until now
 */
export function exchangeKernels(table: Kernels): Kernels {
  const runtime = running();
  const before = runtime.kernels;
  runtime.kernels = table;
  return before;
}

/** Memory in use, in bytes: what tensors and models hold now, the most they held, and the limit. Errors: UsageError before `init`. */
export function memoryUsage(): {
  readonly bytesInUse: number;
  readonly peakBytes: number;
  readonly maximumBytes: number;
} {
  const { bytesInUse, peakBytes, maximumBytes } = heap();
  return { bytesInUse, peakBytes, maximumBytes };
}

function running(): Runtime {
  if (current === undefined) {
    throw new UsageError(
      message("lanegrad", "not started", { hint: "Call `await init()` once before anything else." }),
    );
  }
  return current;
}

async function start(options: InitOptions): Promise<Info> {
  const features = probeFeatures();
  const module = await (options.module === undefined
    ? loadBuild(options.build ?? chooseBuild(features))
    : loadSource(options.module));
  const memoryMaxBytes = options.memoryMaxBytes ?? wasm32Bytes;
  const memory = new WebAssembly.Memory({ initial: initialPages, maximum: Math.floor(memoryMaxBytes / pageBytes) });
  const table = await instantiate(module, memory);
  const info: Info = {
    version,
    build: table.buildFeatures() & 1 ? "relaxed" : "simd",
    simd: features.simd,
    relaxedSimd: features.relaxedSimd,
    threads: 1,
    threadsReason: "this version computes on the calling thread",
    wide: false,
    memoryMaxBytes,
  };
  current = { heap: new Heap(memory, table.heapBase(), memoryMaxBytes), kernels: table, info };
  return info;
}

function checkOptions(options: InitOptions): void {
  checkKeys("init", options, ["build", "module", "memoryMaxBytes"]);
  const { build, memoryMaxBytes } = options;
  if (build !== undefined && build !== "simd" && build !== "relaxed") {
    throw new UsageError(message("init", "unknown build", { expected: '"simd" or "relaxed"', got: show(build) }));
  }
  const least = initialPages * pageBytes;
  if (
    memoryMaxBytes !== undefined &&
    !(Number.isInteger(memoryMaxBytes) && memoryMaxBytes >= least && memoryMaxBytes <= wasm32Bytes)
  ) {
    throw new UsageError(
      message("init", "memoryMaxBytes out of range", {
        expected: `an integer from ${least} to ${wasm32Bytes}`,
        got: show(memoryMaxBytes),
      }),
    );
  }
}

function sameOptions(a: InitOptions, b: InitOptions): boolean {
  return a.build === b.build && a.module === b.module && a.memoryMaxBytes === b.memoryMaxBytes;
}

function showOptions({ build, module, memoryMaxBytes }: InitOptions): string {
  return `{ build: ${show(build)}, module: ${show(module)}, memoryMaxBytes: ${show(memoryMaxBytes)} }`;
}
