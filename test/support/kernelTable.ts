/**
 * The table of kernels, wrapped: calls run as the shares of several threads one after the other, or a kernel is replaced by a faulty one.
 * Real threads and recordings wrap the table in the same place (src/runtime/runtime.ts, exchangeKernels).
 */
import { exchangeKernels, kernels } from "../../src/runtime/runtime.js";
import type { Kernels } from "../../src/runtime/kernels.js";

/** Names of the table that are no loops over memory: the module itself, thread shares, sizes of scratch. */
const isPlain = (name: string): boolean =>
  /^((set|begin|end|thread|heap|build).*|replay|launch|work)$|(Scratch|Block|Mask)Bytes$|Count$/.test(name);

type Kernel = (...args: number[]) => unknown;

/** A table where each kernel goes through `wrap`. */
function wrapped(below: Kernels, wrap: (kernel: Kernel, name: string) => Kernel): Kernels {
  const entries = Object.entries(below).map(([name, kernel]) => [name, isPlain(name) ? kernel : wrap(kernel, name)]);
  return Object.fromEntries(entries) as Kernels;
}

/** Runs `fn` with `table` in the place of the kernels. */
function withTable<T>(table: Kernels, fn: () => T): T {
  const below = exchangeKernels(table);
  try {
    return fn();
  } finally {
    exchangeKernels(below);
  }
}

/** Runs `fn` where every kernel call is cut into the shares of `count` threads, however small the work. */
export function withThreads<T>(count: number, fn: () => T): T {
  if (count === 1) return fn();
  const below = kernels();
  below.setSmallWork(0);
  below.setThread(0, count);
  try {
    return withTable(
      wrapped(below, (kernel) => (...args) => {
        for (let i = count - 1; i >= 0; i--) {
          below.setThread(i, count); // the last share first: the order must not matter
          kernel(...args);
        }
      }),
      fn,
    );
  } finally {
    below.setThread(0, 1);
    below.setSmallWork(16384);
  }
}

/** Runs `fn` where kernel `name` is what `fault` makes of it. */
export function withFault<K extends keyof Kernels, T>(
  name: K,
  fault: (kernel: Kernels[K]) => Kernels[K],
  fn: () => T,
): T {
  const below = kernels();
  return withTable({ ...below, [name]: fault(below[name]) }, fn);
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
  withTable(wrapped(kernels(), watch), fn);
  return names;
}
