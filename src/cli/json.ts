/** The result of a command for other programs: one JSON object on standard output. */
import { printable } from "../errors.js";
import type { Surroundings } from "./surroundings.js";

/** Prints the object as one line. Numbers that JSON lacks (NaN, ∞) become null. */
export function printJson({ stdout }: Surroundings, result: object): void {
  stdout.write(`${printable(JSON.stringify(result))}\n`);
}
