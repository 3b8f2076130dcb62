/**
 * Where the files of a data set stand in a folder, and texts that come in three of them: for training, validation and
 * test. Does not know which files a data set has: their loaders do. Searching needs Node.
 */
import { DataError, UsageError, checkKeys, message, show } from "../../errors.js";
import type { ByteSource } from "../../io/bytes.js";
import { checkMaxBytes, type InflateOptions } from "../../io/gzip.js";
import { nodeBuiltin } from "../../io/node.js";
import { checkPaths } from "../../io/paths.js";
import { readText } from "../text/readText.js";

/**
 * What `choose` finds in the first of some folders within `dir`; undefined where it finds nothing in any.
 *
 * @param folders  within `dir`; "" is `dir` itself. A folder that is not there is passed over.
 * @param choose   gets the names in a folder, sorted, and what makes a path of one
 * @throws {UsageError} in browsers, or for what is no path
 */
export async function findInFolders<Found>(
  op: string,
  dir: string,
  folders: readonly string[],
  choose: (names: readonly string[], pathOf: (name: string) => string) => Found | undefined,
): Promise<Found | undefined> {
  checkPaths(op, { dir });
  if (typeof dir !== "string")
    throw new UsageError(message(op, "dir is missing", { expected: "a folder", got: show(dir) }));
  const path = nodeBuiltin("path", op);
  const fs = nodeBuiltin("fs/promises");
  for (const folder of folders.map((name) => path.join(dir, name))) {
    const names = (await fs.readdir(folder).catch(() => [])).sort();
    const found = choose(names, (name) => path.join(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Three of something: for training, validation and test. */
export interface ThreeParts<One> {
  readonly train: One;
  readonly validation: One;
  readonly test: One;
}

/** Options of a loader of three texts: a folder, or the three parts. */
export interface ThreePartsOptions extends InflateOptions, Partial<ThreeParts<ByteSource>> {
  /** Folder with the three files, each plain or as `.gz`. */
  readonly dir?: string;
  /** The part for training: a path or file: URL (Node), bytes, a Blob, a Response, a stream; plain or gzipped. */
  readonly train?: ByteSource;
  readonly validation?: ByteSource;
  readonly test?: ByteSource;
}

/** A data set of three texts. */
export interface ThreeTexts {
  /** "datasets.vietnamese" */
  readonly op: string;
  /** Its folders within `dir`; "" is `dir` itself. */
  readonly folders: readonly string[];
  /** For each part its file among the sorted names of a folder. */
  readonly files: ThreeParts<(names: readonly string[]) => string | undefined>;
  /** What is missing when neither a folder nor the parts are given: "the text is missing". */
  readonly missing: string;
  /** What a folder without the files is told: "does not have the text". */
  readonly absent: string;
  /** The names of the files, for people. */
  readonly expected: string;
}

/** The paths of the three parts; undefined where one of them is not there. @throws {UsageError} as {@link findInFolders} */
export async function findThree(set: ThreeTexts, dir: string): Promise<ThreeParts<string> | undefined> {
  return findInFolders(set.op, dir, set.folders, (names, pathOf) => {
    const { files } = set;
    const [train, validation, test] = [files.train, files.validation, files.test].map((fileOf) => fileOf(names));
    if (train === undefined || validation === undefined || test === undefined) return undefined;
    return { train: pathOf(train), validation: pathOf(validation), test: pathOf(test) };
  });
}

/**
 * The three texts, each as `read` makes it of what its file has.
 *
 * @throws {UsageError} for an unknown option, or unless either dir or all three parts are given
 * @throws {DataError} when a file is missing, cannot be read, is empty or not UTF-8
 * @throws what `read` throws
 */
export async function readThree<One>(
  set: ThreeTexts,
  options: ThreePartsOptions,
  read: (text: string, part: keyof ThreeParts<One>) => One,
): Promise<ThreeParts<One>> {
  const { op } = set;
  checkKeys(op, options, ["dir", "train", "validation", "test", "maxBytes"]);
  checkMaxBytes(op, options);
  const { dir, train, validation, test, maxBytes } = options;
  const given = [train, validation, test].filter((source) => source !== undefined);
  if (given.length !== (dir === undefined ? 3 : 0)) {
    const got = [dir !== undefined && "dir", `${given.length} parts`].filter(Boolean).join(" and ");
    throw new UsageError(message(op, set.missing, { expected: "dir, or train, validation and test", got }));
  }
  const sources = dir === undefined ? { train, validation, test } : await findThree(set, dir);
  if (sources === undefined) throw new DataError(message(op, `${show(dir)} ${set.absent}`, { expected: set.expected }));
  const partOf = async (part: keyof ThreeParts<One>): Promise<One> =>
    read(await readText(sources[part]!, { maxBytes }), part);
  return { train: await partOf("train"), validation: await partOf("validation"), test: await partOf("test") };
}

/** For each part the first of its possible names that is there. */
export function byNames(
  names: ThreeParts<readonly string[]>,
): ThreeParts<(there: readonly string[]) => string | undefined> {
  const one = (possible: readonly string[]) => (there: readonly string[]) =>
    possible.find((name) => there.includes(name));
  return { train: one(names.train), validation: one(names.validation), test: one(names.test) };
}
