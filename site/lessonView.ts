/** Draws what a lesson shows as it happens, by the scripts that draw reports. */
import type { Block, Fact, Progress, Shown } from "lanegrad/report";
import { Drawing } from "../src/report/browser/drawing.js";
import { element, factList, scrolling } from "../src/report/browser/elements.js";
import { Collected } from "../src/report/collected.js";
import { providePlot } from "./plot.js";

/** Milliseconds between two drawings of the same block. */
const frame = 100;

/** Milliseconds of drawing after which the page gets a turn. */
const longestStretch = 12;

/** Everything that is shown below the buttons. */
export class LessonView {
  readonly element = element("div", "", "view");
  readonly #bar = document.createElement("progress");
  readonly #now = element("p", "", "now");
  readonly #conclusions = element("div", "", "conclusions");
  readonly #facts = element("div");
  readonly #blocks = element("div");
  #collected = new Collected();
  #drawing = new Drawing(this.#blocks, 3);
  /** Blocks that have changed since they were last drawn, by kind and title. */
  readonly #changed = new Map<string, Block>();
  #haveFactsChanged = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    providePlot();
    this.#bar.max = 1;
    this.#bar.setAttribute("aria-label", "Progress");
    this.#conclusions.setAttribute("role", "status");
    this.element.append(this.#bar, this.#now, this.#conclusions, this.#facts, this.#blocks);
    this.clear();
  }

  /** Removes everything. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#changed.clear();
    this.#collected = new Collected();
    this.#drawing.close();
    for (const part of [this.#now, this.#conclusions, this.#facts, this.#blocks]) part.replaceChildren();
    this.#drawing = new Drawing(this.#blocks, 3);
    this.#bar.value = 0;
    this.#bar.hidden = true;
  }

  /** Shows something: quick things at once, others with the next drawing. */
  show(shown: Shown): void {
    const block = this.#collected.add(shown);
    if (block !== undefined) {
      this.#changed.set(`${block.kind} ${block.title}`, block);
      this.#drawSoon();
    } else if (shown.kind === "progress") this.#progress(shown);
    else if (shown.kind === "now") this.#now.textContent = shown.text;
    else if (shown.kind === "fact") {
      this.#haveFactsChanged = true;
      this.#drawSoon();
    } else if (shown.kind === "conclusion")
      this.#conclusions.append(element("p", shown.text, shown.isFailure === true ? "failure" : ""));
  }

  /** Draws what is not drawn yet. Resolves when it is drawn, or when the view has been cleared. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    const drawing = this.#drawing;
    while (drawing === this.#drawing && !this.#draw()) await nextFrame();
    if (drawing !== this.#drawing) return;
    this.#now.textContent = "";
    this.#bar.hidden = true;
  }

  #progress({ name, epoch, epochs, done, batchesPerSecond, secondsLeft, score, details }: Progress): void {
    this.#bar.hidden = false;
    this.#bar.value = done;
    const speed = `${batchesPerSecond < 10 ? batchesPerSecond.toFixed(1) : Math.round(batchesPerSecond)} steps/s`;
    const what = [score, ...details, speed, `${Math.ceil(secondsLeft)} s left`].join(", ");
    this.#now.textContent = `${name === undefined ? "" : `${name}: `}epoch ${epoch} of ${epochs}: ${what}`;
  }

  #drawSoon(milliseconds = frame): void {
    this.#timer ??= setTimeout(() => {
      if (!this.#draw()) this.#drawSoon(0);
    }, milliseconds);
  }

  /** Draws what has changed, the oldest change first, for a short time. @returns whether nothing is left */
  #draw(): boolean {
    this.#timer = undefined;
    const start = performance.now();
    if (this.#haveFactsChanged)
      this.#facts.replaceChildren(scrolling(factList(namesAndTexts(this.#collected.facts)), "Facts"));
    this.#haveFactsChanged = false;
    for (const [key, block] of this.#changed) {
      this.#changed.delete(key);
      this.#drawing.draw(block);
      if (performance.now() - start > longestStretch) break;
    }
    return this.#changed.size === 0;
  }
}

/** Resolves in the next frame, in which the page may have reacted to people; a hidden page has none. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 16));
}

const namesAndTexts = (facts: readonly Fact[]) => facts.map(({ name, text }) => [name, text] as const);
