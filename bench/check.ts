/**
 * Compares a result with float64 arithmetic at samples before anything is timed. A wrong kernel is not timed, however
 * fast it is.
 */

/** A result differs from float64 arithmetic by more than rounding explains. */
export class WrongResultError extends Error {
  override readonly name = "WrongResultError";
}

/** How many elements of a result are compared, and how many more at its end, where tails are. */
const [spread, tail] = [1000, 16];

/**
 * The indices of a result of `length` elements that are compared: spread over it, including its first and last ones, at
 * changing columns.
 */
export function samplePlaces(length: number): number[] {
  const step = Math.floor(length / spread) | 1;
  const places = new Set<number>();
  for (let at = 0; at < length; at += step) places.add(at);
  for (let at = Math.max(0, length - tail); at < length; at++) places.add(at);
  return [...places];
}

/** The expected result. */
export interface Expectation {
  /** The element at `at`, by float64 arithmetic. */
  readonly value: (at: number) => number;
  /** The largest error that rounding explains. */
  readonly tolerance: (value: number, at: number) => number;
}

/**
 * Compares samples of a result.
 *
 * @param what  for the message, such as "square 64"
 * @throws {WrongResultError} with the index and both values; NaN is always wrong
 */
export function checkSamples(what: string, got: ArrayLike<number>, { value, tolerance }: Expectation): void {
  for (const at of samplePlaces(got.length)) {
    const expected = value(at);
    if (Math.abs(got[at] - expected) <= tolerance(expected, at)) continue;
    const limit = `${expected} ± ${tolerance(expected, at).toExponential(1)}`;
    const place = `element ${at} of ${got.length} is wrong`;
    throw new WrongResultError(`bench: ${what}: ${place}; expected ${limit}, got ${got[at]}. It is not timed.`);
  }
}
