/**
 * Measures the machine's limits: multiply-adds on registers, memory copies, empty launches, on all threads. Not ops on
 * tensors.
 */
import { copyBytes, peakFlopsPerIteration, peakOnThreads, threadCount } from "#wasm/kernels";
import { empty } from "../tensor/create.js";
import { keep } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";

/** Iterations of one call: about 65 µs. */
const iterations = 40_000;

/** Runs the loop once on every thread. @returns the total number of floating-point operations */
export function peakMultiplyAdds(): number {
  const threads = threadCount();
  const results = launchResults();
  peakOnThreads(results.ptr, iterations);
  results.dispose();
  return iterations * peakFlopsPerIteration() * threads;
}

/** Copies a tensor's memory. @returns the number of bytes read and written */
export function copyStream(out: Tensor, x: Tensor): number {
  const bytes = 4 * Math.min(out.size, x.size);
  copyBytes(out.ptr, x.ptr, bytes);
  return 2 * bytes;
}

/** The output of {@link launchNothing}, (threads, 8). No scope frees it. */
export function launchResults(): Tensor {
  return keep(empty([threadCount(), 8]));
}

/**
 * Launches a call on all threads in which there is nothing to do; each writes the same number ≥ 1 at the start of its
 * row. @param out launchResults()
 */
export function launchNothing(out: Tensor): void {
  peakOnThreads(out.ptr, 0);
}
