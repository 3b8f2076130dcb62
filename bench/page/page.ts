/**
 * The report's script: shows the result stored in the page, and runs the benchmarks again in the browser. Browsers
 * only.
 */
import { Drawing } from "../../src/report/browser/drawing.js";
import type { BenchResult } from "../result.js";
import { hereGroups, runHere } from "./runHere.js";
import { blocksOf } from "./blocks.js";

const find = (selector: string): Element => document.querySelector(selector)!;

const runs = find("#runs") as HTMLDivElement;
const form = find("#here") as HTMLFormElement;
const select = find("#here select") as HTMLSelectElement;
const seconds = find("#here input") as HTMLInputElement;
const button = find("#here button") as HTMLButtonElement;
const state = find("#here output");

show(JSON.parse(find("#result").textContent) as BenchResult);
select.append(...["all", ...hereGroups].map((group) => new Option(group)));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  button.disabled = true;
  const tell = (text: string): void => {
    state.textContent = text;
  };
  runHere(select.value, Number(seconds.value), tell)
    .then(
      (result) => {
        tell("");
        show(result);
      },
      (error: unknown) => tell(String(error)),
    )
    .finally(() => {
      button.disabled = false;
    });
});

/** Appends a run. */
function show(run: BenchResult): void {
  const drawing = new Drawing(runs);
  for (const block of blocksOf(run)) drawing.draw(block);
}
