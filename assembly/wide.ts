/**
 * Wide mode: whether V8 fuses neighbouring operations of 128 bits into one of 256 (src/runtime/wide.ts asks it to, before it compiles), so that tiles of
 * twice as many columns fit in the registers. Without the fusing such tiles spill and are slow, but right. Does not know what the engine does.
 */

/** ≠ 0 in wide mode: Note [Thread state] in thread.ts. */
// @ts-ignore: decorator
@external("env", "wide")
declare let wide: i32;

/** Selects the wide tiles (1) or the usual ones (0). @returns 1 where this build has wide tiles and takes them */
export function setWide(on: i32): i32 {
  wide = ASC_FEATURE_RELAXED_SIMD && on != 0 ? 1 : 0;
  return wide;
}

/** True in wide mode. */
// @ts-ignore: decorator
@inline
export function isWide(): bool {
  return ASC_FEATURE_RELAXED_SIMD && wide != 0;
}
