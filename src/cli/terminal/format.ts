/** Numbers for people, and foreign text made safe for a line. Does not know terminals or colours. */
import { printable } from "../../errors.js";

export { count, decimal, duration, percent, plural, rate } from "../../../course/support/format.js";

/** A foreign text, such as a name or a path, on one line: printable, with tabs and line feeds as in JSON. */
export function oneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}
