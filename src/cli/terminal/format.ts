/** Numbers as people read them, and foreign text as it may stand in a line. Does not know terminals or colours. */
import { printable } from "../../errors.js";

export { count, decimal, duration, percent, plural, rate } from "../../../course/support/format.js";

/** A foreign text, as a name or a path, in one line: printable, and its tabs and line feeds as in JSON. */
export function oneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}
