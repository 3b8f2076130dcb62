/**
 * Where a command shows its work: lines of text, on a terminal also one live line that is overwritten, and colours if
 * they are wanted. Respects NO_COLOR (no-color.org) and TERM=dumb. Counts one column per character: commands write no
 * wide characters. Everything written is made printable first; the only control sequences that remain are those of
 * `style` and `drawImage`.
 */
import { printable } from "../../errors.js";
import { oneLine } from "./format.js";
import { wrap } from "./layout.js";
import type { Output, Surroundings } from "../surroundings.js";

/** A style by its SGR number. */
const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Matches what sets a style or a colour (SGR). */
// eslint-disable-next-line no-control-regex -- it begins with a control character
const sequence = /^\u001b\[[\d;]*m$/;
// eslint-disable-next-line no-control-regex -- the same
const sequenceOrText = /\u001b\[[\d;]*m|\u001b|[^\u001b]+/g;

/** Width of the names of facts. */
const nameColumns = 9;

/** Width assumed for a pipe or a file. */
const unknownColumns = 100;

/** A stream of lines for people. */
export class Terminal {
  /** True when a person is watching, so that a line may be overwritten. */
  readonly isLive: boolean;
  readonly hasColor: boolean;
  readonly #output: Output;
  #live = false;

  constructor(output: Output, env: Surroundings["env"]) {
    this.#output = output;
    this.isLive = output.isTTY === true && env.TERM !== "dumb";
    this.hasColor = this.isLive && !env.NO_COLOR;
  }

  /** The most characters of a line; read anew each time, since windows change. */
  get columns(): number {
    return (this.isLive && this.#output.columns) || unknownColumns;
  }

  /** Writes a line, above the live one. @param line without styles */
  print(line = ""): void {
    this.#write(printable(line));
  }

  /**
   * As {@link print}, for a line with parts that {@link style} or drawImage made; the rest must be the command's own
   * text or `oneLine`.
   */
  printStyled(line: string): void {
    this.#write(this.#clean(line));
  }

  /** Writes a line of a list of facts: a name and the fact, wrapped if a person is watching. */
  fact(name: string, text: string, style?: keyof typeof styles): void {
    const shown = oneLine(text);
    const lines = this.isLive ? wrap(shown, this.columns - nameColumns - 1) : [shown];
    for (const [i, line] of lines.entries()) {
      const start = this.style((i === 0 ? `${name} ` : "").padEnd(nameColumns), "dim");
      this.printStyled(`${start}${style === undefined ? line : this.style(line, style)}`);
    }
  }

  /**
   * The most characters of the live line; leaves room for the ^C that a terminal shows, which would otherwise begin a
   * new line.
   */
  get liveColumns(): number {
    return Math.max(0, this.columns - 3);
  }

  /**
   * Replaces the live line. Only where {@link isLive}.
   * @param line at most {@link liveColumns} characters, styles aside
   */
  live(line: string): void {
    this.#output.write(`\r\u001b[K${this.#clean(line)}`);
    this.#live = true;
  }

  /**
   * Shows on the live line, if there is one, what is being done; cut if the terminal is too narrow.
   * @param text without styles
   */
  note(text: string): void {
    if (this.isLive) this.live(oneLine(text).slice(0, this.liveColumns));
  }

  /** Removes the live line. */
  clearLive(): void {
    if (this.#live) this.#output.write("\r\u001b[K");
    this.#live = false;
  }

  /** The text in a style, or without one if there are no colours. */
  style(text: string, style: keyof typeof styles): string {
    const shown = printable(text);
    return this.hasColor && text !== "" ? `\u001b[${styles[style]}m${shown}\u001b[0m` : shown;
  }

  #write(line: string): void {
    this.clearLive();
    this.#output.write(`${line}\n`);
  }

  /** Printable except for styles, if there are any. */
  #clean(line: string): string {
    if (!this.hasColor) return printable(line);
    return line.replace(sequenceOrText, (piece) => (sequence.test(piece) ? piece : printable(piece)));
  }
}
