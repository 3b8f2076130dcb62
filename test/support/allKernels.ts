/** The kernels of all parts in one type, for tests to whom the parts are one. */
import type * as kernels from "#wasm/kernels";
import type { launch, replay, resume, tableHash, work } from "#wasm/kernels-core";

/** Every kernel by name, and what the core adds to them. */
export type AllKernels = typeof kernels & {
  readonly memory: WebAssembly.Memory;
  readonly launch: typeof launch;
  readonly replay: typeof replay;
  readonly resume: typeof resume;
  readonly tableHash: typeof tableHash;
  readonly work: typeof work;
};
