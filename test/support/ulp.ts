/**
 * Errors of float32 results in units in the last place, and float64 references that Math lacks.
 * One ulp is the distance of neighbouring float32 numbers around the exact value; below the normal range it is 2⁻¹⁴⁹.
 */

/** The distance between neighbouring float32 numbers around `value`. */
export function ulpOf(value: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  return 2 ** (Math.max(exponent, -126) - 23);
}

/** |actual − exact| in ulp of `exact`; 0 where both are the same infinity or NaN. */
export function ulpError(actual: number, exact: number): number {
  if (Object.is(actual, exact) || actual === exact) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(exact)) return Infinity;
  return Math.abs(actual - exact) / ulpOf(exact);
}

/** The largest error of `actual` over the arguments x, and where it is. */
export function worstUlp(
  actual: Float32Array,
  x: Float32Array,
  exact: (x: number) => number,
): { ulp: number; at: number } {
  let ulp = 0;
  let at = NaN;
  for (let i = 0; i < x.length; i++) {
    const error = ulpError(actual[i], exact(x[i]));
    if (error > ulp) {
      ulp = error;
      at = x[i];
    }
  }
  return { ulp, at };
}

/** n float32 numbers evenly from low to high. */
export function evenly(low: number, high: number, n: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));
}

/** n float32 numbers from low to high, both positive, evenly in their bits: as many in each power of two. */
export function evenlyInBits(low: number, high: number, n: number): Float32Array {
  const ends = new Uint32Array(new Float32Array([low, high]).buffer);
  const bits = Uint32Array.from({ length: n }, (_, i) => Math.round(ends[0] + ((ends[1] - ends[0]) * i) / (n - 1)));
  return new Float32Array(bits.buffer);
}

/**
 * Φ(x), the normal distribution function, to 1e-13 relative in both tails: the series of Φ − ½ up to |x| = 3, beyond it the continued
 * fraction of the tail (Abramowitz & Stegun 26.2.11, 26.2.14).
 */
export function normalCdf(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) <= 3) {
    let term = x;
    let sum = x;
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / (Math.abs(x) + fraction);
  const tail = density / (Math.abs(x) + fraction);
  return x < 0 ? tail : 1 - tail;
}
