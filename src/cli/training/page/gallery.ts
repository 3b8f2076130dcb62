/** Pictures side by side, each a canvas as large as its pixels times a scale. */
import type { Picture } from "../pictures.js";
import { element } from "../../pages/browser/elements.js";

/** @param scale points on the page for each pixel */
export function gallery(pictures: readonly Picture[], scale: number): HTMLElement {
  const box = element("div");
  box.className = "gallery";
  for (const picture of pictures) {
    const figure = element("figure");
    const canvas = drawn(picture);
    // windows of a convolution are small: they are enlarged further
    const enlarged = scale * Math.max(1, Math.round(28 / Math.max(picture.width, picture.height)));
    canvas.style.width = `${picture.width * enlarged}px`;
    canvas.style.height = `${picture.height * enlarged}px`;
    figure.append(canvas, element("figcaption", picture.caption));
    box.append(figure);
  }
  return box;
}

function drawn({ width, height, pixels, isSigned }: Picture): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
  for (const [i, byte] of bytes.entries())
    image.data.set([...(isSigned ? twoColors(byte) : [byte, byte, byte]), 255], 4 * i);
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  return canvas;
}

/** From orange (least) over white (zero) to blue (greatest). */
function twoColors(byte: number): number[] {
  const part = Math.min(1, Math.abs(byte - 128) / 127);
  const end = byte < 128 ? [217, 130, 43] : [47, 116, 208];
  return end.map((value) => Math.round(255 + part * (value - 255)));
}
