/**
 * Vietnamese text in three parts, for training, validation and test, as for the lesson on diacritics. Read from files:
 * there is no published copy to download. Any UTF-8 text will do, a paragraph a line. Reading a folder needs Node. Does
 * not split it into syllables.
 */
import { type ThreePartsOptions, type ThreeTexts, byNames, findThree, readThree } from "./folders.js";

/** The parts, by the names of their files. */
const parts = { train: "viwiki-train.txt", validation: "viwiki-valid.txt", test: "viwiki-test.txt" } as const;

const namesOf = (name: string): readonly string[] => [`${name}.gz`, name];

/** The files' possible names: of training, validation and test. */
export const vietnameseFiles: readonly (readonly string[])[] = Object.values(parts).map(namesOf);

const set: ThreeTexts = {
  op: "datasets.vietnamese",
  folders: ["", "vietnamese"],
  files: byNames({
    train: namesOf(parts.train),
    validation: namesOf(parts.validation),
    test: namesOf(parts.test),
  }),
  missing: "the text is missing",
  absent: "does not have the text",
  expected: Object.values(parts).join(", "),
};

/** The three parts. */
export interface VietnameseText {
  readonly train: string;
  readonly validation: string;
  readonly test: string;
}

/**
 * Options of {@link vietnamese}: a folder with `viwiki-train.txt`, `viwiki-valid.txt` and `viwiki-test.txt`, each plain
 * or as `.gz`, or the three parts.
 */
export type VietnameseOptions = ThreePartsOptions;

/**
 * The text, in Unicode's composed form (NFC), whichever form the files have.
 *
 * @throws {UsageError} for an unknown option, or unless either dir or all three parts are given
 * @throws {DataError} when a file is missing, cannot be read, is empty or not UTF-8
 */
export async function vietnamese(options: VietnameseOptions = {}): Promise<VietnameseText> {
  return readThree(set, options, (text) => text.normalize("NFC"));
}

/**
 * The paths of the three parts in a folder, or in its folder `vietnamese`; undefined where one of them is not there.
 * @throws {UsageError} in browsers, or for what is no folder
 */
export async function findVietnamese(dir: string): Promise<Record<keyof VietnameseText, string> | undefined> {
  return findThree(set, dir);
}
