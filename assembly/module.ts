/** What a compiled module says about itself. Does not touch memory. */

/** First free byte of linear memory: one past the static data. The heap above it belongs to src/runtime. */
export function heapBase(): usize {
  return __heap_base;
}

/** Instructions this build uses: bit 0 relaxed SIMD, bit 1 threads (shared memory). */
export function buildFeatures(): i32 {
  return (ASC_FEATURE_RELAXED_SIMD ? 1 : 0) | (ASC_FEATURE_THREADS ? 2 : 0);
}
