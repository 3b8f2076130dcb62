/** Where the heap may begin: one past the module's static data. The heap itself belongs to src/runtime. */

/** First free byte of linear memory. */
export function heapBase(): usize {
  return __heap_base;
}
