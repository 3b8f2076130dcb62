/**
 * Images drawn in characters, two pixels per character: half blocks, in shades of grey or in their own colours if the
 * terminal has colours. Letters: H rows, W columns of pixels, 0 paper … 255 ink.
 */
import type { Terminal } from "./terminal.js";

/** An image, row-major. */
export interface DrawnImage {
  readonly height: number;
  readonly width: number;
  /** Ink; of a coloured image the brightness. */
  readonly pixels: ArrayLike<number>;
  /** Red, green and blue of each pixel, 0 … 255. Default: none, the image is grey. */
  readonly colors?: ArrayLike<number>;
}

/** Ink from which a pixel counts as black if there are no colours. */
const inked = 96;
/** Among a terminal's 256 colours, the first of the 24 greys and black of the cube, whose edge has six colours. */
const [darkestGrey, firstOfCube, edge] = [232, 16, 6];

/** The image as ⌈H / 2⌉ lines of W characters. */
export function drawImage(
  { height, width, pixels, colors }: DrawnImage,
  terminal: Pick<Terminal, "hasColor">,
): string[] {
  const at = (y: number, x: number): number => (y < height ? pixels[y * width + x] : 0);
  const isInked = (y: number, x: number): number => Number(at(y, x) >= inked);
  const paint = (y: number, x: number): number =>
    colors === undefined || y >= height ? grey(at(y, x)) : ofCube(colors, y * width + x);
  return Array.from({ length: Math.ceil(height / 2) }, (_, line) => {
    const columns = Array.from({ length: width }, (_, x) => x);
    const [top, bottom] = [2 * line, 2 * line + 1];
    if (!terminal.hasColor) return columns.map((x) => blocks[isInked(top, x)][isInked(bottom, x)]).join("");
    const styles = columns.map((x) => `\u001b[38;5;${paint(top, x)};48;5;${paint(bottom, x)}m`);
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

/** The nearest colour of the cube to pixel i. */
function ofCube(colors: ArrayLike<number>, i: number): number {
  const [red, green, blue] = [0, 1, 2].map((c) => Math.round((colors[3 * i + c] / 255) * (edge - 1)));
  return firstOfCube + edge * edge * red + edge * green + blue;
}

/**
 * The part of each image around its ink, all of the same size: that of the largest. Images in colour, which have no
 * paper, stay as they are.
 */
export function cropTogether(images: readonly DrawnImage[]): DrawnImage[] {
  if (images.some(({ colors }) => colors !== undefined)) return [...images];
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
function inkBox({ height, width, pixels }: DrawnImage): { top: number; bottom: number; left: number; right: number } {
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
  images: readonly DrawnImage[],
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
