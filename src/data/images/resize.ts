/**
 * Pictures of one size: (H, W, C) bytes, stretched to fit. Each output value is a weighted mean of the input around it:
 * a triangle, as wide as an output pixel where the picture becomes smaller (so that nothing is skipped), else as wide
 * as an input pixel (bilinear). Does not crop. Source: as Pillow's and tf.image's bilinear resizing with antialiasing.
 */
import type { RgbaImage } from "../formats/png.js";

/**
 * @param channels  3: red, green, blue; 1: brightness by ITU-R BT.601. What is transparent shows white. Cost: linear in
 *                  the pixels of both.
 */
export function resized({ width, height, pixels }: RgbaImage, H: number, W: number, channels: 1 | 3): Uint8Array {
  const planes = planesOf(pixels, width * height, channels);
  const columns = weightsOf(width, W);
  const rows = weightsOf(height, H);
  const out = new Uint8Array(H * W * channels);
  const narrow = new Float32Array(height * W);
  for (const [c, plane] of planes.entries()) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < W; x++) {
        const { first, weights } = columns[x];
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i] * plane[y * width + first + i];
        narrow[y * W + x] = sum;
      }
    }
    for (let y = 0; y < H; y++) {
      const { first, weights } = rows[y];
      for (let x = 0; x < W; x++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i] * narrow[(first + i) * W + x];
        out[(y * W + x) * channels + c] = Math.round(sum);
      }
    }
  }
  return out;
}

function planesOf(pixels: Uint8Array, count: number, channels: 1 | 3): Float32Array[] {
  const planes = Array.from({ length: channels }, () => new Float32Array(count));
  for (let i = 0; i < count; i++) {
    const [r, g, b, opacity] = [pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2], pixels[4 * i + 3] / 255];
    const seen = channels === 3 ? [r, g, b] : [0.299 * r + 0.587 * g + 0.114 * b];
    for (let c = 0; c < channels; c++) planes[c][i] = 255 + (seen[c] - 255) * opacity;
  }
  return planes;
}

interface Window {
  readonly first: number;
  readonly weights: Float64Array;
}

/** For each of `to` places which of the `from` it is made of, and with which weights, whose sum is 1. */
function weightsOf(from: number, to: number): Window[] {
  const scale = from / to;
  const radius = Math.max(scale, 1);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.ceil(centre - radius - 0.5));
    const last = Math.min(from - 1, Math.floor(centre + radius - 0.5));
    const weights = Float64Array.from({ length: last - first + 1 }, (__, i) =>
      Math.max(0, 1 - Math.abs(first + i + 0.5 - centre) / radius),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
