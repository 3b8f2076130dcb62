/**
 * The kernels come in parts, so that a page carries only those that it calls. A part is registered by the module that
 * gives ops its table of kernels (parts/); bundlers drop that module when no op in the bundle imports it. `init` loads
 * the registered parts. Compiles nothing.
 */
import { commands } from "#wasm/commands";

/** The bytes of a module; what DOM's types call BufferSource. */
export type ModuleBytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** The builds that a part is carried in: plain or relaxed SIMD, each without and with shared memory. */
export type CarriedBuild = "simd" | "relaxed" | "simd-threads" | "relaxed-threads";

/** A part: what scripts/dispatch.mjs says about it, and its modules, each imported when it is chosen. */
export interface Part {
  readonly name: string;
  /** The part's position; 0 is the core, which every page has. */
  readonly number: number;
  /** The float parameters of its kernels, as in build/wasm/commands.d.ts. */
  readonly floats: string;
  readonly tableHash: number;
  readonly builds: Readonly<Record<CarriedBuild, () => Promise<{ readonly base64: string }>>>;
}

/** Part 0: what nearly every network needs, and the runner of command lists. */
export const core: Part = {
  ...commands,
  builds: {
    simd: () => import("#wasm/simd"),
    relaxed: () => import("#wasm/relaxed"),
    "simd-threads": () => import("#wasm/simd-threads"),
    "relaxed-threads": () => import("#wasm/relaxed-threads"),
  },
};

const registered: Part[] = [core];

/** Every part that the ops in this program need, the core first. */
export function registeredParts(): readonly Part[] {
  return registered;
}

/** Adds a part to those that `init` loads. */
export function registerPart(part: Part): void {
  registered.push(part);
}
