/**
 * Sentences as words with their parts of speech, from files of Universal Dependencies (CoNLL-U): Vietnamese-VTB, or any
 * other treebank in three parts. Read from files; nothing is downloaded. Reading a folder needs Node. Takes the form and
 * the universal tag of each word, not lemmas, features or the tree.
 * Source: universaldependencies.org/format.html
 */
import { DataError, UsageError, message, show } from "../../errors.js";
import { type ThreePartsOptions, type ThreeTexts, findThree, readThree } from "./folders.js";

const op = "datasets.treebank";

/** What the parts' files end in. */
const parts = { train: "-ud-train.conllu", validation: "-ud-dev.conllu", test: "-ud-test.conllu" } as const;

/** The files' possible names for Vietnamese-VTB: of training, validation and test. */
export const treebankFiles: readonly (readonly string[])[] = Object.values(parts).map((end) => [
  `vi_vtb${end}.gz`,
  `vi_vtb${end}`,
]);

const endingIn =
  (end: string) =>
  (names: readonly string[]): string | undefined =>
    names.find((name) => name.replace(/\.gz$/, "").endsWith(end));

const set: ThreeTexts = {
  op,
  folders: ["", "vietnamese"],
  files: { train: endingIn(parts.train), validation: endingIn(parts.validation), test: endingIn(parts.test) },
  missing: "the files are missing",
  absent: "has no treebank",
  expected: Object.values(parts)
    .map((end) => `*${end}`)
    .join(", "),
};

/** A sentence. */
export interface TaggedSentence {
  /** In Unicode's composed form (NFC); a word may have blanks in it. */
  readonly words: readonly string[];
  /** The universal part of speech of each word: "NOUN". */
  readonly tags: readonly string[];
}

/** The three parts. */
export interface Treebank {
  readonly train: readonly TaggedSentence[];
  readonly validation: readonly TaggedSentence[];
  readonly test: readonly TaggedSentence[];
}

/**
 * Options of {@link treebank}: a folder with three files that end in `-ud-train.conllu`, `-ud-dev.conllu` and
 * `-ud-test.conllu`, plain or as `.gz`, or the three parts.
 */
export type TreebankOptions = ThreePartsOptions;

/**
 * The sentences.
 *
 * @throws {UsageError} for an unknown option, or unless either dir or all three parts are given
 * @throws {DataError} when a file is missing, cannot be read, is not UTF-8, has no sentences, or a line is no word
 */
export async function treebank(options: TreebankOptions = {}): Promise<Treebank> {
  return readThree(set, options, (text): readonly TaggedSentence[] => parseConllu(text));
}

/**
 * The paths of the three parts in a folder, or in its folder `vietnamese`; undefined where one of them is not there.
 * Of several treebanks the first by name.
 * @throws {UsageError} in browsers, or for what is no folder
 */
export async function findTreebank(dir: string): Promise<Record<keyof Treebank, string> | undefined> {
  return findThree(set, dir);
}

/**
 * The sentences of a text in CoNLL-U. Joint words (1-2) and empty ones (1.1) are left out.
 * @throws {UsageError} for a value that is no text
 * @throws {DataError} for a text without sentences, or a line that is neither a comment nor ten columns, naming it
 */
export function parseConllu(text: string): TaggedSentence[] {
  if (typeof text !== "string")
    throw new UsageError(message(op, "not a text", { expected: "CoNLL-U", got: show(text) }));
  const sentences: TaggedSentence[] = [];
  let words: string[] = [];
  let tags: string[] = [];
  const end = (): void => {
    if (words.length > 0) sentences.push({ words, tags });
    [words, tags] = [[], []];
  };
  for (const [i, line] of text.normalize("NFC").split(/\r?\n/).entries()) {
    if (line.trim() === "") end();
    else if (!line.startsWith("#")) {
      const columns = line.split("\t");
      const [id, form, , tag] = columns;
      if (columns.length !== 10 || !/^\d+([-.]\d+)?$/.test(id) || form === "" || tag === "") {
        const expected = "ten columns with tabs between them: number, form, lemma, tag, …";
        throw new DataError(message(op, `line ${i + 1} is no word`, { expected, got: show(line.slice(0, 60)) }));
      }
      if (!/^\d+$/.test(id)) continue;
      words.push(form);
      tags.push(tag);
    }
  }
  end();
  if (sentences.length === 0)
    throw new DataError(message(op, "there are no sentences", { expected: "CoNLL-U", got: show(text.slice(0, 20)) }));
  return sentences;
}
