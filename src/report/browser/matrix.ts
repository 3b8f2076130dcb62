/** A confusion matrix as a table. Browsers only. */
import type { Confusion } from "../shown.js";
import { headerCell, shade } from "./elements.js";

/** Counts, coloured by their share of the row: blue on the diagonal for correct predictions, orange elsewhere. */
export function matrixOf({ classNames, counts }: Confusion): HTMLTableElement {
  const table = document.createElement("table");
  table.className = "matrix";
  const head = table.createTHead().insertRow();
  head.append(headerCell("true ↓ read as →", "col"), ...classNames.map((name) => headerCell(name, "col")));
  const body = table.createTBody();
  for (const [label, row] of counts.entries()) {
    const line = body.insertRow();
    line.append(headerCell(classNames[label], "row"));
    const total = Math.max(
      1,
      row.reduce((sum, value) => sum + value, 0),
    );
    for (const [prediction, value] of row.entries()) {
      const cell = line.insertCell();
      cell.textContent = value === 0 ? "" : String(value);
      shade(cell, prediction === label ? "#2f74d0" : "#d9822b", value / total);
    }
  }
  return table;
}
