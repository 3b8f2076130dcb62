/**
 * The report: one page that holds everything it needs, the result, the plotting library and the library itself, so that it can be sent and opened anywhere.
 * What it shows and does is page/. The plotting library is uPlot (MIT), which users install if they want reports.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type CommandLineError, wrong } from "../commandLine.js";
import type { PackageFiles } from "../surroundings.js";
import type { BenchResult } from "./result.js";

/** The texts that the page is made of. */
export interface ReportParts {
  /** uPlot's script, style sheet and licence. */
  readonly plotScript: string;
  readonly plotStyle: string;
  readonly plotLicense: string;
  /** page/page.ts, bundled with the library. */
  readonly pageScript: string;
}

/** Reads them, before anything is measured. Errors: CommandLineError where uPlot is not installed. */
export async function reportParts({ page }: PackageFiles): Promise<ReportParts> {
  const file = (path: string): Promise<string> => readFile(findInstalled(path), "utf8");
  const [plotScript, plotStyle, plotLicense, pageScript] = await Promise.all([
    file("uplot/dist/uPlot.iife.min.js"),
    file("uplot/dist/uPlot.min.css"),
    file("uplot/LICENSE"),
    readFile(fileURLToPath(page), "utf8"),
  ]);
  return { plotScript, plotStyle, plotLicense, pageScript };
}

/** Where a file of a package is: beside this package, or in the folder where the command was called. */
function findInstalled(path: string): string {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return createRequire(from).resolve(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw missing();
}

function missing(): CommandLineError {
  return wrong("bench", "--report needs uPlot, which is not installed", undefined, undefined, "Run npm install uplot.");
}

/** Writes the page. */
export async function writeReport(file: string, result: BenchResult, parts: ReportParts): Promise<void> {
  await writeFile(file, reportPage(result, parts));
}

/** The page as text. */
export function reportPage(
  result: BenchResult,
  { plotScript, plotStyle, plotLicense, pageScript }: ReportParts,
): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>lanegrad bench</title>
<style>${plotStyle}${style}</style>
<main>
<h1>lanegrad bench</h1>
<p>Speeds of what training is made of. Every result was compared with float64 arithmetic before it was timed; medians of many turns, taken in turns with
the machine's limit: multiply-adds on registers, or a copy of memory.</p>
<div id="runs"></div>
<form id="here">
<h2>Run in this browser</h2>
<p><label>Group <select name="group"></select></label> <label>seconds a case <input name="seconds" type="number" value="0.3" min="0.05" max="10" step="0.05"></label>
<button>Run here</button> <output></output></p>
</form>
</main>
<script type="application/json" id="result">${JSON.stringify(result).replaceAll("<", "\\u003c")}</script>
<!-- uPlot, the plotting library of this page:
${plotLicense.replaceAll("--", "- -")}-->
<script>${inScript(plotScript)}</script>
<script>${inScript(pageScript)}</script>
</html>
`;
}

/** A script's text cannot hold what ends a script. */
function inScript(text: string): string {
  return text.replaceAll("</script", "<\\/script");
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
.u-legend { text-align: left !important; } .u-legend tr:first-child { display: none !important; } .uplot { max-width: 100%; }
`;
