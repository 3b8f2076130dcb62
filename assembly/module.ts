/** What a compiled module says about itself. Does not touch memory. */

/**
 * First free byte of linear memory: one past the static data of all parts. The heap above it belongs to src/runtime.
 * Part p has bytes 4096 p … 4096 (p + 1); scripts/statics.mjs checks that its data stays there.
 */
export function heapBase(): usize {
  return 8 * 4096;
}

/** Instructions this build uses: bit 0 relaxed SIMD, bit 1 threads (shared memory). */
export function buildFeatures(): i32 {
  return (ASC_FEATURE_RELAXED_SIMD ? 1 : 0) | (ASC_FEATURE_THREADS ? 2 : 0);
}
