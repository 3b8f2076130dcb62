/** Pictures side by side, each a canvas of its size times a scale. Browsers only. */
import type { Picture } from "../picture.js";
import { element, scrolling } from "./elements.js";

/** @param scale points on the page for each pixel */
export function gallery(pictures: readonly Picture[], scale: number): HTMLElement {
  const box = element("div", "", "gallery");
  for (const picture of pictures) {
    const figure = element("figure");
    const canvas = canvasOf(picture);
    // small pictures, such as windows of a convolution, are enlarged further
    const enlarged = scale * Math.max(1, Math.round(28 / Math.max(picture.width, picture.height)));
    canvas.style.width = `${picture.width * enlarged}px`;
    if (picture.columns === undefined) figure.append(canvas);
    else {
      const named = element("div", "", "named-columns");
      named.append(canvas, namesOf(picture.columns, enlarged));
      figure.append(scrolling(named, picture.caption));
    }
    figure.append(element("figcaption", picture.caption));
    box.append(figure);
  }
  box.append(...scalesOf(pictures));
  return box;
}

/** The names of the columns, each below its column. @param width of a column, in points of the page */
function namesOf(columns: readonly string[], width: number): HTMLElement {
  const names = element("div", "", "columns-names");
  names.style.gridTemplateColumns = `repeat(${columns.length}, ${width}px)`;
  names.append(...columns.map((name) => element("span", name)));
  return names;
}

/** The picture as a canvas with one pixel for each of its own. */
export function canvasOf({ width, height, pixels, isColored, isSigned, caption, range }: Picture): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.setAttribute("role", "img");
  const [least, greatest] = range.map((value) => value.toPrecision(3));
  const values = isColored === true ? "pixels" : `values from ${least} to ${greatest}`;
  canvas.setAttribute("aria-label", `${caption}: ${width} by ${height} ${values}`);
  const image = new ImageData(width, height);
  const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
  for (let i = 0; i < width * height; i++) {
    const byte = bytes[i];
    const color =
      isColored === true ? bytes.subarray(3 * i, 3 * i + 3) : isSigned ? twoColors(byte) : [byte, byte, byte];
    image.data.set([...color, 255], 4 * i);
  }
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  return canvas;
}

/** From orange (least) over white (zero) to blue (greatest). */
function twoColors(byte: number): number[] {
  const part = Math.min(1, Math.abs(byte - 128) / 127);
  const end = byte < 128 ? [217, 130, 43] : [47, 116, 208];
  return end.map((value) => Math.round(255 + part * (value - 255)));
}

/** The meaning of the colours, for pictures of two colours and of grey. */
function scalesOf(pictures: readonly Picture[]): HTMLElement[] {
  const signed = pictures.filter(({ isSigned }) => isSigned);
  const grey = pictures.filter(({ isColored, isSigned }) => isColored !== true && !isSigned);
  const sentences = [
    signed.length > 0 && `Orange is below zero, white is zero, blue is above; full colour is ± ${greatestOf(signed)}.`,
    grey.length > 0 && `Black is zero; white is ${greatestOf(grey)}.`,
  ];
  return sentences.flatMap((text) => (text === false ? [] : [element("p", text, "scale")]));
}

function greatestOf(pictures: readonly Picture[]): string {
  const reaches = pictures.map(({ range }) => range[1]);
  const [least, greatest] = [Math.min(...reaches), Math.max(...reaches)].map((value) =>
    String(Number(value.toPrecision(3))),
  );
  return least === greatest ? greatest : `the greatest of each picture, ${least} to ${greatest}`;
}
