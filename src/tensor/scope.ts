/**
 * Lifetimes. A scope frees what was made inside it except what it returns; what is made outside of any scope is reclaimed when the garbage collector
 * finds nobody holds it. Nobody has to call dispose.
 * Does not know shapes or gradients: it handles things that can be released.
 */
import { UsageError, message } from "../errors.js";

/** What a scope can free. */
export interface Scoped {
  /** Frees at once; twice is once. */
  dispose(): void;
  /** Other things that must live as long as this one, such as what its gradient needs. @internal */
  dependencies(): Iterable<Scoped>;
  /** From now on the garbage collector decides. @internal */
  escape(): void;
}

const open: Set<Scoped>[] = [];

/** Puts a new thing under the innermost scope, or under the garbage collector where there is none. */
export function track(thing: Scoped): void {
  const scope = open.at(-1);
  if (scope === undefined) thing.escape();
  else scope.add(thing);
}

/** Puts a new thing under the scope that `owner` is under, so that both end together; under the garbage collector where `owner` is. */
export function trackBeside(owner: Scoped, thing: Scoped): void {
  const scope = open.findLast((made) => made.has(owner));
  if (scope === undefined) thing.escape();
  else scope.add(thing);
}

/** Takes a thing out of its scope (it was disposed, or it must outlive the scope). */
export function untrack(thing: Scoped): void {
  for (const scope of open) scope.delete(thing);
}

/** Takes a thing out of its scope and gives it to the garbage collector, for what lives as long as its owner. @returns the thing */
export function keep<T extends Scoped>(thing: T): T {
  untrack(thing);
  thing.escape();
  return thing;
}

/**
 * Runs `fn` and frees every tensor made inside, except those in its result (a tensor, or an array or plain object of such, at any depth) and what
 * their gradients need. Scopes nest: what an inner scope returns belongs to the outer one.
 *
 * @param fn  synchronous; a scope cannot span an await
 * @returns   what fn returns
 * Errors: UsageError where fn returns a promise. Whatever fn throws is passed on after freeing.
 */
export function scope<T>(fn: () => T): T {
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
  if (result instanceof Promise) {
    const hint = "Open scopes between awaits, or let the garbage collector do it.";
    throw new UsageError(
      message("scope", "the function is asynchronous", { expected: "a synchronous function", got: "a promise", hint }),
    );
  }
  return result;
}

/** Gathers the things in a result and all that they depend on. */
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
