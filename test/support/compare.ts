/** Comparing what was computed with what is right, and saying where it is worst. */
import type { Shape } from "../../src/tensor/shape.js";

/** |got − want| ≤ absolute + relative · |want|. */
export interface Bound {
  readonly relative: number;
  readonly absolute: number;
}

/**
 * Throws unless every value is within the bound; NaN equals NaN, an infinity itself.
 *
 * @param what  what was computed, as the message begins
 * @param at    positions that `want` and `got` hold, where they are not all
 */
export function expectClose(
  what: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  shape: Shape,
  { relative, absolute }: Bound,
  at?: readonly number[],
): void {
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} values instead of ${want.length}`);
  let worst = -1;
  let worstRatio = 1;
  let outside = 0;
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i]) || got[i] === want[i]) continue;
    const allowed = absolute + relative * Math.abs(want[i]);
    const difference = Math.abs(got[i] - want[i]);
    const ratio = Number.isFinite(difference) ? difference / allowed : Infinity;
    if (!(ratio > 1)) continue;
    outside++;
    if (worst < 0 || ratio > worstRatio) [worst, worstRatio] = [i, ratio];
  }
  if (worst < 0) return;
  const index = indexText(at?.[worst] ?? worst, shape);
  const allowed = (absolute + relative * Math.abs(want[worst])).toExponential(2);
  throw new Error(
    `${what}: worst at ${index}: got ${got[worst]}, want ${want[worst]}, allowed ±${allowed}; ${outside} of ${want.length} are outside`,
  );
}

/** Throws unless both hold the same bits. */
export function expectSameBits(what: string, got: ArrayBufferView, want: ArrayBufferView): void {
  const [a, b] = [bytesOf(got), bytesOf(want)];
  const wrong = a.findIndex((byte, i) => byte !== b[i]);
  if (a.length === b.length && wrong < 0) return;
  if (a.length !== b.length) throw new Error(`${what}: ${a.length} bytes instead of ${b.length}`);
  const element = Math.floor(wrong / 4);
  const value = (view: ArrayBufferView): number => (view as Float32Array)[element];
  throw new Error(`${what}: other bits at element ${element}: ${value(got)} instead of ${value(want)}`);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Position `flat` of a row-major array as it stands in a message: `[2, 0, 7]`. */
function indexText(flat: number, shape: Shape): string {
  const index: number[] = [];
  let rest = flat;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${index.join(", ")}]`;
}
