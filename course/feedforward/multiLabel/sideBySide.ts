/** Pictures of several digits side by side, with the set of those that are there. Letters: N pictures, P places. */
import type { Random } from "lanegrad";
import { type Dataset, type Tensor, tensor } from "lanegrad";

/** The side of a digit in pixels. */
export const side = 28;

/** Pictures and which digits are on them. */
export interface Pictures {
  /** (N, 28, 28 · P, 1) */
  readonly x: Tensor;
  /** (N, 10): 1 for each digit that is there. */
  readonly present: Float32Array;
  /** How many of the ten are there, for each picture. */
  readonly counts: readonly number[];
}

/**
 * Draws 1 … P digits of some rows onto each picture, in places by lot.
 *
 * @param rows  the rows of the digits that may be used, from and to (exclusive)
 */
export function sideBySide(
  { x, y }: Dataset,
  [from, to]: readonly [from: number, to: number],
  N: number,
  P: number,
  random: Random,
): Pictures {
  const [pixels, labels] = [x.toTypedArray(), y.toTypedArray()];
  const pictures = new Uint8Array(N * side * side * P);
  const present = new Float32Array(10 * N);
  for (let n = 0; n < N; n++) {
    const places = random.permutation(P).subarray(0, 1 + random.integer(P));
    for (const place of places) {
      const digit = from + random.integer(to - from);
      present[10 * n + labels[digit]] = 1;
      for (let row = 0; row < side; row++) {
        const at = side * (side * digit + row);
        pictures.set(pixels.subarray(at, at + side), side * P * (side * n + row) + side * place);
      }
    }
  }
  const counts = Array.from({ length: N }, (_, n) => present.subarray(10 * n, 10 * n + 10).reduce((a, b) => a + b, 0));
  return { x: tensor(pictures, [N, side, side * P, 1]), present, counts };
}
