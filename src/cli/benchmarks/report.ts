/** The report of `lanegrad bench`: a page that shows the result and runs the benchmarks again where it is open. What it shows and does is page/. */
import { type PageParts, pageBytes } from "../pages/page.js";
import type { BenchResult } from "./result.js";

const body = `<h1>lanegrad bench</h1>
<p>Speeds of what training is made of. Every result was compared with float64 arithmetic before it was timed; medians of many turns, taken in turns with
the machine's limit: multiply-adds on registers, or a copy of memory.</p>
<div id="runs"></div>
<form id="here">
<h2>Run in this browser</h2>
<p><label>Group <select name="group"></select></label> <label>seconds a case <input name="seconds" type="number" value="0.3" min="0.05" max="10" step="0.05"></label>
<button>Run here</button> <output></output></p>
</form>`;

/** The bytes of the page. */
export function benchPage(result: BenchResult, parts: PageParts): Uint8Array {
  return pageBytes({ title: "lanegrad bench", body, data: result }, parts);
}
