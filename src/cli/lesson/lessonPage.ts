/**
 * The page of a lesson: what it has shown, the command that repeats it, and the engine it ran on. Reads the files that
 * every page needs.
 */
import type { Lesson } from "../../../course/stage.js";
import type { Collected } from "../../report/collected.js";
import { graphviz, readPageParts } from "../../report/installed.js";
import { type PageParts, pageText, reportPage } from "../../report/page.js";
import type { Block } from "../../report/shown.js";
import { wrong } from "../commandLine.js";

/** Bytes that are tested on the disk for the data of a page. */
const roomForData = 2 ** 18;

/**
 * Reads the texts that a page consists of, before anything else is done.
 *
 * @param command  for the message
 * @param script   URL of the page's script
 * @throws {CommandLineError} when uPlot is not installed
 */
export async function pageParts(command: string, script: string): Promise<PageParts> {
  const parts = await readPageParts(script);
  if (parts !== undefined) return parts;
  const hint = "Run npm install uplot.";
  throw wrong(command, "--report needs uPlot, which is not installed", undefined, undefined, hint);
}

/** The least size of a page in bytes, including room for data. */
export function pageSize(parts: PageParts): number {
  return pageText({ title: "", body: "", data: "" }, parts).length + roomForData;
}

/** The part of the page above the lesson's blocks. */
export interface Above {
  /** The command line that repeats the run, including the seed. */
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

/** Puts the result of a comparison above the blocks that lead to it. */
function tablesFirst(blocks: readonly Block[]): Block[] {
  return blocks.toSorted((a, b) => Number(b.kind === "table") - Number(a.kind === "table"));
}
