/**
 * The page of a lesson: what it has shown, how it is repeated, and what ran it. Reads the files that every page needs.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Graphviz from "@viz-js/viz";
import type { Lesson } from "../../../course/stage.js";
import type { Collected } from "../../report/collected.js";
import { type PageParts, pageText, reportPage } from "../../report/page.js";
import type { Block } from "../../report/shown.js";
import { svgOf } from "../../report/svg.js";
import { wrong } from "../commandLine.js";
import { findInstalled } from "./installed.js";

/** What is tried of a disk for the data of a page, in bytes. */
const roomForData = 2 ** 18;

/**
 * Reads the texts that a page is made of, before anything else is done.
 *
 * @param command  for the message
 * @param script   URL of the page's script
 * @throws {CommandLineError} when uPlot is not installed
 */
export async function pageParts(command: string, script: string): Promise<PageParts> {
  const file = async (path: string): Promise<string> => {
    const found = findInstalled(path);
    if (found !== undefined) return readFile(found, "utf8");
    const hint = "Run npm install uplot.";
    throw wrong(command, "--report needs uPlot, which is not installed", undefined, undefined, hint);
  };
  const [plotScript, plotStyle, plotLicense, pageScript] = await Promise.all([
    file("uplot/dist/uPlot.iife.min.js"),
    file("uplot/dist/uPlot.min.css"),
    file("uplot/LICENSE"),
    readFile(fileURLToPath(script), "utf8"),
  ]);
  return { plotScript, plotStyle, plotLicense, pageScript };
}

/** How large a page will be at least, in bytes: with room for data. */
export function pageSize(parts: PageParts): number {
  return pageText({ title: "", body: "", data: "" }, parts).length + roomForData;
}

/** What stands above everything that was shown. */
export interface Above {
  /** The command line that does it again, seed included. */
  readonly command: string;
  /** Names and values, after those that the lesson has shown. */
  readonly facts: readonly (readonly [name: string, text: string])[];
}

/** The bytes of the page. */
export async function lessonPage(
  { name, title, about, kind }: Lesson,
  { facts, blocks, conclusions }: Collected,
  above: Above,
  parts: PageParts,
): Promise<Uint8Array> {
  const draw = await graphviz();
  const text = reportPage(
    {
      title: `${title} – lanegrad ${kind === "table" ? "table" : "train"} ${name}`,
      heading: title,
      introduction: [`${about[0].toUpperCase()}${about.slice(1)}.`, ...conclusions.map(({ text }) => text)],
      command: above.command,
      facts: [...facts.map(({ name, text }) => [name, text] as const), ...above.facts],
      blocks: tablesFirst(blocks).map((block) =>
        block.kind === "graph" && draw ? { ...block, svg: draw(block.dot) } : block,
      ),
    },
    parts,
  );
  return new TextEncoder().encode(text);
}

/** What a comparison comes to stands above how it came to it. */
function tablesFirst(blocks: readonly Block[]): Block[] {
  return blocks.toSorted((a, b) => Number(b.kind === "table") - Number(a.kind === "table"));
}

/** What draws graphs as SVG: Graphviz (@viz-js/viz, MIT), where it is installed. */
async function graphviz(): Promise<((dot: string) => string) | undefined> {
  const file = findInstalled("@viz-js/viz");
  if (file === undefined) return undefined;
  const { instance } = createRequire(pathToFileURL(file))(file) as typeof Graphviz;
  const viz = await instance();
  return (dot) => svgOf(viz, dot);
}
