/**
 * Node's built-in modules, requested when they are needed. The library never imports "node:…", so that bundlers for
 * browsers do not complain. Works in Deno and Bun as well.
 */
import { message, UsageError } from "../errors.js";

/** The modules that the library may request, without "node:". */
type Name = "crypto" | "fs" | "fs/promises" | "module" | "os" | "path" | "url" | "zlib";

type Builtin<N extends Name> = ReturnType<typeof globalThis.process.getBuiltinModule<N>>;

/** True where Node's built-in modules are available. */
export function isNode(): boolean {
  return typeof globalThis.process?.getBuiltinModule === "function";
}

/**
 * A built-in module of Node.
 *
 * @param name  without "node:"
 * @param op    the function that the user called, for messages
 * @param hint  what to do in an environment without Node
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
