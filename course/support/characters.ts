/**
 * A text as characters: where it comes from, and its split into what is trained on and what is held out. Does not cut it
 * into samples: lessons do.
 */
import { DataError, text } from "lanegrad";
import type { DataSource, Stage } from "../stage.js";
import { count } from "./format.js";
import type { TrainingData } from "./networkLesson.js";

/** Share of the text for training; the rest is the test set. */
const trainingPart = 0.9;

/** Tiny Shakespeare, or any other text. */
export const textSource: DataSource<string> = {
  name: "text",
  title: "a text, such as Tiny Shakespeare",
  files: [],
  url: "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
  async read(files) {
    const [bytes] = files.values();
    return text.readText(bytes);
  },
};

/** A text as tokens, in two parts, and what is said of it. */
export interface Characters extends Omit<TrainingData, "train" | "test"> {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * The text of the stage.
 *
 * The vocabulary has the characters of the whole text: a character that only the test part had would need infinitely
 * many bits.
 * @param least  characters that each part must have, and a word on why
 * @throws {DataError} when the text is shorter
 */
export async function characterData(
  stage: Pick<Stage, "data">,
  least: { readonly characters: number; readonly why: string },
): Promise<Characters> {
  const { data, place } = await stage.data(textSource);
  return charactersOf(data!, place, least);
}

/**
 * As {@link characterData}, of a text that is at hand.
 * @param place  where it is from, for people
 * @throws {DataError} when the text is shorter
 */
export function charactersOf(
  whole: string,
  place: string,
  least: { readonly characters: number; readonly why: string },
): Characters {
  const tokenizer = text.fitTokenizer(whole, { unit: "characters", padding: false, unknown: false });
  const tokens = tokenizer.encode(whole);
  const border = Math.floor(tokens.length * trainingPart);
  const needed = Math.round(least.characters / (1 - trainingPart));
  if (tokens.length < needed) {
    const expected = `${count(needed)} characters (${least.why}, a tenth for validation)`;
    const got = count(tokens.length);
    throw new DataError(`train: the text is too short; expected ${expected}, got ${got}. Try a smaller batch.`);
  }
  const classNames = Array.from({ length: tokenizer.size }, (_, token) => tokenizer.unitOf(token));
  const sizes = `${count(border)} characters to train on, ${count(tokens.length - border)} held out`;
  return {
    kind: "text",
    description: `${place}, ${sizes}, ${tokenizer.size} different`,
    train: tokens.subarray(0, border),
    test: tokens.subarray(border),
    classNames,
    hasImages: false,
  };
}
