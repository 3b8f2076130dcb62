/**
 * Vietnamese text in three parts, for training, validation and test, as for the lesson on diacritics. Read from files:
 * there is no published copy to download. Any UTF-8 text will do, a paragraph a line. Reading a folder needs Node. Does
 * not split it into syllables.
 */
import { UsageError, DataError, checkKeys, message, show } from "../errors.js";
import type { ByteSource } from "../io/bytes.js";
import { checkMaxBytes, type InflateOptions } from "../io/gzip.js";
import { nodeBuiltin } from "../io/node.js";
import { checkPaths } from "../io/paths.js";
import { readText } from "./text/readText.js";

const op = "datasets.vietnamese";

/** The parts, by the names of their files. */
const parts = { train: "viwiki-train.txt", validation: "viwiki-valid.txt", test: "viwiki-test.txt" } as const;

/** The files' possible names: of training, validation and test. */
export const vietnameseFiles: readonly (readonly string[])[] = Object.values(parts).map((name) => [`${name}.gz`, name]);

/** The three parts. */
export interface VietnameseText {
  readonly train: string;
  readonly validation: string;
  readonly test: string;
}

/** Options of {@link vietnamese}: a folder, or the three parts. */
export interface VietnameseOptions extends InflateOptions {
  /** Folder with `viwiki-train.txt`, `viwiki-valid.txt` and `viwiki-test.txt`, each plain or as `.gz`. */
  readonly dir?: string;
  /** The part for training: a path or file: URL (Node), bytes, a Blob, a Response, a stream; plain or gzipped. */
  readonly train?: ByteSource;
  readonly validation?: ByteSource;
  readonly test?: ByteSource;
}

/**
 * The text, in Unicode's composed form (NFC), whichever form the files have.
 *
 * @throws {UsageError} for an unknown option, or unless either dir or all three parts are given
 * @throws {DataError} when a file is missing, cannot be read, is empty or not UTF-8
 */
export async function vietnamese(options: VietnameseOptions = {}): Promise<VietnameseText> {
  checkKeys(op, options, ["dir", "train", "validation", "test", "maxBytes"]);
  checkMaxBytes(op, options);
  const { dir, train, validation, test, maxBytes } = options;
  const given = [train, validation, test].filter((source) => source !== undefined);
  if (given.length !== (dir === undefined ? 3 : 0)) {
    const got = [dir !== undefined && "dir", `${given.length} parts`].filter(Boolean).join(" and ");
    throw new UsageError(message(op, "the text is missing", { expected: "dir, or train, validation and test", got }));
  }
  const sources = dir === undefined ? { train, validation, test } : await findVietnamese(dir);
  if (sources === undefined) {
    const expected = Object.values(parts).join(", ");
    throw new DataError(message(op, `${show(dir)} does not have the text`, { expected }));
  }
  const read = async (source?: ByteSource): Promise<string> => (await readText(source!, { maxBytes })).normalize("NFC");
  return {
    train: await read(sources.train),
    validation: await read(sources.validation),
    test: await read(sources.test),
  };
}

/**
 * The paths of the three parts in a folder, or in its folder `vietnamese`; undefined where one of them is not there.
 * @throws {UsageError} in browsers
 */
export async function findVietnamese(dir: string): Promise<Record<keyof VietnameseText, string> | undefined> {
  checkPaths(op, { dir });
  if (dir === undefined) throw new UsageError(message(op, "dir is missing", { expected: "a folder" }));
  const path = nodeBuiltin("path", op);
  const fs = nodeBuiltin("fs/promises");
  for (const folder of [dir, path.join(dir, "vietnamese")]) {
    const names = new Set(await fs.readdir(folder).catch(() => []));
    const found = vietnameseFiles.map((some) => some.find((name) => names.has(name)));
    const [train, validation, test] = found.map((name) => name && path.join(folder, name));
    if (train && validation && test) return { train, validation, test };
  }
  return undefined;
}
