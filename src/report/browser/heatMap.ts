/** Values over a rectangle of the plane, with axes and points. Browsers only. */
import type { HeatMap } from "../shown.js";
import { colorIn, colorOf, tickText } from "./chart.js";
import { element } from "./elements.js";
import { canvasOf } from "./gallery.js";

const greatestSide = 300;
const [left, bottom, top, right] = [64, 36, 12, 12];

/** Draws a heat map, with the names of the groups of points below. */
export function drawHeatMap(parent: HTMLElement, map: HeatMap): void {
  const { xLabel, yLabel, xRange, yRange, picture, points } = map;
  const canvas = document.createElement("canvas");
  const scale = devicePixelRatio;
  const side = Math.min(greatestSide, parent.clientWidth - left - right);
  const [width, height] = [left + side + right, top + side + bottom];
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.width = `${width}px`;
  canvas.setAttribute("role", "img");
  const [least, greatest] = picture.range.map((value) => value.toPrecision(3));
  canvas.setAttribute("aria-label", `${picture.caption} over ${xLabel} and ${yLabel}: from ${least} to ${greatest}`);
  parent.append(canvas, element("p", `${picture.caption}: from ${least} to ${greatest}.`, "facts"));
  const values = canvasOf(picture);
  const draw = (): void => {
    const context = canvas.getContext("2d")!;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = false;
    context.drawImage(values, left, top, side, side);
    context.fillStyle = colorIn(parent, "--ink")();
    context.font = "12px system-ui, sans-serif";
    const xAt = (x: number): number => left + (side * (x - xRange[0])) / (xRange[1] - xRange[0]);
    const yAt = (y: number): number => top + side - (side * (y - yRange[0])) / (yRange[1] - yRange[0]);
    context.textAlign = "center";
    for (const x of ticks(xRange)) context.fillText(tickText(x), xAt(x), top + side + 14);
    context.fillText(xLabel, left + side / 2, top + side + 30);
    context.textAlign = "right";
    for (const y of ticks(yRange)) context.fillText(tickText(y), left - 4, yAt(y) + 4);
    context.textAlign = "left";
    context.fillText(yLabel, 0, top + side / 4); // between two ticks
    for (const [i, { x, y, marks = "points" }] of points.entries()) {
      const at = (j: number): readonly [x: number, y: number] => [xAt(x[j]), yAt(y[j])];
      if (marks === "lines")
        drawPath(context, x.map((_, j) => at(j)), colorOf(i)); // prettier-ignore
      else for (const j of x.keys()) drawDot(context, at(j), colorOf(i), 6);
    }
  };
  draw();
  if (points.length === 0) return;
  const names = element("p", "", "names");
  for (const [i, { name }] of points.entries()) {
    const one = element("span", name);
    one.style.setProperty("--mark-color", colorOf(i));
    names.append(one);
  }
  parent.append(names);
}

type Place = readonly [x: number, y: number];

/** A disc with a white rim, which is seen on any colour. */
function drawDot(context: CanvasRenderingContext2D, [x, y]: Place, color: string, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.strokeStyle = "#fff";
  context.lineWidth = radius / 3;
  context.stroke();
}

/** A line with a white rim, with a disc at its end. */
function drawPath(context: CanvasRenderingContext2D, places: readonly Place[], color: string): void {
  if (places.length === 0) return;
  context.lineJoin = "round";
  for (const [width, style] of [
    [4, "#fff"],
    [2, color],
  ] as const) {
    context.beginPath();
    for (const [x, y] of places) context.lineTo(x, y);
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }
  drawDot(context, places.at(-1)!, color, 4);
}

function ticks([from, to]: readonly [number, number]): number[] {
  return [from, (from + to) / 2, to];
}
