/**
 * What a page needs from elsewhere, in Node: uPlot, the page's own script, Graphviz. The packages are optional ones
 * that users install. Nothing here is called in browsers.
 */
import type * as Graphviz from "@viz-js/viz";
import { nodeBuiltin } from "../io/node.js";
import type { PageParts } from "./page.js";
import { svgOf } from "./svg.js";

/**
 * The path of a package, or of a file in it: beside this package, or in the folder where the program was called;
 * undefined if it is not installed.
 */
export function findInstalled(path: string): string | undefined {
  const { createRequire } = nodeBuiltin("module", "report");
  for (const from of [import.meta.url, nodeBuiltin("path").resolve("package.json")]) {
    try {
      return createRequire(from).resolve(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

/**
 * Reads the texts that a page consists of.
 * @param script  URL of the page's script
 * @returns undefined where uPlot is not installed
 */
export async function readPageParts(script: string | URL): Promise<PageParts | undefined> {
  const { readFile } = nodeBuiltin("fs/promises", "report");
  const paths = ["uplot/dist/uPlot.iife.min.js", "uplot/dist/uPlot.min.css", "uplot/LICENSE"].map(findInstalled);
  if (paths.includes(undefined)) return undefined;
  const texts = await Promise.all([...paths, new URL(script)].map((path) => readFile(path!, "utf8")));
  const [plotScript, plotStyle, plotLicense, pageScript] = texts;
  return { plotScript, plotStyle, plotLicense, pageScript };
}

/** URL of the script of a report's page, build/report/page.js of this package; undefined where it is not found. */
export function pageScript(): string | undefined {
  const { existsSync } = nodeBuiltin("fs", "report");
  // from src/report and build/lib, and from build/modules/report
  const here = import.meta.url; // bundlers would take it for a file of theirs beside new URL
  const beside = ["../../build/report/page.js", "../../report/page.js"].map((path) => new URL(path, here));
  const found = beside.find((url) => existsSync(url));
  if (found !== undefined) return found.href;
  const installed = findInstalled("lanegrad/report/page.js"); // for a program that was bundled
  return installed && nodeBuiltin("url", "report").pathToFileURL(installed).href;
}

/** What draws graphs in Graphviz's language as SVG (@viz-js/viz, MIT); undefined if it is not installed. */
export async function graphviz(): Promise<((dot: string) => string) | undefined> {
  const file = findInstalled("@viz-js/viz");
  if (file === undefined) return undefined;
  const { instance } = nodeBuiltin("module", "report").createRequire(file)(file) as typeof Graphviz;
  const viz = await instance();
  return (dot) => svgOf(viz, dot);
}
