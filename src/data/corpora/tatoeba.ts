/**
 * Tatoeba's pairs of an English sentence and its translation, as manythings.org/anki offers them: a file a language,
 * with a pair a line, which text.readPairs reads. Does not download. Needs Node.
 * Source: tatoeba.org, CC BY 2.0 (France).
 */
import { UsageError, message, show } from "../../errors.js";
import { findInFolders } from "./folders.js";

const op = "datasets.findTatoeba";
const folders = ["", "tatoeba", "translation/tatoeba"];

/**
 * The file of a language in a folder, or below it in `tatoeba` or `translation/tatoeba`; plain or as `.gz`.
 *
 * @param language  as in the file's name, of three letters: "fra", "vie"
 * @returns undefined where it is not there
 * @throws {UsageError} in browsers, or for what is no path or language
 */
export async function findTatoeba(dir: string, language: string): Promise<string | undefined> {
  if (typeof language !== "string" || !/^[a-z]{3}$/.test(language)) {
    const expected = 'three letters, such as "vie"';
    throw new UsageError(message(op, "unknown language", { expected, got: show(language) }));
  }
  const possible = [`${language}.txt`, `${language}.txt.gz`];
  return findInFolders(op, dir, folders, (names, pathOf) => {
    const name = possible.find((one) => names.includes(one));
    return name === undefined ? undefined : pathOf(name);
  });
}
