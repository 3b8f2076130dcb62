/**
 * Where a command shows its work: lines of text, on a terminal also one live line that is written over, and colours where they are wanted.
 * Respects NO_COLOR (no-color.org) and TERM=dumb. Counts one column a character: what commands write has no wide characters.
 */
import { wrap } from "./layout.js";
import type { Output, Surroundings } from "./surroundings.js";

/** A style by its SGR number. */
const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Width of the names of facts. */
const nameColumns = 9;

/** Width where nobody tells it: a pipe or a file. */
const unknownColumns = 100;

/** A stream of lines for people. */
export class Terminal {
  /** A person is watching, so a line may be written over. */
  readonly isLive: boolean;
  readonly hasColor: boolean;
  readonly #output: Output;
  #live = false;

  constructor(output: Output, env: Surroundings["env"]) {
    this.#output = output;
    this.isLive = output.isTTY === true && env.TERM !== "dumb";
    this.hasColor = this.isLive && !env.NO_COLOR;
  }

  /** Characters that a line may have: read anew each time, as windows change. */
  get columns(): number {
    return (this.isLive && this.#output.columns) || unknownColumns;
  }

  /** Writes a line, above the live one. */
  print(line = ""): void {
    this.clearLive();
    this.#output.write(`${line}\n`);
  }

  /** Writes a line of a list of facts: what it is about, and the fact, wrapped where a person is watching. */
  fact(name: string, text: string, style?: keyof typeof styles): void {
    const lines = this.isLive ? wrap(text, this.columns - nameColumns - 1) : [text];
    for (const [i, line] of lines.entries()) {
      const start = this.style((i === 0 ? name : "").padEnd(nameColumns), "dim");
      this.print(`${start}${style === undefined ? line : this.style(line, style)}`);
    }
  }

  /** Characters that the live line may have: beside it there is room for the ^C that a terminal shows, which would else begin a new line. */
  get liveColumns(): number {
    return Math.max(0, this.columns - 3);
  }

  /** Replaces the live line. Only where {@link isLive}. @param line at most {@link liveColumns} characters, styles aside */
  live(line: string): void {
    this.#output.write(`\r\u001b[K${line}`);
    this.#live = true;
  }

  /** Tells on the live line, where there is one, what is being done; cut where the terminal is too narrow. @param text without styles */
  note(text: string): void {
    if (this.isLive) this.live(text.slice(0, this.liveColumns));
  }

  /** Removes the live line. */
  clearLive(): void {
    if (this.#live) this.#output.write("\r\u001b[K");
    this.#live = false;
  }

  /** The text in a style, or as it is where there are no colours. */
  style(text: string, style: keyof typeof styles): string {
    return this.hasColor && text !== "" ? `\u001b[${styles[style]}m${text}\u001b[0m` : text;
  }
}
