/**
 * A page in one file that holds everything it needs: data, plotting library and script. It can be sent and opened
 * anywhere. The plotting library is uPlot (MIT). The page's script, browser/page.ts, draws what was shown. Reads no
 * files.
 */
import type { Block } from "./shown.js";
import { style } from "./style.js";

/** The texts that a page is made of besides its data. */
export interface PageParts {
  /** uPlot's script, style sheet and licence. */
  readonly plotScript: string;
  readonly plotStyle: string;
  readonly plotLicense: string;
  /** What draws the page: build/report/page.js of this package. */
  readonly pageScript: string;
}

/** What a page shows. */
export interface Report {
  /** Of the window. */
  readonly title: string;
  readonly heading: string;
  /** A paragraph each: what it is about, and what came out. */
  readonly introduction: readonly string[];
  /** The command line that does it again, seed included; empty where there is none. */
  readonly command: string;
  /** Names and values: data, engine, machine, results. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly blocks: readonly Block[];
}

/** A page before it is written. */
export interface Page {
  readonly title: string;
  /** What stands in <main> before the script runs, as HTML. */
  readonly body: string;
  /** The script finds it as JSON in #result. */
  readonly data: unknown;
}

/** The HTML of a report. */
export function reportPage(report: Report, parts: PageParts): string {
  return pageText({ title: report.title, body: "", data: report }, parts);
}

/** The HTML of any page. */
export function pageText({ title, body, data }: Page, parts: PageParts): string {
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

/** A script's text cannot hold what ends a script, in whatever case, nor what begins a comment in one. */
function inScript(text: string): string {
  return text.replaceAll(/<(\/script|!--)/gi, "<\\$1");
}

/** A text as HTML. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
