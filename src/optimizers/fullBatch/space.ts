/**
 * What full-batch methods need of vectors, so that each method is written once: for float64 arrays (doubles.ts) and for
 * float32 slabs in linear memory (floats.ts). Letters: n elements.
 */

/** Vectors of one length. V is what holds one. */
export interface Space<V> {
  /** n */
  readonly size: number;
  /** The relative error of a function's value that rounding alone may make. */
  readonly noise: number;
  /** A new vector of zeros. @throws {MemoryError} */
  make(): V;
  /** out = a · x + b · y; out may be x or y. */
  combine(out: V, a: number, x: V, b: number, y: V): void;
  /** Σ x · y, in float64. */
  dot(x: V, y: V): number;
  /** max |x|, NaN where x has one. */
  largest(x: V): number;
  /** A copy of the values. */
  read(x: V): Float64Array;
  write(x: V, values: Float64Array): void;
}
