/**
 * Where a command shows its work: lines of text, on a terminal also one live line that is written over, and colours where they are wanted.
 * Respects NO_COLOR (no-color.org) and TERM=dumb. Counts one column a character: what commands write has no wide characters.
 */
import type { Output, Surroundings } from "./surroundings.js";

/** A style by its SGR number. */
const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

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

  /** Replaces the live line. Only where {@link isLive}; the line must be shorter than the terminal is wide. */
  live(line: string): void {
    this.#output.write(`\r\u001b[K${line}`);
    this.#live = true;
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
