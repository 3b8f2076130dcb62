/**
 * Converts a picture of any size to what an image network was trained on: H × W pixels of C = 1 (bright ink on a dark
 * ground, as in MNIST) or C = 3 channels, bytes from 0 to 255. The picture keeps its proportions and is centred; the
 * free margin gets the colour of its border. It is not cropped, turned or sharpened: a digit should fill the picture
 * about as it does in the training data.
 */
import { UsageError, message } from "../../errors.js";
import type { RgbaImage } from "../../data/formats/png.js";

/** The input of a network. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** One number per pixel, 0 to 255. */
export type Plane = Float32Array;

/**
 * The picture as (height, width, channels), row-major bytes.
 *
 * One channel: brightness, inverted if the border is bright; transparent parts show a ground of contrasting brightness.
 * Three channels: red, green, blue; transparent parts show white. An output pixel is the mean of the area that it
 * covers.
 *
 * @throws {UsageError} unless the network takes 1 or 3 channels
 */
export function imageInput(image: RgbaImage, { height, width, channels }: ImageShape): Uint8Array {
  const planes = channels === 1 ? [inkPlane(image)] : channels === 3 ? colorPlanes(image) : undefined;
  if (planes === undefined) {
    const expected = "a network with 1 or 3 input channels";
    throw new UsageError(message("predict", "a picture does not fit", { expected, got: `C = ${channels}` }));
  }
  const scale = Math.max(image.width / width, image.height / height);
  const out = new Uint8Array(height * width * channels);
  for (const [c, plane] of planes.entries()) {
    const ground = borderMean(plane, image);
    const left = (image.width - width * scale) / 2;
    const top = (image.height - height * scale) / 2;
    const fitted = resample(plane, image, { left, top, scale }, { height, width }, ground);
    for (let i = 0; i < fitted.length; i++) out[i * channels + c] = Math.round(fitted[i]);
  }
  return out;
}

/** ITU-R BT.601's brightness of a pixel. */
const brightness = (pixels: Uint8Array, at: number): number =>
  0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];

/**
 * Brightness, inverted if the border is bright, so that ink is bright on a dark ground. Transparent parts show a ground
 * of contrasting brightness.
 */
export function inkPlane(image: RgbaImage): Plane {
  const { pixels } = image;
  let bright = 0;
  let opaque = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    bright += brightness(pixels, at) * pixels[at + 3];
    opaque += pixels[at + 3];
  }
  const plane = over(bright < 127.5 * opaque ? 255 : 0, pixels, (at) => brightness(pixels, at));
  if (borderMean(plane, image) > 127.5) for (let i = 0; i < plane.length; i++) plane[i] = 255 - plane[i];
  return plane;
}

const colorPlanes = ({ pixels }: RgbaImage): Plane[] => [0, 1, 2].map((c) => over(255, pixels, (at) => pixels[at + c]));

/** A value of each pixel, mixed with the ground by the pixel's opacity. */
function over(ground: number, pixels: Uint8Array, valueAt: (at: number) => number): Plane {
  const plane = new Float32Array(pixels.length / 4);
  for (let i = 0; i < plane.length; i++) {
    const opacity = pixels[4 * i + 3] / 255;
    plane[i] = opacity * valueAt(4 * i) + (1 - opacity) * ground;
  }
  return plane;
}

/** Mean of the outermost pixels. */
export function borderMean(plane: Plane, { width, height }: RgbaImage): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1); // the first and the last pixel of an inner row
    for (let x = 0; x < width; x += step) {
      sum += plane[y * width + x];
      count++;
    }
  }
  return sum / count;
}

/**
 * Where an output's first pixel begins in a picture, and how many of its pixels one of the output covers in width and
 * height.
 */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

/**
 * The part of a plane that the window shows, as (height, width): each number the mean of the area that it covers;
 * outside is ground.
 */
export function resample(
  plane: Plane,
  image: Pick<RgbaImage, "height" | "width">,
  { left, top, scale }: Window,
  { height, width }: Pick<ImageShape, "height" | "width">,
  ground: number,
): Plane {
  const narrow = squeeze(plane, image.height, image.width, width, left, scale, ground); // (width, image.height)
  return squeeze(narrow, width, image.height, height, top, scale, ground);
}

/**
 * Each row resampled to `target` numbers and the result transposed: (rows, columns) → (target, rows). A number is the
 * mean of the `scale` columns that it covers, the first of them beginning at `start`. What lies outside is ground.
 */
function squeeze(
  plane: Plane,
  rows: number,
  columns: number,
  target: number,
  start: number,
  scale: number,
  ground: number,
): Plane {
  const out = new Float32Array(target * rows);
  for (let j = 0; j < target; j++) {
    const from = start + j * scale;
    const first = Math.max(0, Math.floor(from));
    const end = Math.min(columns, Math.ceil(from + scale));
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      let covered = 0;
      for (let i = first; i < end; i++) {
        const share = Math.min(i + 1, from + scale) - Math.max(i, from);
        sum += share * plane[row * columns + i];
        covered += share;
      }
      out[j * rows + row] = (sum + (scale - covered) * ground) / scale;
    }
  }
  return out;
}
