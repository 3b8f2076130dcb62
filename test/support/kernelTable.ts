/**
 * The tables of kernels, wrapped: calls run as the shares of several threads one after the other, or a kernel is replaced by a faulty one.
 * Real threads and recordings wrap the tables in the same place (src/runtime/runtime.ts, exchangeTables).
 */
import { names } from "#wasm/names";
import { exchangeTables, launcher } from "../../src/runtime/runtime.js";
import { type KernelTable, registeredParts } from "../../src/runtime/parts.js";
import type { AllKernels } from "./allKernels.js";

/** Names of the table that are no loops over memory: the module itself, thread shares, sizes of scratch. */
const isPlain = (name: string): boolean =>
  /^((set|begin|end|thread|heap|build).*|replay|launch|run|work|tableHash|wideColumn)$|(Scratch|Block|Mask)Bytes$|Count$/.test(
    name,
  );

type Kernel = (...args: number[]) => unknown;

/** The names of a part's functions, each at its number. */
export function namesOf(part: number): readonly string[] {
  return names[registeredParts().find(({ number }) => number === part)!.name];
}

/** Runs `fn` with each function that ops call replaced. */
function withTables<T>(replace: (kernel: Kernel, name: string) => Kernel, fn: () => T): T {
  const replaced = (table: KernelTable, part: number): KernelTable => {
    const kernels = namesOf(part).map((name, i) => [i, table[i] && replace(table[i], name)] as const);
    return { ...table, ...(Object.fromEntries(kernels) as KernelTable) };
  };
  const below = exchangeTables(launcher().tables.map((table, part) => table && replaced(table, part)));
  try {
    return fn();
  } finally {
    exchangeTables(below);
  }
}

/** Runs `fn` where each kernel goes through `wrap`. */
function wrapped<T>(wrap: (kernel: Kernel, name: string) => Kernel, fn: () => T): T {
  return withTables((kernel, name) => (isPlain(name) ? kernel : wrap(kernel, name)), fn);
}

/** Runs `fn` where every kernel call is cut into the shares of `count` threads, however small the work. */
export function withThreads<T>(count: number, fn: () => T): T {
  if (count === 1) return fn();
  const below = launcher().functions;
  below.setSmallWork(0);
  below.setThread(0, count);
  try {
    const inShares =
      (kernel: Kernel): Kernel =>
      (...args) => {
        for (let i = count - 1; i >= 0; i--) {
          below.setThread(i, count); // the last share first: the order must not matter
          kernel(...args);
        }
      };
    return wrapped(inShares, fn);
  } finally {
    below.setThread(0, 1);
    below.setSmallWork(16384);
  }
}

/** Runs `fn` where kernel `name` is what `fault` makes of it. */
export function withFault<K extends keyof AllKernels, T>(
  name: K,
  fault: (kernel: AllKernels[K]) => AllKernels[K],
  fn: () => T,
): T {
  const spoil = (kernel: Kernel, called: string): Kernel =>
    called === name ? (fault(kernel as AllKernels[K]) as Kernel) : kernel;
  return withTables(spoil, fn);
}

/** The names of the kernels that `fn` calls, in order. */
export function calledKernels(fn: () => void): string[] {
  const names: string[] = [];
  const watch = (kernel: Kernel, name: string): Kernel => {
    return (...args) => {
      names.push(name);
      return kernel(...args);
    };
  };
  wrapped(watch, fn);
  return names;
}
