/** The script of a training run's report: draws what the page carries. Runs in browsers only. */
import type { TrainingReport } from "../reportData.js";
import { showCurves } from "./curves.js";
import { element, factList, scrolling, section } from "../../pages/browser/elements.js";
import { gallery } from "./gallery.js";

const main = document.querySelector("main")!;
const report = JSON.parse(document.querySelector("#result")!.textContent) as TrainingReport;
const {
  recipe,
  about,
  command,
  facts,
  summary,
  graph,
  curves,
  classNames,
  confusion,
  misread,
  filters,
  sample,
  texts,
} = report;

main.append(element("h1", recipe), element("p", about));
main.append(element("pre", command));
main.append(scrolling(factList(facts)));
showCurves(section(main, "Training"), curves);
if (confusion.length > 0)
  section(main, "What was taken for what", "A row for each true class, a column for each class that was read.").append(
    scrolling(matrix()),
  );
if (texts.length > 0) {
  const written = section(main, "What the network writes");
  for (const { title, text } of texts) {
    const lines = element("pre", text);
    lines.style.whiteSpace = "pre-wrap";
    written.append(element("h3", title), lines);
  }
}
if (misread.length > 0)
  section(main, "Misread", "Where the network was surest of what is wrong.").append(gallery(misread, 3));
if (sample !== undefined) {
  const view = section(
    main,
    "One image on its way through the network",
    "How much each pixel matters: the size of the gradient.",
  );
  view.append(gallery([sample.image, sample.saliency], 6));
  for (const { layer, pictures } of sample.activations)
    view.append(element("h3", layer), gallery(pictures, pictures.length === 1 ? 8 : 3));
}
if (filters.length > 0)
  section(main, "What the first layer looks for", "Weights of its units: orange below zero, blue above.").append(
    gallery(filters, 3),
  );
const layers = section(main, "Layers", graph === undefined ? "npm install @viz-js/viz has them drawn here." : "");
layers.append(scrolling(element("pre", summary)));
if (graph !== undefined) {
  const drawing = element("div");
  drawing.className = "graph";
  drawing.innerHTML = graph;
  layers.append(drawing);
}

/** Counts, the darker the more among those of the row; the diagonal is what was right. */
function matrix(): HTMLTableElement {
  const table = document.createElement("table");
  table.className = "matrix";
  const head = table.createTHead().insertRow();
  head.append(...["", ...classNames].map((name) => element("th", name)));
  for (const [label, row] of confusion.entries()) {
    const line = table.insertRow();
    line.append(element("th", classNames[label]));
    const total = Math.max(
      1,
      row.reduce((sum, value) => sum + value, 0),
    );
    for (const [prediction, value] of row.entries()) {
      const cell = line.insertCell();
      cell.textContent = value === 0 ? "" : String(value);
      const part = value === 0 ? 0 : 15 + 70 * Math.sqrt(value / total);
      const color = prediction === label ? "#2f74d0" : "#d9822b";
      cell.style.background = `color-mix(in srgb, ${color} ${part.toFixed(0)}%, transparent)`;
    }
  }
  return table;
}
