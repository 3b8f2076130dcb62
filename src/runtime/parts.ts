/**
 * The kernels come in parts, so that a page carries only those that it calls. A part is registered by the module through
 * which ops call its kernels (`#wasm/kernels`, written by scripts/accessors.mjs); bundlers drop that module when no op in
 * the bundle imports a kernel of it. `init` loads the registered parts. Compiles nothing.
 */
import { part as core } from "#wasm/kernels-core";
import { type Part, registered } from "#wasm/parts";

export type { CarriedBuild, KernelTable, Part } from "#wasm/parts";

/** Part 0: what nearly every network needs, and the runner of command lists. */
export { core };

/** The bytes of a module; what DOM's types call BufferSource. */
export type ModuleBytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** Every part that the ops in this program need, the core first. */
export function registeredParts(): readonly Part[] {
  return registered.filter((part) => part !== undefined);
}
