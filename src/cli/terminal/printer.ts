/** Prints on a terminal what a lesson shows, except what only a page can show, such as charts. */
import type { Picture } from "../../report/picture.js";
import type { Conclusion, Images, Progress, Shown, Table, Text } from "../../report/shown.js";
import { classTable } from "./classTable.js";
import { type DrawnImage, drawRow } from "./drawDigit.js";
import { oneLine } from "./format.js";
import { inColumns, wrap } from "./layout.js";
import { epochLine, liveLine } from "./progress.js";
import type { Terminal } from "./terminal.js";

/** The most pictures that are drawn, if the terminal is wide enough. */
const mostDrawn = 6;

/** Prints whatever is shown. */
export class Printer {
  readonly #terminal: Terminal;
  /** The heading of conclusions; without it conclusions are lines of their own. */
  readonly #conclusionName: string | undefined;
  /** The table whose rows arrive one by one, and the rows so far. */
  #growing: { readonly table: Table; readonly rows: (readonly string[])[] } | undefined;
  #hasConcluded = false;

  constructor(terminal: Terminal, conclusionName: string | undefined) {
    this.#terminal = terminal;
    this.#conclusionName = conclusionName;
  }

  show(shown: Shown): void {
    const terminal = this.#terminal;
    if ("isDetail" in shown && shown.isDetail === true) return;
    switch (shown.kind) {
      case "progress":
        this.#progress(shown);
        break;
      case "now":
        if (shown.name !== undefined) terminal.fact(shown.name, shown.text);
        else if (shown.text === "") terminal.clearLive();
        else terminal.note(shown.text);
        break;
      case "fact":
        terminal.fact(shown.name, shown.text, shown.isResult === true ? "bold" : undefined);
        break;
      case "table":
        this.#table(shown);
        break;
      case "row":
        this.#growing!.rows.push(shown.cells);
        terminal.print(lineOf(this.#growing!.table, shown.cells));
        break;
      case "confusion":
        terminal.print();
        for (const line of classTable(shown.counts, shown.classNames.map(oneLine), terminal))
          terminal.printStyled(line);
        break;
      case "images":
        this.#images(shown);
        break;
      case "text":
        this.#text(shown);
        break;
      case "steps":
        for (const block of shown.steps[shown.first ?? 0].blocks) this.show(block);
        break;
      case "conclusion":
        this.#conclude(shown);
        break;
      default: // for pages only
    }
  }

  #progress(progress: Progress): void {
    const { ended } = progress;
    const terminal = this.#terminal;
    if (terminal.isLive) {
      if (ended === undefined) terminal.live(liveLine(progress, terminal.liveColumns, terminal));
    } else if (ended !== undefined) terminal.print(epochLine(progress, ended));
  }

  #table(table: Table): void {
    const { title, header, rows, widths } = table;
    const terminal = this.#terminal;
    terminal.print();
    if (widths !== undefined) {
      this.#growing = { table, rows: [] };
      terminal.printStyled(terminal.style(lineOf(table, header), "dim"));
      return;
    }
    terminal.printStyled(terminal.style(title, "bold"));
    const [head, ...lines] = inColumns([header, ...rows]);
    terminal.printStyled(terminal.style(head, "dim"));
    for (const line of lines) terminal.print(line);
  }

  #images({ pictures }: Images): void {
    const shown = pictures.slice(0, mostDrawn);
    const captions = shown.map(({ caption }) => oneLine(caption));
    this.#terminal.print();
    for (const line of drawRow(shown.map(drawnImage), captions, this.#terminal)) this.#terminal.printStyled(line);
  }

  #text({ title, text }: Text): void {
    const terminal = this.#terminal;
    terminal.print();
    terminal.printStyled(terminal.style(title, "dim"));
    for (const line of text.split(/\r?\n/)) for (const part of wrap(line, terminal.columns)) terminal.print(part);
  }

  #conclude({ text }: Conclusion): void {
    const terminal = this.#terminal;
    if (!this.#hasConcluded) {
      this.#hasConcluded = true;
      // If the lines of epochs are between its rows, the table is printed once more, in one piece.
      if (this.#growing !== undefined && !terminal.isLive) {
        const { table, rows } = this.#growing;
        terminal.print();
        for (const cells of [table.header, ...rows]) terminal.print(lineOf(table, cells));
      }
      terminal.print();
    }
    if (this.#conclusionName === undefined) terminal.print(text);
    else terminal.fact(this.#conclusionName, text, "bold");
  }
}

/** A line of a table whose rows arrive one by one: columns are as wide as they may need to be. */
function lineOf({ widths }: Table, cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 0 ? cell.padEnd(widths![i]) : cell.padStart(widths![i])))
    .join("  ")
    .trimEnd();
}

/** The picture as ink, of colours the brightness, and its colours where it has some. */
function drawnImage({ width, height, pixels, isColored }: Picture): DrawnImage {
  const bytes = Buffer.from(pixels, "base64");
  if (isColored !== true) return { width, height, pixels: bytes };
  const brightness = (_: unknown, i: number): number =>
    0.299 * bytes[3 * i] + 0.587 * bytes[3 * i + 1] + 0.114 * bytes[3 * i + 2];
  return { width, height, pixels: Uint8Array.from({ length: width * height }, brightness), colors: bytes };
}
