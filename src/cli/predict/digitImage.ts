/**
 * A digit anywhere on a sheet, prepared as MNIST's digits were: its ink scaled into a box of 20 × 20 pixels, its centre
 * of mass in pixel (14, 14) of 28 × 28. One digit per sheet: specks count as ink. Does not turn or slant.
 * Source: LeCun et al. 1998, "Gradient-based learning applied to document recognition", section III.A.
 */
import { DataError, message } from "../../errors.js";
import { type Plane, borderMean, inkPlane, resample } from "./image.js";
import type { RgbaImage } from "../../data/formats/png.js";

const side = 28;
const box = 20;
/**
 * The position of the centre of mass, from the left and from the top: the middle of pixel 14, counted from 0, as in
 * MNIST's own files.
 */
const middle = 14.5;
/** Ink below this share of the strongest counts as grain of the paper. */
const grain = 0.3;
/** A sheet whose strongest ink is less than this above its ground, of 255, is empty. */
const faintest = 24;

/**
 * The digit as (28, 28) bytes, 255 for ink. A picture of 28 × 28 is used as it is.
 * @throws {DataError} for an empty sheet
 */
export function digitInput(image: RgbaImage): Uint8Array {
  const ink = inkPlane(image);
  if (image.width === side && image.height === side) return Uint8Array.from(ink, Math.round);
  const ground = borderMean(ink, image);
  const strongest = largest(ink) - ground;
  if (strongest < faintest) {
    const hint = "A digit should be dark on bright paper or bright on dark.";
    throw new DataError(message("predict", "there is no ink in the picture", { hint }));
  }
  const clean = new Float32Array(ink.length);
  for (let i = 0; i < ink.length; i++) clean[i] = (ink[i] - ground) / strongest >= grain ? ink[i] - ground : 0;
  const { height, width, x, y } = extent(clean, image);
  const scale = Math.max(height, width) / box;
  const window = { left: x - middle * scale, top: y - middle * scale, scale };
  const digit = resample(clean, image, window, { height: side, width: side }, 0);
  const brightest = largest(digit);
  return Uint8Array.from(digit, (value) => Math.round((255 * value) / brightest));
}

/** The largest value, at least 0. */
function largest(plane: Plane): number {
  let most = 0;
  for (let i = 0; i < plane.length; i++) most = Math.max(most, plane[i]);
  return most;
}

/** Size of the box around the ink, and the ink's centre of mass, in pixels; a pixel's own centre is at + ½. */
function extent(ink: Plane, { width: columns }: RgbaImage): { height: number; width: number; x: number; y: number } {
  let [left, right, top, bottom, mass, massX, massY] = [Infinity, 0, Infinity, 0, 0, 0, 0];
  for (let i = 0; i < ink.length; i++) {
    const value = ink[i];
    if (value === 0) continue;
    const [row, column] = [Math.floor(i / columns), i % columns];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
    mass += value;
    massX += value * (column + 0.5);
    massY += value * (row + 0.5);
  }
  return { height: bottom - top, width: right - left, x: massX / mass, y: massY / mass };
}
