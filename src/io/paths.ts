/** The check of arguments that are paths of files. */
import { UsageError, message, show } from "../errors.js";

/** Checks that each of these arguments, by name, is a path or left out. @throws {UsageError} when one is not */
export function checkPaths(op: string, paths: Readonly<Record<string, unknown>>): void {
  for (const [name, path] of Object.entries(paths)) {
    if (path === undefined || (typeof path === "string" && !path.includes("\0"))) continue;
    throw new UsageError(message(op, `${name} is invalid`, { expected: "a path", got: show(path) }));
  }
}
