/**
 * Data sets in MNIST's four files: training images and labels, test images and labels, as idx files, gzipped or not.
 * Read from a folder or downloaded once into a cache (in Node), or read from files that the caller has. Which sets there
 * are is in mnist.ts and fashionMnist.ts.
 */
import { checkKeys, DataError, UsageError, message, show } from "../errors.js";
import { type ByteSource, readBytes, unshared } from "../io/bytes.js";
import { readFile } from "../io/files.js";
import { nodeBuiltin } from "../io/node.js";
import { checkPaths } from "../io/paths.js";
import { heap } from "../runtime/runtime.js";
import { tensor } from "../tensor/create.js";
import { type Dataset, type Split } from "./dataset.js";
import {
  cacheFolder,
  cacheOptions,
  checkCacheOptions,
  fetchFiles,
  type CacheOptions,
  type NamedBytes,
  type RemoteFile,
} from "./download.js";
import { checkMaxBytes, type InflateOptions } from "../io/gzip.js";
import { readIdx, type Idx } from "./formats/idx.js";

const browserHint = "datasets.digits() works in browsers.";

/** Options of a data set in four files. */
export interface FourFilesOptions extends CacheOptions, InflateOptions {
  /**
   * Folder with the four files, as `….gz` or unpacked, or with a folder of the set's name that has them. Default: the
   * cache, filled from the mirrors.
   */
  readonly dir?: string;
  /**
   * The four files by their names, with or without `.gz`, for example from a page's file picker; works in browsers.
   * Default: read from dir or cache.
   */
  readonly files?: Readonly<Record<string, ByteSource>>;
}

/** A published data set in four files. */
export interface FourFiles {
  /** The function that reads it, for messages. */
  readonly op: string;
  /** Its folder, in a folder of data and in the cache. */
  readonly folder: string;
  readonly classNames: readonly string[];
  /** Addresses of folders with the files. */
  readonly mirrors: readonly string[];
  /** Training images and labels, test images and labels. */
  readonly files: readonly RemoteFile[];
}

/**
 * Reads a data set.
 * @throws {UsageError} before `init`, in browsers without `files`, or for an unknown option
 * @throws {DataError} when files are missing, damaged, not of the form, or inflate to more than `maxBytes`; when no
 *   mirror has them or the cache cannot be written
 * @throws the signal's reason when it aborts
 */
export async function readFourFiles(set: FourFiles, options: FourFilesOptions): Promise<Split> {
  const { op } = set;
  checkOptions(op, options);
  heap(); // throws before anything is downloaded if init was not called
  options.signal?.throwIfAborted();
  const files = await (options.files !== undefined
    ? fromFiles(set, options.files)
    : options.dir === undefined
      ? fetchFiles(set.files, op, cacheOf(set, options.cache), set.mirrors, options)
      : fromFolder(set, options.dir));
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(
    files.map(({ name, bytes }, i) => readIdx(bytes, `${op}: ${name}`, i % 2 === 0 ? 3 : 1, options.maxBytes)),
  );
  const parts = [checked(op, "train", trainImages, trainLabels), checked(op, "t10k", testImages, testLabels)];
  const [train, test] = parts.map((part) => toDataset(part, set.classNames));
  return { train, test };
}

/**
 * The folder that would be read without downloading: `dir`, the set's folder in it, or without `dir` the cache's.
 * @returns undefined where one of the four files is missing (their contents are not read)
 * @throws {UsageError} in browsers
 */
export async function findFourFiles(set: FourFiles, dir?: string, cache?: string): Promise<string | undefined> {
  checkPaths(set.op, { dir, cache });
  const path = nodeBuiltin("path", set.op, browserHint);
  const fs = nodeBuiltin("fs/promises");
  const folders = dir === undefined ? [cacheOf(set, cache)] : [path.join(dir, set.folder), dir];
  for (const folder of folders) {
    const present = new Set<string>(await fs.readdir(folder).catch(() => []));
    if (set.files.every(({ name }) => present.has(name) || present.has(unpacked(name)))) return folder;
  }
  return undefined;
}

const unpacked = (name: string) => name.replace(/\.gz$/, "");

const cacheOf = ({ op, folder }: FourFiles, cache?: string) =>
  nodeBuiltin("path", op, browserHint).join(cache ?? cacheFolder(op), folder);

async function fromFolder(set: FourFiles, dir: string): Promise<NamedBytes[]> {
  const { op, files } = set;
  const folder = await findFourFiles(set, dir);
  const fs = nodeBuiltin("fs/promises");
  if (folder === undefined) {
    const names = await fs.readdir(dir).catch((error: unknown) => [(error as Error).message]);
    const expected = files.map(({ name }) => unpacked(name)).join(", ");
    throw new DataError(
      message(op, `the four files are not in ${show(dir)}`, {
        expected: `${expected}, each with or without .gz`,
        got: names.length === 0 ? "an empty folder" : show(names.sort()),
        hint: "Without dir they are downloaded; datasets.digits() needs no files.",
      }),
    );
  }
  const present = new Set(await fs.readdir(folder));
  return Promise.all(
    files.map(async (file) => {
      const name = present.has(file.name) ? file.name : unpacked(file.name);
      return { name, bytes: await readFile(op, nodeBuiltin("path").join(folder, name)) };
    }),
  );
}

/** The four files among those that the caller has. */
async function fromFiles({ op, files }: FourFiles, given: Readonly<Record<string, ByteSource>>): Promise<NamedBytes[]> {
  const found = files.map((file) => [file.name, unpacked(file.name)].find((name) => Object.hasOwn(given, name)));
  const missing = files.filter((_, i) => found[i] === undefined).map(({ name }) => unpacked(name));
  if (missing.length > 0) {
    const expected = `${missing.join(", ")}, each with or without .gz`;
    throw new DataError(message(op, "files are missing", { expected, got: show(Object.keys(given).sort()) }));
  }
  return Promise.all(found.map(async (name) => ({ name: name!, bytes: unshared(await readBytes(op, given[name!])) })));
}

/** Images and their labels. */
interface Labelled {
  readonly images: Idx;
  readonly labels: Idx;
}

/** Images and labels that match each other and have MNIST's form. */
function checked(op: string, name: string, images: Idx, labels: Idx): Labelled {
  const [count, height, width] = images.shape;
  if (height !== 28 || width !== 28) {
    throw new DataError(
      message(op, `the ${name} images have the wrong size`, { expected: "28 × 28", got: `${height} × ${width}` }),
    );
  }
  if (labels.values.length !== count) {
    const got = `${count} images and ${labels.values.length} labels`;
    throw new DataError(
      message(op, `${name} images and labels differ in number`, { expected: "the same number", got }),
    );
  }
  const wrong = labels.values.findIndex((label) => label > 9);
  if (wrong >= 0) {
    const got = `${labels.values[wrong]} as label ${wrong}`;
    throw new DataError(message(op, `a ${name} label is out of range`, { expected: "0 … 9", got }));
  }
  return { images, labels };
}

function toDataset({ images, labels }: Labelled, classNames: readonly string[]): Dataset {
  return {
    x: tensor(images.values, [...images.shape, 1]),
    y: tensor(Int32Array.from(labels.values)),
    classNames,
  };
}

function checkOptions(op: string, options: FourFilesOptions): void {
  checkKeys(op, options, ["dir", "files", "maxBytes", ...cacheOptions]);
  if (options.dir !== undefined && options.files !== undefined) {
    throw new UsageError(message(op, "both dir and files are given", { expected: "one of them" }));
  }
  checkCacheOptions(op, options);
  checkMaxBytes(op, options);
}
