/**
 * The running library: one memory, one heap, the tables of kernels, set once by `init` (init.ts). Everything else gets
 * them here.
 */
import { link } from "#wasm/parts";
import { UsageError, message } from "../errors.js";
import type { Launcher } from "./launcher.js";
import type { BuildName } from "./modules/load.js";
import type { Heap } from "./memory.js";
import type { Part } from "./parts.js";

/** What `init` chose. */
export interface Info {
  readonly version: string;
  /** The build in use. */
  readonly build: BuildName;
  /** The engine has WebAssembly SIMD. */
  readonly simd: boolean;
  /** The engine has relaxed SIMD. */
  readonly relaxedSimd: boolean;
  /** Threads that compute. Workers among them start in the background. */
  readonly threads: number;
  /** Why there are that many threads. */
  readonly threadsReason: string;
  /** True when V8 fuses pairs of 128-bit operations into 256-bit ones. */
  readonly wide: boolean;
  /** Why it does or does not. */
  readonly wideReason: string;
  readonly memoryMaxBytes: number;
}

/** What `init` made. */
export interface Runtime {
  readonly launcher: Launcher;
  info(): Info;
}

let current: Runtime | undefined;

/** Sets the runtime in use. */
export function setRuntime(runtime: Runtime): void {
  current = runtime;
}

/** What `init` chose: build, threads, limits. @throws {UsageError} before `init` */
export function info(): Info {
  return running().info();
}

/** The launcher, which makes recordings. @throws {UsageError} before `init` */
export function launcher(): Launcher {
  return running().launcher;
}

/** The heap. @throws {UsageError} before `init` */
export function heap(): Heap {
  return running().launcher.heap;
}

/** A part's table, for the functions through which ops call kernels (scripts/accessors.mjs). */
link.tableOf = (part) => running().launcher.tables[part.number] ?? failUnloaded(part);

function failUnloaded({ name }: Part): never {
  const hint =
    "Call `await init()` again, with the same options, after the import of what needs them; " +
    `where init is handed a module, hand it { core: …, ${name}: … }.`;
  throw new UsageError(message("lanegrad", `the kernels "${name}" are not loaded`, { hint }));
}

/**
 * Replaces the tables that ops call. A test that wants to see every call wraps the tables in `launcher().tables`.
 *
 * @returns the previous tables
 * @throws {UsageError} before `init`
 */
export function exchangeTables(tables: Launcher["tables"]): Launcher["tables"] {
  const { launcher } = running();
  const before = launcher.tables;
  launcher.tables = tables;
  return before;
}

/**
 * Memory use in bytes: what tensors and models hold now, the most they have held, and the limit.
 * @throws {UsageError} before `init`
 */
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
