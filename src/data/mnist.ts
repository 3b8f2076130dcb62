/**
 * MNIST: 60,000 + 10,000 handwritten digits, (N, 28, 28, 1) uint8 with 255 for ink. Read from a folder or downloaded
 * once into a cache (in Node), or read from files that the caller has. Any data set in the same four files
 * (Fashion-MNIST, KMNIST) can be read from a folder as well; the caller knows its class names.
 * Source: LeCun, Cortes, Burges; the checksums are those of the published files.
 */
import { checkKeys, DataError, UsageError, message, show } from "../errors.js";
import { type ByteSource, readBytes, unshared } from "../io/bytes.js";
import { readFile } from "../io/files.js";
import { nodeBuiltin } from "../io/node.js";
import { checkPaths } from "../io/paths.js";
import { heap } from "../runtime/runtime.js";
import { tensor } from "../tensor/create.js";
import { digitNames, type Dataset, type Split } from "./dataset.js";
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

const op = "datasets.mnist";
const browserHint = "datasets.digits() works in browsers.";

/** Options of {@link mnist}. */
export interface MnistOptions extends CacheOptions, InflateOptions {
  /**
   * Folder with the four files, as `….gz` or unpacked, or with a folder `mnist` that has them. Default: the cache,
   * filled from the mirrors.
   */
  readonly dir?: string;
  /**
   * The four files by their names, with or without `.gz`, for example from a page's file picker; works in browsers.
   * Default: read from dir or cache.
   */
  readonly files?: Readonly<Record<string, ByteSource>>;
}

const publicMirrors = [
  "https://storage.googleapis.com/cvdf-datasets/mnist",
  "https://ossci-datasets.s3.amazonaws.com/mnist",
  "https://raw.githubusercontent.com/fgnt/mnist/master",
];

/** The published files: training images and labels, test images and labels. */
const publishedFiles: readonly RemoteFile[] = [
  {
    name: "train-images-idx3-ubyte.gz",
    bytes: 9912422,
    sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
  },
  {
    name: "train-labels-idx1-ubyte.gz",
    bytes: 28881,
    sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
  },
  {
    name: "t10k-images-idx3-ubyte.gz",
    bytes: 1648877,
    sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
  },
  {
    name: "t10k-labels-idx1-ubyte.gz",
    bytes: 4542,
    sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
  },
];

/**
 * MNIST: train and test, x (N, 28, 28, 1) uint8, y (N) int32 labels 0 … 9.
 *
 * Without `dir`, missing files are downloaded into the cache (11.6 MB); files that have arrived completely stay there
 * if a later one fails.
 * Cost: about 0.4 s and 55 MB of linear memory.
 * @throws {UsageError} before `init`, in browsers, or for an unknown option
 * @throws {DataError} when files are missing, damaged, not of MNIST's form or inflate to more than `maxBytes` (by
 *   default 100 × the size of each), when no mirror has them or the cache cannot be written
 * @throws the signal's reason when it aborts
 */
export async function mnist(options: MnistOptions = {}): Promise<Split> {
  checkOptions(options);
  heap(); // throws before anything is downloaded if init was not called
  options.signal?.throwIfAborted();
  const files = await (options.files !== undefined
    ? fromFiles(options.files)
    : options.dir === undefined
      ? fromCache(options)
      : fromFolder(options.dir));
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(
    files.map(({ name, bytes }, i) => readIdx(bytes, `${op}: ${name}`, i % 2 === 0 ? 3 : 1, options.maxBytes)),
  );
  const parts = [checked("train", trainImages, trainLabels), checked("t10k", testImages, testLabels)];
  const [train, test] = parts.map(toDataset);
  return { train, test };
}

/**
 * The folder that {@link mnist} would read without downloading: `dir`, `dir/mnist`, or without `dir` the cache's.
 * @returns undefined where one of the four files is missing (their contents are not read)
 * @throws {UsageError} in browsers
 */
export async function findMnist(dir?: string, cache?: string): Promise<string | undefined> {
  checkPaths(op, { dir, cache });
  const path = nodeBuiltin("path", op, browserHint);
  const fs = nodeBuiltin("fs/promises");
  const folders = dir === undefined ? [cacheOf(cache)] : [dir, path.join(dir, "mnist")];
  for (const folder of folders) {
    const present = new Set<string>(await fs.readdir(folder).catch(() => []));
    if (publishedFiles.every(({ name }) => present.has(name) || present.has(unpacked(name)))) return folder;
  }
  return undefined;
}

const unpacked = (name: string) => name.replace(/\.gz$/, "");

const cacheOf = (cache?: string) => nodeBuiltin("path", op, browserHint).join(cache ?? cacheFolder(op), "mnist");

async function fromFolder(dir: string): Promise<NamedBytes[]> {
  const folder = await findMnist(dir);
  const fs = nodeBuiltin("fs/promises");
  if (folder === undefined) {
    const names = await fs.readdir(dir).catch((error: unknown) => [(error as Error).message]);
    const expected = publishedFiles.map(({ name }) => unpacked(name)).join(", ");
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
    publishedFiles.map(async (file) => {
      const name = present.has(file.name) ? file.name : unpacked(file.name);
      return { name, bytes: await readFile(op, nodeBuiltin("path").join(folder, name)) };
    }),
  );
}

/** The four files among those that the caller has. */
async function fromFiles(given: Readonly<Record<string, ByteSource>>): Promise<NamedBytes[]> {
  const found = publishedFiles.map((file) =>
    [file.name, unpacked(file.name)].find((name) => Object.hasOwn(given, name)),
  );
  const missing = publishedFiles.filter((_, i) => found[i] === undefined).map(({ name }) => unpacked(name));
  if (missing.length > 0) {
    const expected = `${missing.join(", ")}, each with or without .gz`;
    throw new DataError(message(op, "files are missing", { expected, got: show(Object.keys(given).sort()) }));
  }
  return Promise.all(found.map(async (name) => ({ name: name!, bytes: unshared(await readBytes(op, given[name!])) })));
}

function fromCache(options: MnistOptions): Promise<NamedBytes[]> {
  return fetchFiles(publishedFiles, op, cacheOf(options.cache), publicMirrors, options);
}

interface Digits {
  readonly images: Idx;
  readonly labels: Idx;
}

/** Images and labels that match each other and have MNIST's form. */
function checked(name: string, images: Idx, labels: Idx): Digits {
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

function toDataset({ images, labels }: Digits): Dataset {
  return {
    x: tensor(images.values, [...images.shape, 1]),
    y: tensor(Int32Array.from(labels.values)),
    classNames: digitNames,
  };
}

function checkOptions(options: MnistOptions): void {
  checkKeys(op, options, ["dir", "files", "maxBytes", ...cacheOptions]);
  if (options.dir !== undefined && options.files !== undefined) {
    throw new UsageError(message(op, "both dir and files are given", { expected: "one of them" }));
  }
  checkCacheOptions(op, options);
  checkMaxBytes(op, options);
}
