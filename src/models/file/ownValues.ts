/**
 * What is the user's own in what is saved: functions, which a file knows by their names alone, and options of layers,
 * which are kept as JSON. Imported where something is saved, and itself without imports but errors, so that a page that
 * only trains does not carry it.
 */
import type { Config } from "../../config.js";
import { UsageError, message, show } from "../../errors.js";

/** How the place of an option of a layer of the user's begins. */
const ownOptions = "options of layer";

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
  const place = isOwn === true ? `${ownOptions} ${show(className)}: ` : path;
  for (const [name, value] of Object.entries(configs)) {
    checkOwn(kind, value, known, join(place, name));
    if (isNamed(name) && !hasName(value) && !place.startsWith(ownOptions)) refuse(join(place, name), show(value));
  }
}

/** Options that stand for an object, which a file gives back by the name in its config. */
const isNamed = (option: string): boolean => /(Initializer|Regularizer|Constraint)$/.test(option);

/** True for nothing at all, a name, or a config with one. */
function hasName(value: unknown): boolean {
  return typeof value !== "object" || value === null || typeof (value as Partial<Config>).className === "string";
}

const join = (path: string, name: string): string =>
  path === "" || path.endsWith(" ") ? `${path}${name}` : `${path}.${name}`;

/** @param path begins with {@link ownOptions} within a layer of the user's */
function checkKept(value: unknown, path: string): void {
  const isLost = typeof value === "number" && !Number.isFinite(value) && path.startsWith(ownOptions); // shapes have NaN for null
  if (isLost || typeof value === "bigint" || typeof value === "symbol") refuse(path, String(value));
  if (typeof value === "function") refuse(path, "a function");
}

function refuse(path: string, got: string): never {
  const expected = "finite numbers, strings, booleans, null, and lists and plain objects of these";
  const hint = "An initializer, a schedule or the like of your own needs a config: { className, … }.";
  throw new UsageError(message("save", `${path} would be lost`, { expected, got, hint }));
}
