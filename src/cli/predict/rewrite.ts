/** Texts in, texts out, by saved models of the course's lessons: course/sequences/answering.ts. Does not read files. */
import { textAnsweringOf } from "../../../course/sequences/answering.js";
import { DataError, message, show } from "../../errors.js";
import type { Model } from "../../index.js";
import type { NamedText } from "./texts.js";

/** True for a model that makes texts of texts. */
export function rewritesTexts(model: Model): boolean {
  return textAnsweringOf(model) !== undefined;
}

/**
 * The texts as the model writes them.
 * @throws {DataError} for a text without a letter, or a model whose notes are damaged
 */
export async function rewrittenTexts(model: Model, texts: readonly NamedText[]): Promise<NamedText[]> {
  const { isEmpty, answer } = textAnsweringOf(model)!;
  const empty = texts.find(({ text }) => isEmpty(text));
  if (empty !== undefined) {
    const hint = "Pass --text TEXT, files with a text each, or - for standard input.";
    const got = show(empty.text.slice(0, 20));
    throw new DataError(
      message("predict", `${empty.name} is an empty text`, { expected: "at least one word", got, hint }),
    );
  }
  return Promise.all(texts.map(async ({ name, text }) => ({ name, text: await answer(model, text) })));
}
