/** The machine's arithmetic limit, for measurements: multiply-adds on registers, without memory, on all threads. Not an op on tensors. */
import { kernels } from "../runtime/runtime.js";
import { empty } from "../tensor/create.js";
import { keep } from "../tensor/scope.js";

/** Iterations of one call: about 65 µs. */
const iterations = 40_000;

/** Runs the loop once on every thread. @returns how many floating-point operations that were together */
export function peakMultiplyAdds(): number {
  const { peakOnThreads, peakFlopsPerIteration, threadCount } = kernels();
  const threads = threadCount();
  const results = keep(empty([threads, 8]));
  peakOnThreads(results.ptr, iterations);
  results.dispose();
  return iterations * peakFlopsPerIteration() * threads;
}
