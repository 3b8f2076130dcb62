/**
 * Compiles the modules of a build that the package carries (carried.ts). Modules that the user passes instead:
 * sources.ts.
 */
import { UsageError, message } from "../../errors.js";
import { carriedBytes } from "./carried.js";
import type { Features } from "../features.js";
import type { CarriedBuild, ModuleBytes, Part } from "../parts.js";

/** The builds of the kernels: the same source with plain or relaxed SIMD. */
export type BuildName = "simd" | "relaxed";

/** A part of the kernels that replaces the carried one: a compiled module, its bytes, or their URL. */
export type ModuleSource = WebAssembly.Module | ModuleBytes | URL | string;

/** Parts that replace the carried ones, by name: `core`, and those that the program's ops need besides. */
export interface ModuleSources {
  readonly core: ModuleSource;
  readonly [part: string]: ModuleSource;
}

/** The best build that the engine can run. @throws {UsageError} when it lacks SIMD */
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
  /** The bytes it was compiled from, if it is a carried part. */
  readonly bytes?: ModuleBytes;
}

/** Compiled modules by part number; undefined for parts that are not loaded. */
export type Modules = readonly (WebAssembly.Module | undefined)[];

/** Imports and compiles the carried builds of parts. */
export async function loadCarried(parts: readonly Part[], build: CarriedBuild): Promise<LoadedPart[]> {
  const carried = await carriedBytes(parts, build);
  return Promise.all(
    parts.map(async (part, i) => ({ part, bytes: carried[i], module: await WebAssembly.compile(carried[i]) })),
  );
}
