/**
 * The table of kernels: every export of the compiled module under its own name and type, which the compiler wrote down (never by hand).
 * Who calls: src/ops, and src/runtime for its memory primitives. Nobody else.
 */
import { UsageError, message, show } from "../errors.js";
import { tableHash } from "#wasm/commands";
import type { KernelExports } from "#wasm/kernels";

/** Every kernel by name. Pointers in bytes, sizes and strides in elements. */
export type Kernels = Omit<KernelExports, "memory">;

const hint = "Take simd.wasm or relaxed.wasm of the same version of the package.";

/**
 * Instantiates a compiled module on a memory.
 * Throws UsageError where the module is not lanegrad's, is of another version, or does not fit the memory.
 */
export async function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  let exports: Partial<Kernels>;
  try {
    ({ exports } = await WebAssembly.instantiate(module, { env: { memory } }));
  } catch (error) {
    throw new UsageError(message("init", "the module does not link", { got: show(String(error)), hint }), {
      cause: error,
    });
  }
  if (typeof exports.tableHash !== "function") {
    const got = `exports ${show(Object.keys(exports))}`;
    throw new UsageError(message("init", "the module is not lanegrad's", { expected: "its kernels", got, hint }));
  }
  const hash = exports.tableHash();
  if (hash !== tableHash) {
    const values = { expected: `table ${tableHash}`, got: `table ${hash}`, hint };
    throw new UsageError(message("init", "the module is of another version of lanegrad", values));
  }
  return exports as Kernels;
}
