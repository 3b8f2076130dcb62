/**
 * The bytes of the kernels that the package carries. Each build of each part travels packed (Note [Packed modules] in assembly/carry/unpack.ts), deflated and
 * as base64, in a module of its own that is imported only when it is chosen, so that no bundler needs configuration and a page loads one build of the parts
 * that it needs. The bundle for Node has carriedInNode.ts in its place.
 */
import { base64 as unpacker } from "#wasm/unpack";
import type { CarriedBuild, ModuleBytes, Part } from "./parts.js";

/** The modules of parts, one after the other, unpacked. */
export async function carriedBytes(parts: readonly Part[], build: CarriedBuild): Promise<ModuleBytes[]> {
  const unpacking = inflate(unpacker).then((bytes) => WebAssembly.instantiate(bytes));
  return Promise.all(
    parts.map(async (part) => unpack(await inflate((await part.builds[build]()).base64), (await unpacking).instance)),
  );
}

/** Where the unpacker looks for what it is to unpack. */
const packedAt = 0x20000;

/** Note [Packed modules] in assembly/carry/unpack.ts. */
function unpack(packed: Uint8Array, { exports }: WebAssembly.Instance): ModuleBytes {
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
