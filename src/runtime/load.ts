/**
 * From a build's name to compiled modules: those that the package carries (carried.ts). What users hand in place of them: sources.ts.
 */
import { UsageError, message } from "../errors.js";
import { carriedBytes } from "./carried.js";
import type { Features } from "./features.js";
import type { CarriedBuild, ModuleBytes, Part } from "./parts.js";

/** The builds of the kernels: one source, plain or relaxed SIMD. */
export type BuildName = "simd" | "relaxed";

/** A part of the kernels in place of the carried one: a compiled module, its bytes, or where they are. */
export type ModuleSource = WebAssembly.Module | ModuleBytes | URL | string;

/** Parts in place of the carried ones, by name: `core` and what the ops of the program need besides. */
export interface ModuleSources {
  readonly core: ModuleSource;
  readonly [part: string]: ModuleSource;
}

/** The best build the engine runs. Throws UsageError where it lacks SIMD. */
export function chooseBuild(features: Features): BuildName {
  if (!features.simd) {
    const hint = "Use Node ≥ 20.19, Chrome ≥ 91, Firefox ≥ 89 or Safari ≥ 16.4.";
    throw new UsageError(message("init", "this engine has no WebAssembly SIMD", { hint }));
  }
  return features.relaxedSimd ? "relaxed" : "simd";
}

/** A part's compiled module. */
export interface LoadedPart {
  readonly part: Part;
  readonly module: WebAssembly.Module;
  /** What it was compiled from, where it is a carried one. */
  readonly bytes?: ModuleBytes;
}

/** Compiled modules by the number of their part; where a part is not loaded, nothing. */
export type Modules = readonly (WebAssembly.Module | undefined)[];

/** Imports and compiles the carried builds of parts. */
export async function loadCarried(parts: readonly Part[], build: CarriedBuild): Promise<LoadedPart[]> {
  const carried = await carriedBytes(parts, build);
  return Promise.all(
    parts.map(async (part, i) => ({ part, bytes: carried[i], module: await WebAssembly.compile(carried[i]) })),
  );
}
