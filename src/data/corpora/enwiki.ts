/**
 * Where a long English text for word vectors lies, and beside it the files that they are evaluated by: articles of
 * Wikipedia, or any other text; Google's analogies, WordSim-353 and SimLex-999. Finds them and reads nothing:
 * lanegrad/words does. Searching needs Node.
 */
import { nodeBuiltin } from "../../io/node.js";
import type { ByteSource } from "../../io/bytes.js";
import { checkPaths } from "../../io/paths.js";
import { findInFolders } from "./folders.js";

/** The files' possible names. */
export const wordFiles = {
  text: ["enwiki-featured.txt.gz", "enwiki-featured.txt"],
  analogies: ["questions-words.txt", "questions-words.txt.gz"],
  wordSim: ["EN-WS-353-ALL.txt", "EN-WS-353-ALL.txt.gz"],
  simLex: ["EN-SIMLEX-999.txt", "EN-SIMLEX-999.txt.gz"],
} as const;

/** A text and what vectors of its words are evaluated by. */
export interface WordFiles<Source extends ByteSource = ByteSource> {
  readonly text: Source;
  readonly analogies?: Source | undefined;
  readonly wordSim?: Source | undefined;
  readonly simLex?: Source | undefined;
}

const op = "datasets.findWordFiles";

/**
 * The paths of the text and of what is there to evaluate vectors by.
 *
 * @param place  a folder with the text, or with a folder `enwiki` that has it; or another text, plain or gzipped. The
 *   other files are searched for there, in its folder `wordsim` and in a folder `wordsim` beside it
 * @returns undefined where there is no text
 * @throws {UsageError} in browsers, or for what is no path
 */
export async function findWordFiles(place: string): Promise<WordFiles<string> | undefined> {
  const pathOfFirst = (dir: string, folders: readonly string[], known: readonly string[]) =>
    findInFolders(op, dir, folders, (names, pathOf) => known.filter((name) => names.includes(name)).map(pathOf)[0]);
  checkPaths(op, { place: place ?? "\0" });
  const path = nodeBuiltin("path", op);
  const there = await nodeBuiltin("fs/promises", op)
    .stat(place)
    .catch(() => undefined);
  const isFile = there?.isFile() === true;
  const text = isFile ? place : await pathOfFirst(place, ["", "enwiki"], wordFiles.text);
  if (text === undefined) return undefined;
  const beside = isFile ? path.dirname(place) : place;
  const found = (known: readonly string[]) => pathOfFirst(beside, ["", "wordsim", path.join("..", "wordsim")], known);
  return {
    text,
    analogies: await found(wordFiles.analogies),
    wordSim: await found(wordFiles.wordSim),
    simLex: await found(wordFiles.simLex),
  };
}
