/** The part of the kernels for images: convolution, pooling, resizing, distortion. Taken by the ops that call it, and carried by pages that have one of these. */
import { commands } from "#wasm/commands-images";
import type { KernelExports } from "#wasm/kernels-images";
import { definePart } from "../runtime.js";

/** Its kernels by name. */
export type ImageKernels = Omit<KernelExports, "memory">;

/** The table of its kernels. Errors: UsageError before `init`, and where init ran before this part was imported. */
export const imageKernels = /* @__PURE__ */ definePart({
  ...commands,
  builds: {
    simd: () => import("#wasm/simd-images"),
    relaxed: () => import("#wasm/relaxed-images"),
    "simd-threads": () => import("#wasm/simd-threads-images"),
    "relaxed-threads": () => import("#wasm/relaxed-threads-images"),
  },
}) as () => ImageKernels;
