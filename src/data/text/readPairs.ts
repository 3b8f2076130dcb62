/** Pairs of texts from a file with a pair a line, separated by a tab: Tatoeba's sentences and their translations. */
import { DataError, message, show } from "../../errors.js";
import type { ByteSource } from "../../io/bytes.js";
import type { InflateOptions } from "../../io/gzip.js";
import { readText } from "./readText.js";

/** Texts and, at the same numbers, what they are paired with. */
export interface TextPairs {
  readonly sources: readonly string[];
  readonly targets: readonly string[];
}

/**
 * The pairs of a UTF-8 file, gzipped or not; what stands behind a second tab of a line is not read, and empty lines are
 * left out.
 *
 * @param source  a path or file: URL (Node), bytes, a Blob, a Response, a stream
 * @throws {DataError} when the file cannot be read, has no pair, or has a line without one, naming it
 */
export async function readPairs(source: ByteSource, options: InflateOptions = {}): Promise<TextPairs> {
  const op = "text.readPairs";
  const [sources, targets]: [string[], string[]] = [[], []];
  for (const [i, line] of (await readText(source, options)).split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const [left, right = ""] = line.split("\t");
    if (left.trim() === "" || right.trim() === "") {
      const expected = "a text, a tab, and another text";
      throw new DataError(message(op, `line ${i + 1} is not a pair`, { expected, got: show(line) }));
    }
    sources.push(left);
    targets.push(right);
  }
  if (sources.length === 0) throw new DataError(message(op, "the file has no pairs"));
  return { sources, targets };
}
