/**
 * Pages that the command writes: one file that holds everything it needs, data, plotting library and script, so that it can be sent and opened anywhere.
 * The plotting library is uPlot (MIT), which users install if they want such pages. Does not know what a page shows: its script does.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type CommandLineError, wrong } from "../commandLine.js";
import { findInstalled } from "./installed.js";

/** What is tried of a disk for the data of a page, in bytes. */
const roomForData = 2 ** 18;

/** The texts that a page is made of. */
export interface PageParts {
  /** uPlot's script, style sheet and licence. */
  readonly plotScript: string;
  readonly plotStyle: string;
  readonly plotLicense: string;
  /** What draws the page. */
  readonly pageScript: string;
}

/**
 * Reads them, before anything else is done.
 *
 * @param command  for the message
 * @param script   URL of the page's script
 * Errors: CommandLineError where uPlot is not installed.
 */
export async function pageParts(command: string, script: string): Promise<PageParts> {
  const file = async (path: string): Promise<string> => {
    const found = findInstalled(path);
    if (found === undefined) throw missing(command);
    return readFile(found, "utf8");
  };
  const [plotScript, plotStyle, plotLicense, pageScript] = await Promise.all([
    file("uplot/dist/uPlot.iife.min.js"),
    file("uplot/dist/uPlot.min.css"),
    file("uplot/LICENSE"),
    readFile(fileURLToPath(script), "utf8"),
  ]);
  return { plotScript, plotStyle, plotLicense, pageScript };
}

function missing(command: string): CommandLineError {
  return wrong(command, "--report needs uPlot, which is not installed", undefined, undefined, "Run npm install uplot.");
}

/**
 * The page as text; its script finds `data` as JSON in #result.
 * @param body  what stands in <main>, as HTML
 */
export function pageText(title: string, body: string, data: unknown, parts: PageParts): string {
  const { plotScript, plotStyle, plotLicense, pageScript } = parts;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${plotStyle}${style}</style>
<main>
${body}
</main>
<script type="application/json" id="result">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<!-- uPlot, the plotting library of this page:
${plotLicense.replaceAll("--", "- -")}-->
<script>${inScript(plotScript)}</script>
<script>${inScript(pageScript)}</script>
</html>
`;
}

/** What a page shows. */
export interface Page {
  readonly title: string;
  /** What stands in <main> before the script runs, as HTML. Default: nothing. */
  readonly body?: string;
  /** What the script draws. */
  readonly data: unknown;
}

/** The bytes of a page. */
export function pageBytes({ title, body = "", data }: Page, parts: PageParts): Uint8Array {
  return new TextEncoder().encode(pageText(title, body, data, parts));
}

/** How large a page will be at least, in bytes: with room for data. */
export function pageSize(parts: PageParts): number {
  return pageText("", "", "", parts).length + roomForData;
}

/** A script's text cannot hold what ends a script, in whatever case, nor what begins a comment in one. */
function inScript(text: string): string {
  return text.replaceAll(/<(\/script|!--)/gi, "<\\$1");
}

/** A text as HTML. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

const style = `
:root { color-scheme: light dark; --ink: #1d2530; --faint: #6b7684; --line: #d9dee5; --paper: #fff; --mark: #eef2f7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ee; --faint: #97a3b1; --line: #37414d; --paper: #14181d; --mark: #1e252d; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { margin: 0; font-size: 1.6rem; } h2 { margin: 2.5rem 0 0.25rem; font-size: 1.2rem; } h3 { margin: 1.75rem 0 0.25rem; font-size: 1rem; }
p { margin: 0.25rem 0 0.75rem; } .facts { color: var(--faint); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
th { font-weight: 500; color: var(--faint); } th, td { padding: 0.15rem 0.6rem; text-align: right; border-bottom: 1px solid var(--line); }
th:nth-child(-n + 2), td:nth-child(-n + 2) { text-align: left; } td:first-child { color: var(--faint); } tbody tr:hover { background: var(--mark); }
input, select, button { font: inherit; padding: 0.15rem 0.5rem; } input { width: 5rem; } label { margin-right: 0.75rem; } output { color: var(--faint); }
pre { overflow-x: auto; font-size: 0.85rem; line-height: 1.35; }
.gallery { display: flex; flex-wrap: wrap; gap: 0.6rem; } figure { margin: 0; } figcaption { font-size: 0.75rem; color: var(--faint); max-width: 7rem; }
canvas { image-rendering: pixelated; } .matrix td, .matrix th { text-align: center; border: 1px solid var(--line); }
.comparison td, .comparison th { text-align: right; } .comparison td:first-child, .comparison th:first-child { text-align: left; color: inherit; }
.graph svg { max-width: 100%; height: auto; } .graph text { fill: var(--ink); } .graph [stroke="black"] { stroke: var(--faint); } .graph [fill="black"] { fill: var(--faint); }
.u-legend { text-align: left !important; white-space: normal; } .u-legend th { white-space: nowrap; } .u-legend.u-live tr:first-child { display: none !important; } .uplot { max-width: 100%; }
`;
