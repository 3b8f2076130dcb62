/**
 * From a build's name to compiled modules. Each build of each part travels deflated, as base64, in a module of its own that is imported only when it is
 * chosen, so that no bundler needs configuration and a page loads one build of the parts that it needs.
 */
import { UsageError, message, show } from "../errors.js";
import type { Features } from "./features.js";
import type { CarriedBuild, Part } from "./parts.js";

/** The builds of the kernels: one source, plain or relaxed SIMD. */
export type BuildName = "simd" | "relaxed";

/** A part of the kernels in place of the carried one: a compiled module, its bytes, or where they are. */
export type ModuleSource = WebAssembly.Module | BufferSource | URL | string;

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
  readonly bytes?: BufferSource;
}

/** Compiled modules by the number of their part; where a part is not loaded, nothing. */
export type Modules = readonly (WebAssembly.Module | undefined)[];

/** Imports and compiles the carried builds of parts. */
export function loadCarried(parts: readonly Part[], build: CarriedBuild): Promise<LoadedPart[]> {
  return Promise.all(
    parts.map(async (part) => {
      const bytes = await inflate((await part.builds[build]()).base64);
      return { part, bytes, module: await WebAssembly.compile(bytes) };
    }),
  );
}

/** Compiles what the user handed in for these parts, and leaves out those that he did not. */
export async function loadSources(sources: ModuleSources, parts: readonly Part[]): Promise<LoadedPart[]> {
  const given = parts.filter(({ name }) => sources[name] !== undefined);
  return Promise.all(given.map(async (part) => ({ part, module: await loadSource(sources[part.name]) })));
}

/** The bytes of a carried build. In Node by zlib, which is there at once: its web streams take 30 ms to load, as long as all of init may. */
async function inflate(base64: string): Promise<BufferSource> {
  const zlib = globalThis.process?.getBuiltinModule?.("zlib");
  if (zlib !== undefined) return zlib.inflateRawSync(globalThis.Buffer.from(base64, "base64"));
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(inflated).arrayBuffer();
}

/** What the user handed in, by part: one module is the core. Throws UsageError where the core is missing. */
export function sourcesOf(module: ModuleSource | ModuleSources): ModuleSources {
  if (isSource(module)) return { core: module };
  const { core }: Partial<ModuleSources> = module;
  if (core === undefined) {
    const got = `{ ${Object.keys(module).join(", ")} }`;
    throw new UsageError(message("init", "module lacks the core", { expected: "a module, or { core: …, … }", got }));
  }
  return module;
}

function isSource(module: ModuleSource | ModuleSources): module is ModuleSource {
  return Object.getPrototypeOf(module) !== Object.prototype;
}

/** Compiles what the user handed in: for a strict content-security policy, a CDN, or a module compiled once for many workers. */
async function loadSource(source: ModuleSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source !== "string" && !(source instanceof URL)) return WebAssembly.compile(source);
  const response = await fetch(source);
  if (!response.ok) {
    const got = `${response.status} ${response.statusText} from ${show(String(source))}`;
    throw new UsageError(message("init", "the module could not be fetched", { expected: "status 200", got }));
  }
  return WebAssembly.compile(await response.arrayBuffer());
}
