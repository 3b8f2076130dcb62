/**
 * Decimal numbers read from ASCII bytes, without making strings. Does not know words such as NaN or Infinity.
 *
 * Note [Exact decimals]: an integer m < 10¹⁵ and a power 10ᵏ, |k| ≤ 22, are float64 values, so m · 10ᵏ or m / 10⁻ᵏ is rounded once and right (Clinger, "How
 * to Read Floating Point Numbers Accurately", 1990). Of a longer number the first 15 digits are such an m, and its
 * value lies between those of m and m + 1: where both give the same float32, so does the number, since rounding keeps
 * the order. What remains is left to the caller.
 */

const powers = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const [plus, minus, zero, nine] = [43, 45, 48, 57];

/**
 * The float32 value that Math.fround(Number(text)) gives.
 *
 * @param point  the byte between whole and fraction, "." or ","
 * @returns      NaN where the bytes are no decimal number, or one that takes another way to be read right
 */
export function float32FromDecimal(bytes: Uint8Array, start: number, end: number, point: number): number {
  let at = start;
  const isNegative = bytes[at] === minus;
  if (isNegative || bytes[at] === plus) at++;
  let m = 0;
  let digits = 0; // of m, without zeros in front
  let power = 0;
  let isCut = false;
  let hasDigits = false;
  let inFraction = false;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte >= zero && byte <= nine) {
      hasDigits = true;
      if (digits < 15) {
        m = 10 * m + (byte - zero);
        if (m > 0) digits++;
        if (inFraction) power--;
      } else {
        isCut = true;
        if (!inFraction) power++;
      }
    } else if (byte === point && !inFraction) inFraction = true;
    else break;
  }
  if (!hasDigits) return NaN;
  if (at < end) {
    const exponent = exponentFrom(bytes, at, end);
    if (exponent === undefined) return NaN;
    power += exponent;
  }
  const value = Math.fround(scaled(m, power));
  if (isCut && Math.fround(scaled(m + 1, power)) !== value) return NaN;
  return isNegative ? -value : value;
}

/** m · 10ᵖ; NaN where |p| > 22, which the table does not have. */
const scaled = (m: number, power: number): number => (power < 0 ? m / powers[-power] : m * powers[power]);

/** The exponent of "e-12"; undefined where the bytes are none, or one of more than three digits. */
function exponentFrom(bytes: Uint8Array, start: number, end: number): number | undefined {
  if ((bytes[start] | 32) !== 101) return undefined;
  let at = start + 1;
  const isNegative = bytes[at] === minus;
  if (isNegative || bytes[at] === plus) at++;
  if (at >= end || end - at > 3) return undefined;
  let exponent = 0;
  for (; at < end; at++) {
    if (bytes[at] < zero || bytes[at] > nine) return undefined;
    exponent = 10 * exponent + (bytes[at] - zero);
  }
  return isNegative ? -exponent : exponent;
}
