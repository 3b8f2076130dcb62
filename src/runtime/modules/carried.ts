/**
 * The bytes of the kernels that the package carries. Each build of each part is packed (Note [Packed modules] in
 * assembly/carry/unpack.ts), deflated and base64-encoded in a module of its own, which is imported only when that build
 * is chosen. So no bundler needs configuration, and a page loads one build of the parts that it needs. The bundle for
 * Node has carriedInNode.ts in its place.
 */
import { base64 as unpacker } from "#wasm/unpack";
import type { CarriedBuild, ModuleBytes, Part } from "../parts.js";

/** The unpacked modules of the parts, in order. */
export async function carriedBytes(parts: readonly Part[], build: CarriedBuild): Promise<ModuleBytes[]> {
  const unpacking = inflate(unpacker).then((bytes) => WebAssembly.instantiate(bytes));
  return Promise.all(
    parts.map(async (part) => unpack(await inflate((await part.builds[build]()).base64), (await unpacking).instance)),
  );
}

/** Where the unpacker expects its input. */
const packedAt = 0x20000;

/** Unpacks a module: Note [Packed modules] in assembly/carry/unpack.ts. */
function unpack(packed: Uint8Array, { exports }: WebAssembly.Instance): ModuleBytes {
  const { memory, unpack } = exports as unknown as { memory: WebAssembly.Memory; unpack: () => number };
  new Uint8Array(memory.buffer).set(packed, packedAt);
  const at = unpack();
  const [size] = new Uint32Array(memory.buffer, packedAt);
  return memory.buffer.slice(at, at + size);
}

/**
 * Decodes and inflates a carried module. In Node with zlib, which is available at once: the web streams take 30 ms to
 * load, as long as all of init may take.
 */
async function inflate(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = globalThis.process?.getBuiltinModule?.("zlib");
  if (zlib !== undefined) return zlib.inflateRawSync(globalThis.Buffer.from(base64, "base64"));
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(inflated).arrayBuffer());
}
