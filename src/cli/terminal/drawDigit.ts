/**
 * Grey images drawn in characters, two pixels per character: half blocks, in shades of grey if there are colours.
 * Letters: H rows, W columns of pixels, 0 paper … 255 ink.
 */
import type { Terminal } from "./terminal.js";

/** A grey image, row-major. */
export interface GreyImage {
  readonly height: number;
  readonly width: number;
  readonly pixels: ArrayLike<number>;
}

/** Ink from which a pixel counts as black if there are no colours. */
const inked = 96;
/** The first of the 24 greys among a terminal's 256 colours. */
const darkestGrey = 232;

/** The image as ⌈H / 2⌉ lines of W characters. */
export function drawImage({ height, width, pixels }: GreyImage, terminal: Pick<Terminal, "hasColor">): string[] {
  const at = (y: number, x: number): number => (y < height ? pixels[y * width + x] : 0);
  return Array.from({ length: Math.ceil(height / 2) }, (_, line) => {
    const pairs = Array.from({ length: width }, (_, x) => [at(2 * line, x), at(2 * line + 1, x)] as const);
    if (!terminal.hasColor)
      return pairs.map(([top, bottom]) => blocks[Number(top >= inked)][Number(bottom >= inked)]).join("");
    const styles = pairs.map(([top, bottom]) => `\u001b[38;5;${grey(top)};48;5;${grey(bottom)}m`);
    return styles.map((style, x) => `${style === styles[x - 1] ? "" : style}▀`).join("") + "\u001b[0m";
  });
}

const blocks = [
  [" ", "▄"],
  ["▀", "█"],
];

function grey(ink: number): number {
  return darkestGrey + Math.round((Math.min(255, Math.max(0, ink)) / 255) * 23);
}

/** The part of each image around its ink, all of the same size: that of the largest. */
export function cropTogether(images: readonly GreyImage[]): GreyImage[] {
  const boxes = images.map(inkBox);
  const height = Math.max(0, ...boxes.map(({ top, bottom }) => bottom - top));
  const width = Math.max(0, ...boxes.map(({ left, right }) => right - left));
  return images.map((image, i) => {
    const { top, bottom, left, right } = boxes[i];
    const y0 = Math.floor((top + bottom - height) / 2);
    const x0 = Math.floor((left + right - width) / 2);
    const pixels = Array.from({ length: height * width }, (_, k) => {
      const [y, x] = [y0 + Math.floor(k / width), x0 + (k % width)];
      return y >= 0 && x >= 0 && y < image.height && x < image.width ? image.pixels[y * image.width + x] : 0;
    });
    return { height, width, pixels };
  });
}

/** The smallest box with all pixels that are not faint; the bottom and the right edge do not belong to it. */
function inkBox({ height, width, pixels }: GreyImage): { top: number; bottom: number; left: number; right: number } {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x] < inked / 2) continue;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
    }
  }
  return bottom === 0 ? { top: 0, bottom: height, left: 0, right: width } : { top, bottom, left, right };
}

/** Pictures of the same size side by side, each under its caption, as many as fit the terminal's width. */
export function drawRow(
  images: readonly GreyImage[],
  captions: readonly string[],
  terminal: Pick<Terminal, "hasColor" | "columns" | "style">,
): string[] {
  const gap = 3;
  const cropped = cropTogether(images);
  const width = Math.max(0, ...cropped.map((image) => image.width), ...captions.map(({ length }) => length));
  const fitting = Math.min(images.length, Math.floor((terminal.columns + gap) / (width + gap)));
  const shown = cropped.slice(0, fitting);
  const drawn = shown.map((image) => drawImage(image, terminal));
  const lines = drawn.at(0)?.map((_, line) => {
    return drawn
      .map((picture, i) => picture[line] + " ".repeat(width - shown[i].width))
      .join(" ".repeat(gap))
      .trimEnd();
  });
  const titles = captions.slice(0, fitting).map((caption) => caption.padEnd(width));
  return lines === undefined ? [] : [terminal.style(titles.join(" ".repeat(gap)).trimEnd(), "dim"), ...lines];
}
