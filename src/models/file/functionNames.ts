/**
 * Functions of the user's in what is saved: a file knows them by their names alone. Imported where something is saved,
 * and itself without imports but errors, so that a page that only trains does not carry it.
 */
import type { Config } from "../../config.js";
import { UsageError, message, show } from "../../errors.js";

/**
 * Checks that no two functions of the user's have one name, in configs or anywhere within them.
 * @param kind  of what the functions make, for the message
 * @throws {UsageError} when a file could not tell them apart
 */
export function checkFunctions(kind: string, configs: unknown, known = new Map<unknown, unknown>()): void {
  if (typeof configs !== "object" || configs === null) return;
  const { isFunction, className, fn } = configs as Partial<Config>;
  if (isFunction === true && known.has(className) && known.get(className) !== fn) {
    const [expected, hint] = ["a name for each function", "Give one of them another name."];
    throw new UsageError(
      message(kind, "two functions of one name cannot be saved", { expected, got: show(className), hint }),
    );
  }
  if (isFunction === true) known.set(className, fn);
  for (const value of Object.values(configs)) checkFunctions(kind, value, known);
}
