/** The part of the kernels for what networks need now and then: further functions, losses, optimizers, metrics. Carried by pages whose ops call it. */
import { commands } from "#wasm/commands-more";
import type { KernelExports } from "#wasm/kernels-more";
import { definePart } from "../runtime.js";

/** Its kernels by name. */
export type MoreKernels = Omit<KernelExports, "memory">;

/** The table of its kernels. Errors: UsageError before `init`, and where init ran before this part was imported. */
export const moreKernels = /* @__PURE__ */ definePart({
  ...commands,
  builds: {
    simd: () => import("#wasm/simd-more"),
    relaxed: () => import("#wasm/relaxed-more"),
    "simd-threads": () => import("#wasm/simd-threads-more"),
    "relaxed-threads": () => import("#wasm/relaxed-threads-more"),
  },
}) as () => MoreKernels;
