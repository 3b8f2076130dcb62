/**
 * A page in one file with everything it needs: data, plotting library and script. It can be sent and opened anywhere.
 * The plotting library is uPlot (MIT). The page's script, browser/page.ts, draws what was shown. Reads no files.
 */
import { UsageError, message, show } from "../errors.js";
import type { Block } from "./shown.js";
import { style } from "./style.js";

/** The texts that a page consists of, besides its data. */
export interface PageParts {
  /** uPlot's script, style sheet and licence. */
  readonly plotScript: string;
  readonly plotStyle: string;
  readonly plotLicense: string;
  /** The script that draws the page: build/report/page.js of this package. */
  readonly pageScript: string;
}

/** The contents of a report. */
export interface Report {
  /** The title of the window. */
  readonly title: string;
  readonly heading: string;
  /** Paragraphs: the subject, and the conclusions. */
  readonly introduction: readonly string[];
  /** The command line that repeats the run, including the seed; empty if there is none. */
  readonly command: string;
  /** Names and values: data, engine, machine, results. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly blocks: readonly Block[];
}

/** The contents of any page. */
export interface Page {
  readonly title: string;
  /** The HTML in <main> before the script runs. */
  readonly body: string;
  /** The data, which the script finds as JSON in #result. */
  readonly data: unknown;
}

/** The HTML of a report. @throws {UsageError} for no report, or where a text is missing */
export function reportPage(report: Report, parts: PageParts): string {
  if (typeof report?.title !== "string")
    throw new UsageError(message("reportPage", "this is no report", { expected: "{ title, … }", got: show(report) }));
  const texts = { plotScript: 0, plotStyle: 0, plotLicense: 0, pageScript: 0 } satisfies Record<keyof PageParts, 0>;
  const missing = Object.keys(texts).find((name) => typeof parts?.[name as keyof PageParts] !== "string");
  if (missing !== undefined) {
    const [expected, got] = [Object.keys(texts).join(", "), show(parts)];
    throw new UsageError(message("reportPage", `part ${missing} is missing`, { expected, got }));
  }
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

/** A text for a script element, without what ends a script, in any case, or begins a comment in one. */
function inScript(text: string): string {
  return text.replaceAll(/<(\/script|!--)/gi, "<\\$1");
}

/** A text as HTML. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
