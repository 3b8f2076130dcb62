/** Numbers for benchmarks: the same on every machine, so that runs compare. */

/** `length` pseudo-random numbers in [−1, 1). */
export function randomValues(length: number): Float32Array {
  const values = new Float32Array(length);
  let state = length;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 31 - 1;
  }
  return values;
}
