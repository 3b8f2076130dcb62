/**
 * Texts in, texts out: diacritics restored, sentences translated, lines of dialogue answered, by saved models of the
 * course's lessons. Does not read files.
 */
import { answererOf } from "../../../course/sequences/chatting.js";
import { restoreText } from "../../../course/sequences/restoring.js";
import { syllablesOf } from "../../../course/sequences/syllables.js";
import { translatorOf } from "../../../course/sequences/translating.js";
import { DataError, message, show } from "../../errors.js";
import type { Model } from "../../index.js";
import type { NamedText } from "./texts.js";

/** Whether a text has something to be rewritten, and how it is. */
interface Rewriter {
  readonly isEmpty: (text: string) => boolean;
  readonly rewrite: (model: Model, texts: readonly string[]) => Promise<readonly string[]>;
}

/** By what the model's notes say of its input. */
const rewriters: Readonly<Record<string, Rewriter>> = {
  syllables: {
    isEmpty: (text) => syllablesOf(text).forms.length === 0,
    rewrite: (model, texts) => Promise.all(texts.map((text) => restoreText(model, text))),
  },
  translate: {
    isEmpty: (text) => text.trim() === "",
    rewrite: async (model, texts) => texts.map((text) => translated(model, text)),
  },
  chat: {
    isEmpty: (text) => text.trim() === "",
    rewrite: async (model, texts) => texts.map((text) => answererOf(model).answer(turnsIn(text))),
  },
};

/** True for a model that makes texts of texts. */
export function rewritesTexts({ notes }: Model): boolean {
  return Object.hasOwn(rewriters, String(notes.input));
}

/**
 * The texts as the model writes them.
 * @throws {DataError} for a text without a letter, or a model whose notes are damaged
 */
export async function rewrittenTexts(model: Model, texts: readonly NamedText[]): Promise<NamedText[]> {
  const { isEmpty, rewrite } = rewriters[String(model.notes.input)];
  const empty = texts.find(({ text }) => isEmpty(text));
  if (empty !== undefined) {
    const hint = "Pass --text TEXT, files with a text each, or - for standard input.";
    const got = show(empty.text.slice(0, 20));
    throw new DataError(
      message("predict", `${empty.name} is an empty text`, { expected: "at least one word", got, hint }),
    );
  }
  const written = await rewrite(
    model,
    texts.map(({ text }) => text),
  );
  return texts.map(({ name }, i) => ({ name, text: written[i] }));
}

/** Each line is a turn; the last one is answered. */
function turnsIn(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** Each line is a sentence; empty ones stay. */
function translated(model: Model, text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  const full = lines.filter((line) => line.trim() !== "");
  const written = translatorOf(model).translate(full, 5);
  return lines.map((line) => (line.trim() === "" ? line : written.shift()!)).join("\n");
}
