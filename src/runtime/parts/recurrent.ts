/** The part of the kernels for recurrent layers. Taken by the ops that call it, and carried by pages that have one of these. */
import { commands } from "#wasm/commands-recurrent";
import type { KernelExports } from "#wasm/kernels-recurrent";
import { definePart } from "../runtime.js";

/** Its kernels by name. */
export type RecurrentKernels = Omit<KernelExports, "memory">;

/** The table of its kernels. Errors: UsageError before `init`, and where init ran before this part was imported. */
export const recurrentKernels = /* @__PURE__ */ definePart({
  ...commands,
  builds: {
    simd: () => import("#wasm/simd-recurrent"),
    relaxed: () => import("#wasm/relaxed-recurrent"),
    "simd-threads": () => import("#wasm/simd-threads-recurrent"),
    "relaxed-threads": () => import("#wasm/relaxed-threads-recurrent"),
  },
}) as () => RecurrentKernels;
