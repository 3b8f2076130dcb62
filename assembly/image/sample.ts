/**
 * Images read at other places than their own pixels: y[n, i, j] = x[n] at (field[n, 0, i, j], field[n, 1, i, j]), row and column in pixels, between
 * four pixels by bilinear weights; outside of the image lies `fill`. Letters: images (N, H, W, C), field (N, 2, H, W).
 * Does not know where a field comes from (distortion.ts, deskew.ts). Source: Jaderberg et al. 2015, "Spatial transformer networks".
 */
import { shareEnd, shareStart } from "../thread";

/** A place far outside is as good as one just outside, and fits an integer. */
// @ts-ignore: decorator
@inline
function within(place: f32, size: i32): f32 {
  return max<f32>(-2, min<f32>(<f32>size + 1, place));
}

// @ts-ignore: decorator
@inline
function isInside(i: i32, j: i32, h: i32, w: i32): bool {
  return <u32>i < <u32>h && <u32>j < <u32>w;
}

/** Pixel (i, j) of the channel that begins at x, or `fill` outside. */
// @ts-ignore: decorator
@inline
function pixel(x: usize, i: i32, j: i32, h: i32, w: i32, c: i32, fill: f32): f32 {
  return isInside(i, j, h, w) ? load<f32>(x + ((<usize>(i * w + j) * <usize>c) << 2)) : fill;
}

/**
 * y = x at the places of the field.
 * @param y      out (n, h, w, c); must not overlap x
 * @param x      in (n, h, w, c)
 * @param field  in (n, 2, h, w): rows, then columns; a place that is not finite gives no number
 */
// prettier-ignore
export function sampleBilinear(y: usize, x: usize, field: usize, n: i32, h: i32, w: i32, c: i32, fill: f32): void {
  const pixels = h * w;
  const cost = pixels * (c + 4);
  const end = shareEnd(n, cost, 1);
  for (let image = shareStart(n, cost, 1); image < end; image++) {
    const rows = field + ((<usize>image * <usize>pixels) << 3);
    const columns = rows + ((<usize>pixels) << 2);
    const from = x + ((<usize>image * <usize>pixels * <usize>c) << 2);
    let to = y + ((<usize>image * <usize>pixels * <usize>c) << 2);
    for (let p = 0; p < pixels; p++) {
      const row = within(load<f32>(rows + ((<usize>p) << 2)), h);
      const column = within(load<f32>(columns + ((<usize>p) << 2)), w);
      const i = <i32>floor<f32>(row);
      const j = <i32>floor<f32>(column);
      const down = row - <f32>i;
      const right = column - <f32>j;
      for (let channel = 0; channel < c; channel++) {
        const at = from + ((<usize>channel) << 2);
        const above: f32 = (1 - right) * pixel(at, i, j, h, w, c, fill) + right * pixel(at, i, j + 1, h, w, c, fill);
        const below: f32 = (1 - right) * pixel(at, i + 1, j, h, w, c, fill) + right * pixel(at, i + 1, j + 1, h, w, c, fill);
        store<f32>(to, (1 - down) * above + down * below);
        to += 4;
      }
    }
  }
}

/** Adds to pixel (i, j) of the channel that begins at dX, if there is one. */
// @ts-ignore: decorator
@inline
function give(dX: usize, i: i32, j: i32, h: i32, w: i32, c: i32, value: f32): void {
  if (!isInside(i, j, h, w)) return;
  const at = dX + ((<usize>(i * w + j) * <usize>c) << 2);
  store<f32>(at, load<f32>(at) + value);
}

/** dX of {@link sampleBilinear}: each place gives to its four pixels what it took from them. @param dX out, or in/out with accumulate */
// prettier-ignore
export function sampleBilinearBackward(
  dX: usize, dY: usize, field: usize, n: i32, h: i32, w: i32, c: i32, accumulate: i32,
): void {
  const pixels = h * w;
  const cost = pixels * (c + 4);
  const bytes = (<usize>pixels * <usize>c) << 2;
  const end = shareEnd(n, cost, 1);
  for (let image = shareStart(n, cost, 1); image < end; image++) {
    const rows = field + ((<usize>image * <usize>pixels) << 3);
    const columns = rows + ((<usize>pixels) << 2);
    const to = dX + <usize>image * bytes;
    let from = dY + <usize>image * bytes;
    if (!accumulate) memory.fill(to, 0, bytes);
    for (let p = 0; p < pixels; p++) {
      const row = within(load<f32>(rows + ((<usize>p) << 2)), h);
      const column = within(load<f32>(columns + ((<usize>p) << 2)), w);
      const i = <i32>floor<f32>(row);
      const j = <i32>floor<f32>(column);
      const down = row - <f32>i;
      const right = column - <f32>j;
      for (let channel = 0; channel < c; channel++) {
        const at = to + ((<usize>channel) << 2);
        const value = load<f32>(from);
        give(at, i, j, h, w, c, (1 - down) * (1 - right) * value);
        give(at, i, j + 1, h, w, c, (1 - down) * right * value);
        give(at, i + 1, j, h, w, c, down * (1 - right) * value);
        give(at, i + 1, j + 1, h, w, c, down * right * value);
        from += 4;
      }
    }
  }
}
