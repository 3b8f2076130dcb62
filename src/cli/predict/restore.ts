/** Texts given their diacritics by a saved model of the course's lesson on them. Does not read files. */
import { restoreText } from "../../../course/sequences/restoring.js";
import { syllablesOf } from "../../../course/sequences/syllables.js";
import { DataError, message, show } from "../../errors.js";
import type { Model } from "../../index.js";
import type { NamedText } from "./texts.js";

/** True for a model that restores diacritics. */
export function restoresTexts(model: Model): boolean {
  return model.notes.input === "syllables";
}

/**
 * The texts with their diacritics.
 * @throws {DataError} for a text without a letter, or a model whose notes are damaged
 */
export async function restoredTexts(model: Model, texts: readonly NamedText[]): Promise<NamedText[]> {
  const empty = texts.find(({ text }) => syllablesOf(text).forms.length === 0);
  if (empty !== undefined) {
    const hint = "Pass --text TEXT, files with a text each, or - for standard input.";
    const got = show(empty.text.slice(0, 20));
    throw new DataError(
      message("predict", `${empty.name} is an empty text`, { expected: "at least one word", got, hint }),
    );
  }
  const restored: NamedText[] = [];
  for (const { name, text } of texts) restored.push({ name, text: await restoreText(model, text) });
  return restored;
}
