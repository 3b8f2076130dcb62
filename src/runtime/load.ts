/**
 * From a build's name to compiled modules. Each build of each part travels packed (Note [Packed modules] in assembly/carry/unpack.ts), deflated and as base64,
 * in a module of its own that is imported only when it is chosen, so that no bundler needs configuration and a page loads one build of the parts that it
 * needs. What users hand in place of them: sources.ts.
 */
import { base64 as unpacker } from "#wasm/unpack";
import { UsageError, message } from "../errors.js";
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
export async function loadCarried(parts: readonly Part[], build: CarriedBuild): Promise<LoadedPart[]> {
  const unpacking = inflate(unpacker).then((bytes) => WebAssembly.instantiate(bytes));
  return Promise.all(
    parts.map(async (part) => {
      const packed = await inflate((await part.builds[build]()).base64);
      const bytes = unpack(packed, (await unpacking).instance);
      return { part, bytes, module: await WebAssembly.compile(bytes) };
    }),
  );
}

/** Where the unpacker looks for what it is to unpack. */
const packedAt = 0x20000;

/** Note [Packed modules] in assembly/carry/unpack.ts. */
function unpack(packed: Uint8Array, { exports }: WebAssembly.Instance): BufferSource {
  const { memory, unpack } = exports as unknown as { memory: WebAssembly.Memory; unpack: () => number };
  new Uint8Array(memory.buffer).set(packed, packedAt);
  const at = unpack();
  const [size] = new Uint32Array(memory.buffer, packedAt);
  return memory.buffer.slice(at, at + size);
}

/** The bytes of what is carried. In Node by zlib, which is there at once: its web streams take 30 ms to load, as long as all of init may. */
async function inflate(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = globalThis.process?.getBuiltinModule?.("zlib");
  if (zlib !== undefined) return zlib.inflateRawSync(globalThis.Buffer.from(base64, "base64"));
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(inflated).arrayBuffer());
}
