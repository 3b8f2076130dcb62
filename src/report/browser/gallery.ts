/** Pictures side by side, each a canvas of its size times a scale. Browsers only. */
import type { Picture } from "../picture.js";
import { element, scrolling } from "./elements.js";

/** A gallery that has been drawn. */
export interface DrawnGallery {
  readonly element: HTMLElement;
  /**
   * Paints other pictures into the same canvases, which takes a small part of the time of a new gallery.
   * @returns false for pictures of other sizes or names of columns, which need a new gallery
   */
  update(pictures: readonly Picture[], scale: number): boolean;
}

/** @param scale points on the page for each pixel */
export function gallery(first: readonly Picture[], scale: number): DrawnGallery {
  const box = element("div", "", "gallery");
  const figures = first.map((picture) => figureOf(picture, scale));
  box.append(...figures.map(({ figure }) => figure), ...scalesOf(first));
  let pictures = first;
  return {
    element: box,
    update(next, nextScale) {
      if (nextScale !== scale || frameOf(next) !== frameOf(pictures)) return false;
      for (const [i, { canvas, caption }] of figures.entries()) {
        if (next[i].pixels !== pictures[i].pixels) paint(canvas, next[i]);
        describe(canvas, next[i]);
        if (caption.textContent !== next[i].caption) caption.textContent = next[i].caption;
      }
      for (const old of box.querySelectorAll(":scope > .scale")) old.remove();
      box.append(...scalesOf(next));
      pictures = next;
      return true;
    },
  };
}

/** All of pictures that is not painted: galleries in which it is the same have the same elements. */
function frameOf(pictures: readonly Picture[]): string {
  return JSON.stringify(
    pictures.map(({ width, height, columns, isColored, isSigned, caption }) => [
      ...[width, height, isColored === true, isSigned],
      columns && [columns, caption], // the caption is the name of the box that scrolls
    ]),
  );
}

function figureOf(picture: Picture, scale: number) {
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
  const caption = element("figcaption", picture.caption);
  figure.append(caption);
  return { figure, canvas, caption };
}

/** The names of the columns, each below its column. @param width of a column, in points of the page */
function namesOf(columns: readonly string[], width: number): HTMLElement {
  const names = element("div", "", "columns-names");
  names.style.gridTemplateColumns = `repeat(${columns.length}, ${width}px)`;
  names.append(...columns.map((name) => element("span", name)));
  return names;
}

/** The picture as a canvas with one pixel for each of its own. */
export function canvasOf(picture: Picture): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.setAttribute("role", "img");
  describe(canvas, picture);
  paint(canvas, picture);
  return canvas;
}

/** The text alternative of a picture. */
function describe(canvas: HTMLCanvasElement, { width, height, isColored, caption, range }: Picture): void {
  const [least, greatest] = range.map((value) => value.toPrecision(3));
  const values = isColored === true ? "pixels" : `values from ${least} to ${greatest}`;
  canvas.setAttribute("aria-label", `${caption}: ${width} by ${height} ${values}`);
}

function paint(canvas: HTMLCanvasElement, { width, height, pixels, isColored, isSigned }: Picture): void {
  const image = new ImageData(width, height);
  const { data } = image;
  const bytes = atob(pixels);
  const colors = isSigned ? signedColors : greys;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++)
      data[4 * i + c] = isColored === true ? bytes.charCodeAt(3 * i + c) : colors[3 * bytes.charCodeAt(i) + c];
    data[4 * i + 3] = 255;
  }
  canvas.getContext("2d")!.putImageData(image, 0, 0);
}

/** Red, green and blue of each byte: from black to white. */
const greys = Uint8Array.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));

/** Red, green and blue of each byte: from orange (least) over white (zero) to blue (greatest). */
const signedColors = Uint8Array.from({ length: 3 * 256 }, (_, i) => {
  const byte = Math.floor(i / 3);
  const part = Math.min(1, Math.abs(byte - 128) / 127);
  const end = byte < 128 ? [217, 130, 43] : [47, 116, 208];
  return Math.round(255 + part * (end[i % 3] - 255));
});

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
