/** Digits on a larger canvas, moved and scaled. Letters: N pictures, S side of the canvas. */
import { type Dataset, type Random, tensor } from "lanegrad";

const side = 28;
/** The largest shift, in pixels right and down. */
export const largestShift = 8;
/** S: large enough that a shifted digit is not cut off. */
export const canvas = side + 2 * largestShift;

/** Where a digit lies, and how large it is. */
export interface Place {
  /** Pixels from the middle. */
  readonly right: number;
  readonly down: number;
  /** 1 is its own size. */
  readonly scale: number;
}

/** Digits of a set on the canvas, (N, S, S, 1). @param place of the picture; by bilinear interpolation if scaled */
export function placed({ x, y }: Dataset, rows: Int32Array, place: (picture: number) => Place): Dataset {
  const N = rows.length;
  const [pixels, labels] = [x.toTypedArray(), y.toTypedArray()];
  const pictures = new Uint8Array(N * canvas * canvas);
  for (const [i, row] of rows.entries())
    draw(pictures.subarray(i * canvas * canvas), pixels.subarray(row * side * side, (row + 1) * side * side), place(i));
  return { x: tensor(pictures, [N, canvas, canvas, 1]), y: tensor(Int32Array.from(rows, (row) => labels[row])) };
}

function draw(picture: { [at: number]: number }, digit: ArrayLike<number>, { right, down, scale }: Place): void {
  const half = scale * (side / 2);
  const [middleX, middleY] = [canvas / 2 + right, canvas / 2 + down];
  const from = (middle: number): number => Math.max(0, Math.floor(middle - half));
  const to = (middle: number): number => Math.min(canvas, Math.ceil(middle + half));
  const [first, last] = [from(middleX), to(middleX)]; // prettier-ignore
  for (let row = from(middleY); row < to(middleY); row++) {
    const v = (row + 0.5 - middleY) / scale + side / 2 - 0.5;
    for (let column = first; column < last; column++) {
      const u = (column + 0.5 - middleX) / scale + side / 2 - 0.5;
      picture[row * canvas + column] = scale === 1 ? digit[v * side + u] : between(digit, v, u);
    }
  }
}

/** The brightness between four pixels; outside is 0. */
function between(digit: ArrayLike<number>, v: number, u: number): number {
  const [top, left] = [Math.floor(v), Math.floor(u)];
  const [dv, du] = [v - top, u - left];
  const at = (row: number, column: number): number =>
    Math.min(row, column) < 0 || Math.max(row, column) >= side ? 0 : digit[row * side + column];
  const upper = at(top, left) * (1 - du) + at(top, left + 1) * du;
  const lower = at(top + 1, left) * (1 - du) + at(top + 1, left + 1) * du;
  return Math.round(upper * (1 - dv) + lower * dv);
}

/** A place by lot: shifted by up to {@link largestShift} pixels along both axes. */
export function anywhere(random: Random): Place {
  const shift = (): number => random.integer(2 * largestShift + 1) - largestShift;
  return { right: shift(), down: shift(), scale: 1 };
}

/** The first rows of a set. */
export function firstOf({ x }: Dataset, most: number): Int32Array {
  return Int32Array.from({ length: Math.min(most, x.shape[0]) }, (_, i) => i);
}
