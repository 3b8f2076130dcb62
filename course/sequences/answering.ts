/**
 * Texts in, texts out: diacritics restored, sentences translated, lines of dialogue answered, by saved models of these
 * lessons. The command `lanegrad predict` and the page of saved models answer by it.
 */
import type { Model } from "lanegrad";
import { answererOf } from "./dialogue/chatting.js";
import { restoreText } from "./restoring.js";
import { syllablesOf } from "./syllables.js";
import { translatorOf } from "./translating.js";

/** What a model makes of texts. */
export interface TextAnswering {
  /** What is to be given, for people. */
  readonly asked: string;
  /** True where the turns before belong to the text, a turn a line. */
  readonly isDialogue: boolean;
  readonly isEmpty: (text: string) => boolean;
  readonly answer: (model: Model, text: string) => Promise<string>;
}

const isBlank = (text: string): boolean => text.trim() === "";
/** The width of the beam in which translations are searched. */
const width = 5;

/** By what a model's notes say of its input. */
const answerings: Readonly<Record<string, TextAnswering>> = {
  syllables: {
    ...{ asked: "a Vietnamese text without its diacritics", isDialogue: false },
    isEmpty: (text) => syllablesOf(text).forms.length === 0,
    answer: restoreText,
  },
  translate: {
    ...{ asked: "sentences, one on each line", isDialogue: false, isEmpty: isBlank },
    answer: async (model, text) => translated(model, text),
  },
  chat: {
    ...{ asked: "a line of dialogue", isDialogue: true, isEmpty: isBlank },
    answer: async (model, text) => answererOf(model).answer(text.split("\n").filter((line) => !isBlank(line))),
  },
};

/** What this model makes of texts; undefined for one that makes no texts of texts. */
export function textAnsweringOf({ notes }: Model): TextAnswering | undefined {
  const input = String(notes.input);
  return Object.hasOwn(answerings, input) ? answerings[input] : undefined;
}

/** Each line is a sentence; empty ones stay. */
function translated(model: Model, text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  const written = translatorOf(model).translate(
    lines.filter((line) => !isBlank(line)),
    width,
  );
  return lines.map((line) => (isBlank(line) ? line : written.shift()!)).join("\n");
}
