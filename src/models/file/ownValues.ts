/**
 * What is the user's own in what is saved: functions, which a file knows by their names alone, and options of layers,
 * which are kept as JSON. Imported where something is saved, and itself without imports but errors, so that a page that
 * only trains does not carry it.
 */
import type { Config } from "../../config.js";
import { UsageError, message, show } from "../../errors.js";

/**
 * Checks that no two functions of the user's have one name, in configs or anywhere within them, and that no other value
 * would be lost.
 * @param kind  of what the functions make, for the message
 * @throws {UsageError} when a file could not tell functions apart, or could not give a value back
 */
export function checkOwn(kind: string, configs: unknown, known = new Map<unknown, unknown>(), path = ""): void {
  if (typeof configs !== "object" || configs === null) {
    checkKept(configs, path);
    return;
  }
  const { isFunction, className, fn, isOwn } = configs as Partial<Config>;
  if (isFunction === true) {
    if (known.has(className) && known.get(className) !== fn) {
      const [expected, hint] = ["a name for each function", "Give one of them another name."];
      const wrong = "two functions of one name cannot be saved";
      throw new UsageError(message(kind, wrong, { expected, got: show(className), hint }));
    }
    known.set(className, fn);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(configs);
  if (!Array.isArray(configs) && prototype !== Object.prototype && prototype !== null) refuse(path, show(configs));
  const place = isOwn === true ? `options of layer ${show(className)}: ` : path;
  for (const [name, value] of Object.entries(configs)) checkOwn(kind, value, known, join(place, name));
}

const join = (path: string, name: string): string =>
  path === "" || path.endsWith(" ") ? `${path}${name}` : `${path}.${name}`;

/** @param path begins with "options of layer" within a layer of the user's */
function checkKept(value: unknown, path: string): void {
  const isLost = typeof value === "number" && !Number.isFinite(value) && path.startsWith("options of"); // shapes have NaN for null
  if (isLost || typeof value === "bigint" || typeof value === "symbol") refuse(path, String(value));
  if (typeof value === "function") refuse(path, "a function");
}

function refuse(path: string, got: string): never {
  const expected = "finite numbers, strings, booleans, null, and lists and plain objects of these";
  const hint = "An initializer, a schedule or the like of your own needs a config: { className, … }.";
  throw new UsageError(message("save", `${path} would be lost`, { expected, got, hint }));
}
