/**
 * What the kernels of a convolution respond to most: for each kernel the places in many pictures where its map is
 * greatest, one a picture, and what the kernel sees there. Letters: N pictures, C kernels, H W a map.
 */
import { type Model, type Tensor, upTo } from "lanegrad";
import { type Picture, pictureOf } from "lanegrad/report";

const side = 28;
/** Places shown for each kernel. */
const places = 8;

/** What a place of a map sees of the picture: a window of `size` pixels, `step` pixels on for each place. */
export interface Field {
  readonly layer: string;
  readonly size: number;
  readonly step: number;
  /** The first pixel of the window of place 0, which padding may have moved outside. */
  readonly first: number;
}

/** The responses of the kernels of a layer. */
export interface Responses {
  /** For each kernel the windows with the greatest responses side by side, its caption the greatest response. */
  readonly pictures: readonly Picture[];
  /** Kernels that respond to nothing in any picture. */
  readonly silent: number;
}

/** @param x pictures (N, 28, 28, 1), bytes */
export async function responsesOf(model: Model, x: Tensor, field: Field, signal: AbortSignal): Promise<Responses> {
  const part = upTo(model, field.layer);
  const maps = await part.predict(x, { batchSize: 250, signal });
  const [N, H, W, C] = maps.shape;
  const [values, pixels] = [maps.toTypedArray().slice(), x.toTypedArray()];
  for (const one of [part, maps]) one.dispose();
  let silent = 0;
  const pictures = Array.from({ length: C }, (_, kernel) => {
    const best = Array.from({ length: N }, (_, n) => greatest(values, n * H * W * C + kernel, H * W, C));
    const order = Array.from(best.keys()).sort((a, b) => best[b].value - best[a].value || a - b);
    if (best[order[0]].value === 0) silent++;
    const windows = order.slice(0, places).map((n) => {
      const [row, column] = [Math.floor(best[n].place / W), best[n].place % W];
      return windowOf(pixels.subarray(n * side * side), field, row, column);
    });
    return sideBySide(windows, field.size, `${kernel}: up to ${best[order[0]].value.toFixed(1)}`);
  });
  return { pictures, silent };
}

/** The greatest of every C-th value. */
function greatest(values: ArrayLike<number>, from: number, count: number, C: number): { value: number; place: number } {
  let [value, place] = [-Infinity, 0];
  for (let i = 0; i < count; i++) if (values[from + i * C] > value) [value, place] = [values[from + i * C], i];
  return { value, place };
}

/** The pixels of a window; zero outside the picture. */
function windowOf(pixels: ArrayLike<number>, { size, step, first }: Field, row: number, column: number): number[] {
  return Array.from({ length: size * size }, (_, i) => {
    const [y, x] = [first + step * row + Math.floor(i / size), first + step * column + (i % size)];
    return Math.min(y, x) < 0 || Math.max(y, x) >= side ? 0 : pixels[side * y + x];
  });
}

/** Windows in a row, with a grey line between two. */
function sideBySide(windows: readonly number[][], size: number, caption: string): Picture {
  const width = windows.length * (size + 1) - 1;
  const greatest = Math.max(...windows.flat());
  const values = new Float32Array(size * width).fill(greatest / 2);
  for (const [k, window] of windows.entries())
    for (const [i, value] of window.entries())
      values[Math.floor(i / size) * width + k * (size + 1) + (i % size)] = value;
  return pictureOf(values, width, caption);
}
