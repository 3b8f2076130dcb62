/**
 * The part of the kernels that networks need now and then: further functions, losses, optimizers, metrics. Only pages
 * that use an op which imports it carry it.
 */
import { commands } from "#wasm/commands-more";
import type { KernelExports } from "#wasm/kernels-more";
import { definePart } from "../runtime.js";

/** The part's kernels by name. */
export type MoreKernels = Omit<KernelExports, "memory">;

/**
 * The table of the part's kernels. @throws {UsageError} before `init`, or when `init` ran before this part was imported
 */
export const moreKernels = /* @__PURE__ */ definePart({
  ...commands,
  builds: {
    simd: () => import("#wasm/simd-more"),
    relaxed: () => import("#wasm/relaxed-more"),
    "simd-threads": () => import("#wasm/simd-threads-more"),
    "relaxed-threads": () => import("#wasm/relaxed-threads-more"),
  },
}) as () => MoreKernels;
