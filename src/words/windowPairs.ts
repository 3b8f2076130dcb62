/**
 * The pairs of a word and a word near it that skip-gram learns from, as a list to be looked at. A training does not
 * make this list: it walks the windows.
 */
import { UsageError, checkKeys, message, show } from "../errors.js";
import { checkInteger } from "../options.js";
import { type WordOptions, splitter, wordOptionNames } from "./units.js";
import { isListOf } from "../lists.js";

/** Options of {@link windowPairs}. */
export interface WindowPairsOptions extends WordOptions {
  /** How many words on each side are the context, ≥ 1. */
  readonly window: number;
}

/** The word in the middle of a window, and one of the words around it. */
export type WindowPair = readonly [centre: string, context: string];

/**
 * Every word of a text with each word at most `window` places before and after it, in the order of the text:
 *
 *   windowPairs("The quick brown fox", { window: 1 })
 *   // [["the", "quick"], ["quick", "the"], ["quick", "brown"], ["brown", "quick"], ["brown", "fox"], ["fox", "brown"]]
 *
 * @param text  a text, or its words
 * @returns     no pairs for a text of fewer than two words
 * @throws {UsageError} for a wrong option, or for what is not a text
 */
export function windowPairs(text: string | readonly string[], options: WindowPairsOptions): WindowPair[] {
  const op = "words.windowPairs";
  checkKeys(op, options, ["window", ...wordOptionNames]);
  const { window } = options;
  checkInteger(op, "window", window, "[1, ∞)");
  const split = splitter(op, options);
  const isList = isListOf(text, (one) => typeof one === "string");
  if (typeof text !== "string" && !isList) {
    throw new UsageError(message(op, "not a text", { expected: "a string, or a list of words", got: show(text) }));
  }
  const words = typeof text === "string" ? split(text) : text;
  const pairs: WindowPair[] = [];
  for (const [i, centre] of words.entries()) {
    for (let j = Math.max(0, i - window); j <= Math.min(words.length - 1, i + window); j++) {
      if (j !== i) pairs.push([centre, words[j]]);
    }
  }
  return pairs;
}
