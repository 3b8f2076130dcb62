/**
 * The part of the kernels for images: convolution, pooling, resizing, distortion. Only pages that use an op which
 * imports it carry it.
 */
import { commands } from "#wasm/commands-images";
import type { KernelExports } from "#wasm/kernels-images";
import { definePart } from "../runtime.js";

/** The part's kernels by name. */
export type ImageKernels = Omit<KernelExports, "memory">;

/**
 * The table of the part's kernels. @throws {UsageError} before `init`, or when `init` ran before this part was imported
 */
export const imageKernels = /* @__PURE__ */ definePart({
  ...commands,
  builds: {
    simd: () => import("#wasm/simd-images"),
    relaxed: () => import("#wasm/relaxed-images"),
    "simd-threads": () => import("#wasm/simd-threads-images"),
    "relaxed-threads": () => import("#wasm/relaxed-threads-images"),
  },
}) as () => ImageKernels;
