/**
 * The table of kernels: every export of the compiled module under its own name and type, which the compiler wrote down (never by hand).
 * Who calls: src/ops, and src/runtime for its memory primitives. Nobody else.
 */
import { UsageError, message, show } from "../errors.js";
import type { KernelExports } from "#wasm/kernels";

/** Every kernel by name. Pointers in bytes, sizes and strides in elements. */
export type Kernels = Omit<KernelExports, "memory">;

/**
 * Instantiates a compiled module on a memory.
 * Throws UsageError where the module is not lanegrad's or does not fit the memory.
 */
export async function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  let exports: Partial<Kernels>;
  try {
    ({ exports } = await WebAssembly.instantiate(module, { env: { memory } }));
  } catch (error) {
    const hint = "Take simd.wasm or relaxed.wasm of the same version of the package.";
    throw new UsageError(message("init", "the module does not link", { got: show(String(error)), hint }), {
      cause: error,
    });
  }
  if (typeof exports.buildFeatures !== "function") {
    const got = `exports ${show(Object.keys(exports))}`;
    throw new UsageError(message("init", "the module is not lanegrad's", { expected: "its kernels", got }));
  }
  return exports as Kernels;
}
