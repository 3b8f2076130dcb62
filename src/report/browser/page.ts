/** The script of a report's page: draws the data stored in the page. Browsers only. */
import type { Report } from "../page.js";
import { Drawing } from "./drawing.js";
import { element, factList, scrolling } from "./elements.js";

const main = document.querySelector("main")!;
const report = JSON.parse(document.querySelector("#result")!.textContent) as Report;

main.append(element("h1", report.heading), ...report.introduction.map((text) => element("p", text)));
if (report.command !== "") main.append(scrolling(element("pre", report.command), "The command that does it again"));
main.append(scrolling(factList(report.facts), "Facts"));
const drawing = new Drawing(main);
for (const block of report.blocks) drawing.draw(block);
