/** Lanes of two vectors brought together; two rounds of it transpose four vectors. Each is one instruction. */

/** (x₀ y₀ x₁ y₁) */
// @ts-ignore: decorator
@inline
export function lowPairs(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}

/** (x₂ y₂ x₃ y₃) */
// @ts-ignore: decorator
@inline
export function highPairs(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}

/** (x₀ x₁ y₀ y₁) */
// @ts-ignore: decorator
@inline
export function lowHalves(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

/** (x₂ x₃ y₂ y₃) */
// @ts-ignore: decorator
@inline
export function highHalves(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}
