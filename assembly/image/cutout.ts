/**
 * Cutout: a square of each image, at a random place, is set to `fill`; it may lie partly outside. Letters: images (N, H, W, C).
 * Source: DeVries & Taylor 2017, "Improved regularization of convolutional neural networks with cutout".
 */
import { shareEnd, shareStart } from "../thread";

/**
 * y = x with a square of `size` × `size` pixels cut out of each image.
 * @param y      out (n, h, w, c); must not overlap x
 * @param x      in (n, h, w, c)
 * @param draws  in (n, 2) uniform in [0, 1): row and column of the square's middle, as parts of h and w
 * @param accumulate 0: y = …; 1: y += …, which with fill = 0 makes it the backward pass as well
 */
// prettier-ignore
export function cutout(
  y: usize, x: usize, draws: usize, n: i32, h: i32, w: i32, c: i32, size: i32, fill: f32, accumulate: i32,
): void {
  const line = w * c;
  const end = shareEnd(n, h * line, 1);
  for (let image = shareStart(n, h * line, 1); image < end; image++) {
    const u = draws + ((<usize>image) << 3);
    const top = <i32>(load<f32>(u) * <f32>h) - size / 2;
    const left = <i32>(load<f32>(u, 4) * <f32>w) - size / 2;
    const first = max(0, left) * c;
    const last = min(w, left + size) * c;
    let at = (<usize>image * <usize>h * <usize>line) << 2;
    for (let i = 0; i < h; i++) {
      const isCut = i >= top && i < top + size;
      for (let j = 0; j < line; j++) {
        const value = isCut && j >= first && j < last ? fill : load<f32>(x + at);
        store<f32>(y + at, accumulate ? load<f32>(y + at) + value : value);
        at += 4;
      }
    }
  }
}
