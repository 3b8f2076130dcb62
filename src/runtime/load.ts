/**
 * From a build's name to a compiled module. Each build travels deflated, as base64, in a module of its own that is imported only when it is chosen,
 * so that no bundler needs configuration and a page loads one build.
 */
import { UsageError, message, show } from "../errors.js";
import type { Features } from "./features.js";

/** The builds of the kernels: one source, plain or relaxed SIMD. */
export type BuildName = "simd" | "relaxed";

/** What `init` accepts in place of the carried kernels: a compiled module, its bytes, or where they are. */
export type ModuleSource = WebAssembly.Module | BufferSource | URL | string;

/** The best build the engine runs. Throws UsageError where it lacks SIMD. */
export function chooseBuild(features: Features): BuildName {
  if (!features.simd) {
    const hint = "Use Node ≥ 20.19, Chrome ≥ 91, Firefox ≥ 89 or Safari ≥ 16.4.";
    throw new UsageError(message("init", "this engine has no WebAssembly SIMD", { hint }));
  }
  return features.relaxedSimd ? "relaxed" : "simd";
}

const carried = {
  simd: () => import("#wasm/simd"),
  relaxed: () => import("#wasm/relaxed"),
  "simd-threads": () => import("#wasm/simd-threads"),
  "relaxed-threads": () => import("#wasm/relaxed-threads"),
} as const;

/** Imports one of the carried builds. @param shared for memory that threads share @returns its bytes */
export async function loadBuild(build: BuildName, shared: boolean): Promise<BufferSource> {
  const { base64 } = await carried[shared ? (`${build}-threads` as const) : build]();
  return inflate(base64);
}

/** The bytes of a carried build. In Node by zlib, which is there at once: its web streams take 30 ms to load, as long as all of init may. */
async function inflate(base64: string): Promise<BufferSource> {
  const zlib = globalThis.process?.getBuiltinModule?.("zlib");
  if (zlib !== undefined) return zlib.inflateRawSync(globalThis.Buffer.from(base64, "base64"));
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(inflated).arrayBuffer();
}

/** Compiles what the user handed in: for a strict content-security policy, a CDN, or a module compiled once for many workers. */
export async function loadSource(source: ModuleSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source !== "string" && !(source instanceof URL)) return WebAssembly.compile(source);
  const response = await fetch(source);
  if (!response.ok) {
    const got = `${response.status} ${response.statusText} from ${show(String(source))}`;
    throw new UsageError(message("init", "the module could not be fetched", { expected: "status 200", got }));
  }
  return WebAssembly.compile(await response.arrayBuffer());
}
