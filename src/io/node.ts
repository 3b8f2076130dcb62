/**
 * Node's built-in modules, asked for when they are needed. The library never imports "node:…", so that bundlers for
 * browsers find nothing to complain about; Deno and Bun answer as Node does.
 */
import { message, UsageError } from "../errors.js";

/** The modules that the library may ask for, without "node:". */
type Name = "crypto" | "fs" | "fs/promises" | "os" | "path" | "url" | "zlib";

type Builtin<N extends Name> = ReturnType<typeof globalThis.process.getBuiltinModule<N>>;

/** True where Node's built-in modules are at hand. */
export function isNode(): boolean {
  return typeof globalThis.process?.getBuiltinModule === "function";
}

/**
 * A built-in module of Node.
 *
 * @param name  without "node:"
 * @param op    the function that the user called, for the message
 * @param hint  what to do where there is no Node
 * @throws {UsageError} in browsers
 */
export function nodeBuiltin<N extends Name>(
  name: N,
  op: string = name,
  hint = "In a browser pass bytes, a Blob, a Response or a stream instead of a path.",
): Builtin<N> {
  if (!isNode()) {
    throw new UsageError(
      message(op, `node:${name} is not available here`, { expected: "Node ≥ 20.16, Deno or Bun", hint }),
    );
  }
  return globalThis.process.getBuiltinModule(name);
}
