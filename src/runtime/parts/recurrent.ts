/** The part of the kernels for recurrent layers. Only pages that use an op which imports it carry it. */
import { commands } from "#wasm/commands-recurrent";
import type { KernelExports } from "#wasm/kernels-recurrent";
import { definePart } from "../runtime.js";

/** The part's kernels by name. */
export type RecurrentKernels = Omit<KernelExports, "memory">;

/**
 * The table of the part's kernels. @throws {UsageError} before `init`, or when `init` ran before this part was imported
 */
export const recurrentKernels = /* @__PURE__ */ definePart({
  ...commands,
  builds: {
    simd: () => import("#wasm/simd-recurrent"),
    relaxed: () => import("#wasm/relaxed-recurrent"),
    "simd-threads": () => import("#wasm/simd-threads-recurrent"),
    "relaxed-threads": () => import("#wasm/relaxed-threads-recurrent"),
  },
}) as () => RecurrentKernels;
