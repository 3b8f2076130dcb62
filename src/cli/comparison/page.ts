/** The script of a comparison's page: draws what the page carries. Runs in browsers only. */
import { element, factList, scrolling, section, tableOf } from "../pages/browser/elements.js";
import { showChart } from "../pages/browser/showChart.js";
import type { ComparisonReport } from "./report.js";

const main = document.querySelector("main")!;
const report = JSON.parse(document.querySelector("#result")!.textContent) as ComparisonReport;
const { title, introduction, command, facts, tables, charts } = report;

main.append(element("h1", title), ...introduction.map((text) => element("p", text)));
main.append(element("pre", command), scrolling(factList(facts)));
for (const { title, header, rows } of tables) {
  const table = tableOf(header, rows);
  table.className = "comparison";
  section(main, title).append(scrolling(table));
}
if (charts.length > 0) {
  const drawn = section(main, "Charts");
  for (const chart of charts) showChart(drawn, chart);
}
