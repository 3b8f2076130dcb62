/**
 * How a layer, an optimizer, a loss and so on are written to a file so that they can be made again: the name of the
 * function that makes them, and its options as plain JSON. Each room lists its makers in a registry of its own, which
 * is imported only to load a model.
 */
import { DataError, message, show } from "./errors.js";

/** Plain JSON data: a function's name and its options. */
export interface Config {
  readonly className: string;
  readonly [option: string]: unknown;
}

/** A function of the user's, which a file knows by its name alone; the function itself is no part of the JSON. */
export function functionConfig(fn: unknown, className: string): Config {
  return Object.defineProperty({ className, isFunction: true }, "fn", { value: fn });
}

/** Makers by className. Each takes the options as they are in the file and checks them itself. */
export type Makers<T> = Readonly<Record<string, (options: never) => T>>;

/**
 * Makes what a config describes.
 *
 * @param kind    what is made, such as "optimizer", for messages
 * @param makers  the room's table
 * @param config  as read from a file: nothing about it is trusted
 * @param option  of loadModel, which takes the user's own of this kind
 * @throws {DataError} when it is not a config or its className is unknown
 * @throws {UsageError} when the maker refuses an option
 */
export function makeFrom<T>(kind: string, makers: Makers<T>, config: unknown, option?: string): T {
  const { className, isFunction, ...options } = isConfig(config) ? config : ({} as Partial<Config>);
  if (className === undefined || isFunction || !Object.hasOwn(makers, className)) {
    const expected = `one of ${Object.keys(makers).sort().join(", ")}`;
    const isName = option !== undefined && className !== undefined && /^[\w$]{1,80}$/.test(className);
    const hint = isName ? { hint: `Give your own to loadModel(file, { ${option}: { ${className} } }).` } : {};
    throw new DataError(
      className === undefined
        ? message(kind, "not a config", { expected: "{ className, … }", got: show(config) })
        : message(kind, `unknown ${kind} ${show(className)}`, { expected, ...hint }),
    );
  }
  return makers[className](options as never);
}

function isConfig(config: unknown): config is Config {
  return typeof config === "object" && config !== null && "className" in config && typeof config.className === "string";
}
