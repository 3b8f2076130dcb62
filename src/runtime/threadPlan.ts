/** Decides how many threads to use, and why, for `info()`. Starts none. */
import type { Features } from "./features.js";

const mostByDefault = 8;

/** A number of threads, the caller's own included, and the reason for it in words. */
export interface ThreadPlan {
  readonly count: number;
  readonly reason: string;
}

/** Plans the threads. @param wanted the number the user asked for; undefined: one per core, at most 8 */
export function planThreads(wanted: number | undefined, { sharedMemory }: Features): ThreadPlan {
  if (wanted === 1) return { count: 1, reason: "as asked for" };
  if (!sharedMemory) {
    // Node has no such flag; pages and their workers have.
    const headers =
      "; serve the page with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
    return {
      count: 1,
      reason: `memory cannot be shared here${globalThis.crossOriginIsolated === false ? headers : ""}`,
    };
  }
  if (wanted !== undefined) return { count: wanted, reason: "as asked for" };
  const cores = countCores();
  if (cores === 1) return { count: 1, reason: "the machine has one core" };
  const count = Math.min(cores, mostByDefault);
  return { count, reason: count < cores ? `${count} of ${cores} cores` : `one for each of ${cores} cores` };
}

function countCores(): number {
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
