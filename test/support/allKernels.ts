/** The kernels of all parts in one type, for tests to whom the parts are one. */
import type { KernelExports as Core } from "#wasm/kernels";
import type { KernelExports as Images } from "#wasm/kernels-images";
import type { KernelExports as More } from "#wasm/kernels-more";
import type { KernelExports as Recurrent } from "#wasm/kernels-recurrent";

/** Every kernel by name. */
export type AllKernels = Core & Omit<Images & More & Recurrent, "memory">;
