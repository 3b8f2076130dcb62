/**
 * DailyDialog: everyday conversations of two people in English, for training, validation and test. Read from files, a
 * dialogue a line, its turns separated by tabs or, as in the original files, by `__eou__`; nothing is downloaded.
 * Reading a folder needs Node. Does not read the acts and emotions that come with it, nor split turns into words.
 * Source: Li, Su, Shen, Li, Cao & Niu 2017, "DailyDialog: a manually labelled multi-turn dialogue dataset"
 * (CC BY-NC-SA 4.0).
 */
import { DataError, UsageError, message, show } from "../../errors.js";
import { type ThreePartsOptions, type ThreeTexts, byNames, findThree, readThree } from "./folders.js";

const op = "datasets.dailyDialog";

/** The possible names of a part's file. */
const namesOf = (part: string, original: string): readonly string[] => [
  `${part}.txt.gz`,
  `${part}.txt`,
  `dialogues_${original}.txt`,
];
const names = {
  train: namesOf("train", "train"),
  validation: namesOf("valid", "validation"),
  test: namesOf("test", "test"),
};

/** The files' possible names: of training, validation and test. */
export const dailyDialogFiles: readonly (readonly string[])[] = Object.values(names);

const set: ThreeTexts = {
  op,
  folders: ["", "dailydialog"],
  files: byNames(names),
  missing: "the files are missing",
  absent: "does not have the dialogues",
  expected: "train.txt, valid.txt, test.txt, plain or gzipped",
};

/** What two people say, one after the other: at least two turns. */
export type Dialogue = readonly string[];

/** The three parts. */
export interface DailyDialog {
  readonly train: readonly Dialogue[];
  readonly validation: readonly Dialogue[];
  readonly test: readonly Dialogue[];
}

/**
 * Options of {@link dailyDialog}: a folder with `train.txt`, `valid.txt` and `test.txt`, each plain or as `.gz`, or the
 * three parts.
 */
export type DailyDialogOptions = ThreePartsOptions;

/**
 * The dialogues.
 *
 * @throws {UsageError} for an unknown option, or unless either dir or all three parts are given
 * @throws {DataError} when a file is missing, cannot be read, is not UTF-8, has no dialogues, or a line is none
 */
export async function dailyDialog(options: DailyDialogOptions = {}): Promise<DailyDialog> {
  return readThree(set, options, (text, part): readonly Dialogue[] => parseDialogues(text, part));
}

/**
 * The paths of the three parts in a folder, or in its folder `dailydialog`; undefined where one of them is not there.
 * @throws {UsageError} in browsers, or for what is no folder
 */
export async function findDailyDialog(dir: string): Promise<Record<keyof DailyDialog, string> | undefined> {
  return findThree(set, dir);
}

/**
 * The dialogues of a text with one a line. Empty lines are left out, and so are blanks around a turn.
 *
 * @param name  of the text, for messages
 * @throws {UsageError} for a value that is no text
 * @throws {DataError} for a text without dialogues, or a line with fewer than two turns or an empty one, naming it
 */
export function parseDialogues(text: string, name = "the text"): Dialogue[] {
  if (typeof text !== "string")
    throw new UsageError(message(op, "not a text", { expected: "a dialogue a line", got: show(text) }));
  const dialogues: Dialogue[] = [];
  for (const [i, line] of text.normalize("NFC").split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const turns = line
      .replace(/\s*__eou__\s*$/, "")
      .split(/\t|__eou__/)
      .map((turn) => turn.trim());
    if (turns.length < 2 || turns.includes("")) {
      const expected = "two turns or more, with tabs between them";
      const got = show(line.slice(0, 60));
      throw new DataError(message(op, `line ${i + 1} of ${name} is no dialogue`, { expected, got }));
    }
    dialogues.push(turns);
  }
  if (dialogues.length > 0) return dialogues;
  throw new DataError(message(op, `${name} has no dialogues`, { expected: "a dialogue a line" }));
}
