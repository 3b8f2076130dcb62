/**
 * Texts for a model that has its vocabulary in its notes: `notes.input` is "text", `notes.vocabulary` the toJSON of
 * datasets.imdb's words or of a tokenizer. Does not read files. Letters: N texts, T tokens of a sample.
 */
import { DataError, message, show } from "../../errors.js";
import { type Model, type Tensor, datasets, text as library } from "../../index.js";
import { plural } from "../terminal/format.js";

/** Characters of a text that name it in a table. */
const nameLength = 40;

/** A text and where it comes from. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** True for a model that reads texts. */
export function readsTexts(model: Model): boolean {
  return model.notes.input === "text";
}

/** Texts as samples. */
export interface TextSamples {
  /** (N, T) int32 */
  readonly x: Tensor;
  /** What the model sees of each text, for people. */
  readonly details: readonly string[];
}

/**
 * Encodes texts for a model.
 * @throws {DataError} for a text without a word, a model without a vocabulary or without token sequences
 */
export function encodeTexts(model: Model, texts: readonly NamedText[]): TextSamples {
  const vocabulary = vocabularyOf(model);
  const [T, ...rest] = model.inputShape;
  if (rest.length > 0) {
    const [expected, got] = ["a model whose samples are tokens, [T]", show(model.inputShape)];
    throw new DataError(message("predict", "a text does not fit the model", { expected, got }));
  }
  const read = texts.map(({ name, text }) => {
    const { units, known } = vocabulary.count(text);
    if (units === 0) {
      const hint = "Pass --text TEXT, files with a text each, or - for standard input.";
      throw new DataError(
        message("predict", `${name} is an empty text`, {
          expected: "at least one word",
          got: show(text.slice(0, 20)),
          hint,
        }),
      );
    }
    const tokens = vocabulary.encode(text);
    const parts = [plural(units, vocabulary.unit)];
    if (known < units)
      parts.push(known === 0 ? "none of them in the vocabulary" : `${units - known} not in the vocabulary`);
    if (T !== null && tokens.length > T) parts.push(`of which the model reads the last ${T} tokens`);
    return { tokens, detail: parts.join(", ") };
  });
  return {
    x: library.padSequences(
      read.map(({ tokens }) => tokens),
      T === null ? {} : { maxLength: T },
    ),
    details: read.map(({ detail }) => detail),
  };
}

/** A text as the name of a row: in quotation marks, cut if it is long. */
export function nameOfText(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return show(line.length <= nameLength ? line : `${line.slice(0, nameLength - 1)}…`);
}

/** Turns texts into tokens. */
interface Vocabulary {
  /** The unit that is counted: "word". */
  readonly unit: string;
  encode(text: string): Int32Array;
  count(text: string): { readonly units: number; readonly known: number };
}

function vocabularyOf({ notes }: Model): Vocabulary {
  const { vocabulary } = notes as { readonly vocabulary?: { readonly format?: unknown } };
  if (vocabulary === undefined || vocabulary === null) {
    const hint = "lanegrad train imdb saves it where imdb_word_index.json stands beside the reviews.";
    throw new DataError(message("predict", "the model carries no vocabulary", { hint }));
  }
  if (vocabulary.format === "lanegrad tokenizer") {
    const tokenizer = library.tokenizerFrom(vocabulary);
    const encode = (text: string): Int32Array => tokenizer.encode(text);
    const count: Vocabulary["count"] = (text) => {
      const tokens = encode(text);
      return { units: tokens.length, known: tokens.filter((token) => token !== tokenizer.unknown).length };
    };
    return { unit: tokenizer.unit.slice(0, -1), encode, count };
  }
  const words = datasets.reviewWordsFrom(vocabulary);
  const count: Vocabulary["count"] = (text) => {
    const { words: units, known } = words.count(text);
    return { units, known };
  };
  return { unit: "word", encode: (text) => words.encode(text), count };
}
