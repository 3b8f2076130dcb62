/**
 * Lifetimes. A scope frees what was made inside it except its result; what is made outside every scope is reclaimed by
 * the garbage collector. Nobody has to call dispose. Does not know shapes or gradients: it handles anything that can be
 * disposed.
 */
import { checkFunction, checkSynchronous } from "../options.js";

/** Something that a scope can free. */
export interface Scoped {
  /** Frees the memory at once. Calling it again does nothing. */
  dispose(): void;
  /** Other things that must live as long as this one, such as what its gradient needs. @internal */
  dependencies(): Iterable<Scoped>;
  /** The garbage collector decides from now on. @internal */
  escape(): void;
}

const open: Set<Scoped>[] = [];

/** Adds a new thing to the innermost scope, or hands it to the garbage collector when there is no scope. */
export function track(thing: Scoped): void {
  const scope = open.at(-1);
  if (scope === undefined) thing.escape();
  else scope.add(thing);
}

/**
 * Adds a new thing to the scope that `owner` is in, so that both end together, or hands it to the garbage collector
 * when `owner` is in none.
 */
export function trackBeside(owner: Scoped, thing: Scoped): void {
  const scope = open.findLast((made) => made.has(owner));
  if (scope === undefined) thing.escape();
  else scope.add(thing);
}

/** Removes a thing from its scope, because it was disposed or must outlive the scope. */
export function untrack(thing: Scoped): void {
  for (const scope of open) scope.delete(thing);
}

/**
 * Removes a thing from its scope and hands it to the garbage collector, for things that live as long as their owner.
 * @returns the thing
 */
export function keep<T extends Scoped>(thing: T): T {
  untrack(thing);
  thing.escape();
  return thing;
}

/**
 * Runs `fn` and frees every tensor made inside, except those in its result (a tensor, or an array or plain object of
 * tensors, at any depth) and what their gradients need. Scopes nest: the result of an inner scope belongs to the outer
 * one.
 *
 * @param fn  synchronous; a scope cannot span an await. When it throws, everything is freed and the error is passed on
 * @returns   what fn returns
 * @throws {UsageError} when fn is not a function, or returns a promise
 */
export function scope<T>(fn: () => T): T {
  checkFunction("scope", fn);
  const made = new Set<Scoped>();
  open.push(made);
  let result: T | undefined;
  try {
    result = fn();
  } finally {
    open.pop();
    const kept = new Set<Scoped>();
    collect(result, kept);
    for (const thing of made) {
      if (!kept.has(thing)) thing.dispose();
      else track(thing);
    }
  }
  checkSynchronous("scope", result, "Open scopes between awaits, or let the garbage collector do it.");
  return result;
}

/** Collects the things in a result and everything that they depend on. */
function collect(value: unknown, kept: Set<Scoped>): void {
  if (typeof value !== "object" || value === null) return;
  if (isScoped(value)) {
    const waiting: Scoped[] = [value];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (kept.has(next)) continue;
      kept.add(next);
      waiting.push(...next.dependencies());
    }
  } else if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
    for (const item of value instanceof Map ? value.values() : value) collect(item, kept);
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) collect(item, kept);
  }
}

function isScoped(value: object): value is Scoped {
  return "dispose" in value && "dependencies" in value && "escape" in value;
}
