/**
 * The tables of kernels: every function of a compiled part at its number, or under its name where only the runtime calls
 * it. Called through `#wasm/kernels` by src/ops, and by src/runtime for its memory primitives. By nobody else.
 */
import type * as coreFunctions from "#wasm/kernels-core";
import { UsageError, message, show } from "../errors.js";
import type { KernelTable, Part } from "./parts.js";

/** Every function of the core by name. Pointers in bytes, sizes and strides in elements. */
export type Kernels = Omit<typeof coreFunctions, "part">;

/** What a thread's instances of all parts share. */
export interface Imports {
  readonly memory: WebAssembly.Memory;
  /**
   * For each part, at its number, the function that runs one of its commands; at 0, the tiles of wide mode:
   * Note [Parts] in assembly/launch.ts.
   */
  readonly table: WebAssembly.Table;
  /** Note [Thread state] in assembly/thread.ts. */
  readonly [state: string]: WebAssembly.Memory | WebAssembly.Table | WebAssembly.Global;
}

/** The initial values of a thread's state; those of workers are set in threads.ts. */
export const firstState = { threadIndex: 0, threadCount: 1, isAlone: 0, smallWork: 16384, hasSplit: 0, wide: 0 };

/** The maximum number of parts: assembly/module.ts. */
export const mostParts = 8;

/** The imports of one thread's parts on this memory. */
export function makeImports(memory: WebAssembly.Memory): Imports {
  const state = Object.entries(firstState).map(
    ([name, value]) => [name, new WebAssembly.Global({ value: "i32", mutable: true }, value)] as const,
  );
  const table = new WebAssembly.Table({ element: "anyfunc", initial: mostParts });
  return { ...Object.fromEntries(state), memory, table };
}

/**
 * Instantiates a part's module.
 * @throws {UsageError} when it is not that part of lanegrad's kernels, belongs to another version, or does not fit the
 *   memory
 */
export async function instantiate(module: WebAssembly.Module, imports: Imports, part: Part): Promise<KernelTable> {
  const suffix = part.number === 0 ? "" : `-${part.name}`;
  const hint = `Use simd${suffix}.wasm or relaxed${suffix}.wasm of the same version of the package.`;
  let exports: KernelTable;
  try {
    ({ exports } = (await WebAssembly.instantiate(module, { env: imports })) as unknown as { exports: KernelTable });
  } catch (error) {
    throw new UsageError(message("init", "the module does not link", { got: show(String(error)), hint }), {
      cause: error,
    });
  }
  if (typeof exports.tableHash !== "function") {
    const got = `exports ${show(Object.keys(exports))}`;
    throw new UsageError(message("init", "the module is not one of lanegrad", { expected: "its kernels", got, hint }));
  }
  const hash = exports.tableHash();
  if (hash !== part.tableHash) {
    const values = { expected: `table ${part.tableHash}`, got: `table ${String(hash)}`, hint };
    throw new UsageError(message("init", "the module belongs to another version of lanegrad", values));
  }
  if (part.number > 0) imports.table.set(part.number, exports.run);
  if (exports.wideColumn) imports.table.set(0, exports.wideColumn);
  return exports[0] === undefined ? withNumbers(exports) : exports;
}

/**
 * The table of a module whose exports have their names, as in the `.wasm` files of the package: scripts/dispatch.mjs
 * numbers functions in the order of names. In what the package carries, numbers stand in place of the names.
 */
function withNumbers(exports: KernelTable): KernelTable {
  const names = Object.keys(exports).filter((name) => typeof exports[name] === "function");
  return Object.assign(Object.fromEntries(names.sort().map((name, i) => [i, exports[name]])), exports);
}
