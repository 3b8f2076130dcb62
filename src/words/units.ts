/**
 * Where words begin and end: a pattern, and whether texts are lower-cased first. The same for vocabularies, windows and
 * documents, so that a network and what is compared with it see the same words. Does not count them (vocabulary.ts).
 */
import { UsageError, message, show } from "../errors.js";
import { checkBoolean } from "../options.js";

/** How a text is split into words. */
export interface WordOptions {
  /**
   * What a word is. It must not match blanks or line breaks, and may not look beyond one. Default: a run of letters of
   * any script with their marks; `/[a-z]+/` is the usual choice for English Wikipedia.
   */
  readonly pattern?: RegExp;
  /** Whether texts are lower-cased first. Default true. */
  readonly lower?: boolean;
}

/** The names of {@link WordOptions}. */
export const wordOptionNames = ["pattern", "lower"];

const letters = /\p{L}[\p{L}\p{M}]*/u;

/** Splits a text into its words. */
export type Splitter = (text: string) => readonly string[];

/** @throws {UsageError} when pattern is not a RegExp, matches nothing or a blank, or lower is not true or false */
export function splitter(op: string, { pattern = letters, lower = true }: WordOptions): Splitter {
  checkBoolean(op, "lower", lower);
  if (!(pattern instanceof RegExp)) {
    throw new UsageError(message(op, "pattern must be a regular expression", { got: show(pattern) }));
  }
  const all = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "") + "g");
  const tried = "a \t\n\r\u00a0".match(all) ?? [];
  if (tried.some((match) => match === "" || /\s/.test(match))) {
    const hint = "Use + for *, and leave blanks out.";
    throw new UsageError(
      message(op, "pattern matches what is no word", { expected: "words without blanks", got: show(pattern.source), hint }), // prettier-ignore
    );
  }
  return (text) => (lower ? text.toLowerCase() : text).match(all) ?? [];
}
