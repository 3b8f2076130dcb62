/**
 * Draws blocks into an element, section by section; a block that is drawn again replaces the older one. Browsers only.
 */
import type { Block, Chart, Graph, HeatMap, Steps } from "../shown.js";
import { type DrawnChart, drawChart, isEmpty } from "./chart.js";
import { element, scrolling, tableOf } from "./elements.js";
import { type DrawnGallery, gallery } from "./gallery.js";
import { drawHeatMap } from "./heatMap.js";
import { matrixOf } from "./matrix.js";
import { drawSteps } from "./steps.js";

/** The place of a block, and its drawing if that can be updated with new points. */
interface Drawn {
  readonly place: HTMLElement;
  block: Block;
  chart?: DrawnChart | undefined;
  gallery?: DrawnGallery | undefined;
  /** Of steps, the charts of the one that is shown. */
  charts?: readonly DrawnChart[];
  /** Of steps, the one that is shown. */
  step?: number | undefined;
}

/** The blocks in an element. */
export class Drawing {
  readonly #parent: HTMLElement;
  readonly #level: number;
  readonly #sections = new Map<string, HTMLElement>();
  readonly #places = new Map<string, Drawn>();
  readonly #closed = new AbortController();
  #width: number;

  /** @param level of the sections' headings: 2 for <h2> */
  constructor(parent: HTMLElement, level = 2) {
    this.#parent = parent;
    this.#level = level;
    this.#width = parent.clientWidth;
    const { signal } = this.#closed;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw(), { signal });
    const sizes = new ResizeObserver(() => {
      if (this.#width !== parent.clientWidth) this.#redraw();
      this.#width = parent.clientWidth;
    });
    sizes.observe(parent);
    signal.addEventListener("abort", () => sizes.disconnect());
  }

  /** Ends the drawing and frees its charts; what else has been drawn remains. */
  close(): void {
    this.#closed.abort();
    for (const drawn of this.#places.values()) free(drawn);
  }

  /** Draws a block in its section, which is made if it does not exist. Draws nothing for a chart without points. */
  draw(block: Block): void {
    if (block.kind === "chart" && isEmpty(block)) return;
    const key = `${block.kind} ${block.title}`;
    let drawn = this.#places.get(key);
    if (drawn === undefined) {
      drawn = { place: element("div"), block };
      this.#places.set(key, drawn);
      this.#sectionOf(block).append(drawn.place);
    }
    const { caption } = drawn.block;
    drawn.block = block;
    if (caption !== block.caption || !isUpdated(drawn, block)) this.#drawAnew(drawn);
  }

  #drawAnew(drawn: Drawn): void {
    const { place, block } = drawn;
    place.style.minHeight = `${place.clientHeight}px`; // so that the page does not jump meanwhile
    free(drawn);
    place.replaceChildren();
    if (block.section !== undefined) place.append(element(`h${this.#level + 1}`, block.title));
    if (block.caption !== undefined) place.append(element("p", block.caption, "facts"));
    if (block.kind === "chart") drawn.chart = drawChart(place, block);
    else if (block.kind === "steps") this.#drawSteps(drawn, block);
    else if (block.kind === "images") {
      drawn.gallery = gallery(block.pictures, block.scale);
      place.append(drawn.gallery.element);
    } else drawInto(place, block);
    place.style.minHeight = "";
  }

  #drawSteps(drawn: Drawn, block: Steps): void {
    const first = Math.min(drawn.step ?? block.first ?? 0, block.steps.length - 1);
    const level = this.#level + (block.section === undefined ? 1 : 2);
    drawSteps(drawn.place, block, first, (i, content) => {
      drawn.step = i;
      free(drawn);
      const charts: DrawnChart[] = [];
      for (const part of block.steps[i].blocks) {
        content.append(element(`h${level}`, part.title));
        if (part.caption !== undefined) content.append(element("p", part.caption, "facts"));
        if (part.kind === "chart") charts.push(drawChart(content, part));
        else drawInto(content, part);
      }
      drawn.charts = charts;
    });
  }

  /** Draws everything in the present colours and width of the page. */
  #redraw(): void {
    for (const drawn of this.#places.values()) this.#drawAnew(drawn);
  }

  #sectionOf({ section, title }: Block): HTMLElement {
    const heading = section ?? title;
    let found = this.#sections.get(heading);
    if (found === undefined) {
      found = element("section");
      found.append(element(`h${this.#level}`, heading));
      this.#sections.set(heading, found);
      this.#parent.append(found);
    }
    return found;
  }
}

/** Draws a block into what was drawn of an earlier one with its title. @returns false where it must be drawn anew */
function isUpdated({ chart, gallery }: Drawn, block: Block): boolean {
  if (block.kind === "chart") return chart?.update(block) === true;
  return block.kind === "images" && gallery?.update(block.pictures, block.scale) === true;
}

function free(drawn: Drawn): void {
  drawn.chart?.destroy();
  for (const chart of drawn.charts ?? []) chart.destroy();
  drawn.chart = undefined;
  drawn.gallery = undefined;
  drawn.charts = [];
}

function drawInto(place: HTMLElement, block: Exclude<Block, Chart | Steps>): void {
  if (block.kind === "heatMap") drawHeatMap(place, block);
  else if (block.kind === "graph") drawGraph(place, block);
  else place.append(contentOf(block));
}

function contentOf(block: Exclude<Block, Chart | HeatMap | Graph | Steps>): HTMLElement {
  switch (block.kind) {
    case "table":
      return scrolling(tableOf(block), block.title);
    case "confusion":
      return scrolling(matrixOf(block), block.title);
    case "images":
      return gallery(block.pictures, block.scale).element;
    case "text":
      return element("pre", block.text, "wrapped");
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
