/** Draws blocks into an element, section by section; a block that is drawn again takes the place of the older. Runs in browsers only. */
import type { Block, Graph } from "../shown.js";
import { drawChart, isEmpty } from "./chart.js";
import { element, scrolling, tableOf } from "./elements.js";
import { gallery } from "./gallery.js";
import { drawHeatMap } from "./heatMap.js";
import { matrixOf } from "./matrix.js";

/** The blocks in an element. */
export class Drawing {
  readonly #parent: HTMLElement;
  readonly #sections = new Map<string, HTMLElement>();
  readonly #places = new Map<string, { readonly place: HTMLElement; block: Block }>();
  #width: number;

  constructor(parent: HTMLElement) {
    this.#parent = parent;
    this.#width = parent.clientWidth;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw());
    addEventListener("resize", () => {
      if (this.#width !== parent.clientWidth) this.#redraw();
      this.#width = parent.clientWidth;
    });
  }

  /** Draws a block in its section, which is made where it is not there yet. Nothing where it is a chart without a point. */
  draw(block: Block): void {
    if (block.kind === "chart" && isEmpty(block)) return;
    const key = `${block.kind} ${block.title}`;
    let drawn = this.#places.get(key);
    if (drawn === undefined) {
      drawn = { place: element("div"), block };
      this.#places.set(key, drawn);
      this.#sectionOf(block).append(drawn.place);
    }
    drawn.block = block;
    const { place } = drawn;
    place.replaceChildren();
    if (block.section !== undefined) place.append(element("h3", block.title));
    if (block.caption !== undefined) place.append(element("p", block.caption, "facts"));
    drawInto(place, block);
  }

  /** In the colours and the width that the page has now. */
  #redraw(): void {
    for (const { block } of this.#places.values()) this.draw(block);
  }

  #sectionOf({ section, title }: Block): HTMLElement {
    const heading = section ?? title;
    let found = this.#sections.get(heading);
    if (found === undefined) {
      found = element("section");
      found.append(element("h2", heading));
      this.#sections.set(heading, found);
      this.#parent.append(found);
    }
    return found;
  }
}

function drawInto(place: HTMLElement, block: Block): void {
  switch (block.kind) {
    case "chart":
      drawChart(place, block);
      break;
    case "table":
      place.append(scrolling(tableOf(block), block.title));
      break;
    case "confusion":
      place.append(scrolling(matrixOf(block), block.title));
      break;
    case "images":
      place.append(gallery(block.pictures, block.scale));
      break;
    case "heatMap":
      drawHeatMap(place, block);
      break;
    case "graph":
      drawGraph(place, block);
      break;
    case "text":
      place.append(element("pre", block.text, "wrapped"));
      break;
  }
}

function drawGraph(place: HTMLElement, { title, text, svg }: Graph): void {
  if (svg === undefined) place.append(element("p", "npm install @viz-js/viz has the graph drawn here.", "facts"));
  place.append(scrolling(element("pre", text), title));
  if (svg === undefined) return;
  const drawn = element("div", "", "graph");
  drawn.innerHTML = svg;
  place.append(scrolling(drawn, `${title}, drawn`));
}
