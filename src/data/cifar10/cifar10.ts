/**
 * CIFAR-10: 50,000 + 10,000 colour pictures of 32 × 32 pixels in ten classes. Read from the published binary version, as
 * an archive or unpacked, or from a collection of JPEG files laid end to end, whose pixels are not the exact ones.
 * Nothing is downloaded: the archive has 170 MB. Reading a folder needs Node.
 * Source: Krizhevsky 2009, "Learning multiple layers of features from tiny images";
 * https://www.cs.toronto.edu/~kriz/cifar.html.
 */
import { DataError, UsageError, checkKeys, message, show } from "../../errors.js";
import { type ByteSource, readBytes, unshared } from "../../io/bytes.js";
import { checkMaxBytes, gunzip, type InflateOptions, isGzip } from "../../io/gzip.js";
import { nodeBuiltin } from "../../io/node.js";
import { checkPaths } from "../../io/paths.js";
import { tensor } from "../../tensor/create.js";
import type { Dataset, Split } from "../dataset.js";
import { readTar } from "../formats/tar.js";
import type { DecodeJpeg } from "../images/decode.js";
import { type Pictures, pictureBytes, rowsOfJpeg, rowsOfRecords } from "./rows.js";

const op = "datasets.cifar10";

/** The classes in the order of their labels. */
const classNames: readonly string[] = [
  "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
]; // prettier-ignore

const batches = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);

/** The files' possible names: the archive, its six files, or the six of the JPEG collection. */
export const cifar10Files = {
  archive: ["cifar-10-binary.tar.gz", "cifar-10-binary.tar"],
  records: [...batches, "test_batch.bin"],
  jpeg: ["train", "test"].flatMap((part) => [`${part}-jpeg.bin.gz`, `${part}-offsets.u32le`, `${part}-labels.u8`]),
} as const;

/** Options of {@link cifar10}. */
export interface Cifar10Options extends InflateOptions {
  /** Folder with the files of one form, or with a folder cifar10 or cifar-10-batches-bin that has them. */
  readonly dir?: string;
  /** The files of one form by their names, for example from a page's file picker. In place of `dir`. */
  readonly files?: Readonly<Record<string, ByteSource>>;
  /** What reads JPEG files. Default: the browser, and in Node the package jpeg-js. */
  readonly decodeJpeg?: DecodeJpeg;
}

/**
 * CIFAR-10: train and test, x (N, 32, 32, 3) uint8, red, green and blue, and y (N) int32 labels with the names of the
 * classes. Pictures of the JPEG collection, which lies sorted by class, are dealt out class by class in turn, so that
 * every part of the set has all classes.
 *
 * Cost: about 1 s, from JPEG files 10 s, and 185 MB of linear memory.
 * @throws {UsageError} before `init`, for a wrong option, or where jpeg-js is needed and not installed
 * @throws {DataError} when files are missing, damaged or do not fit each other
 */
export async function cifar10(options: Cifar10Options): Promise<Split> {
  checkKeys(op, options, ["dir", "files", "decodeJpeg", "maxBytes"]);
  checkMaxBytes(op, options);
  const { dir, files: given, decodeJpeg } = options;
  if ((dir === undefined) === (given === undefined))
    throw new UsageError(message(op, "dir or files is to be given", { expected: "one of them" }));
  const files = given ?? (await inFolder(dir!));
  const read = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = unshared(await readBytes(op, files[name]));
    return isGzip(bytes) ? gunzip(bytes, `${op}: ${name}`, options) : bytes;
  };
  const has = (names: readonly string[]): boolean => names.every((name) => Object.hasOwn(files, name));
  const archive = cifar10Files.archive.find((name) => Object.hasOwn(files, name));
  if (archive !== undefined) return fromArchive(await read(archive));
  if (has(cifar10Files.records)) {
    const [test, ...train] = await Promise.all(["test_batch.bin", ...batches].map(read));
    return split(rowsOfRecords(op, train), rowsOfRecords(op, [test]));
  }
  if (has(cifar10Files.jpeg)) {
    const part = async (name: string): Promise<Pictures> => {
      const [images, offsets, labels] = [`${name}-jpeg.bin.gz`, `${name}-offsets.u32le`, `${name}-labels.u8`];
      return rowsOfJpeg(op, await read(images), await read(offsets), await read(labels), decodeJpeg);
    };
    return split(await part("train"), await part("test"));
  }
  throw new DataError(
    message(op, dir === undefined ? "files are missing" : `the files are not in ${show(dir)}`, {
      expected: `${cifar10Files.archive[0]}; or ${cifar10Files.records.join(", ")}; or ${cifar10Files.jpeg.join(", ")}`,
      got: show(Object.keys(files).sort()),
    }),
  );
}

/**
 * The folder that {@link cifar10} would read: a folder of that name in `dir`, or `dir` itself.
 * @returns undefined where no form of the files is complete (their contents are not read)
 * @throws {UsageError} in browsers, or for what is not a path
 */
export async function findCifar10(dir: string): Promise<string | undefined> {
  checkPaths(op, { dir: dir ?? "\0" });
  const path = nodeBuiltin("path", op);
  for (const folder of [path.join(dir, "cifar10"), path.join(dir, "cifar-10-batches-bin"), dir]) {
    const present = new Set(await namesIn(folder));
    const has = (names: readonly string[]): boolean => names.every((name) => present.has(name));
    if (has(cifar10Files.records) || has(cifar10Files.jpeg)) return folder;
    if (cifar10Files.archive.some((name) => present.has(name))) return folder;
  }
  return undefined;
}

const namesIn = (folder: string): Promise<string[]> =>
  nodeBuiltin("fs/promises")
    .readdir(folder)
    .catch(() => []);

/** The files of a folder by their names, those that this reads; without any, all names with nothing in them. */
async function inFolder(dir: string): Promise<Record<string, string>> {
  const folder = (await findCifar10(dir)) ?? dir;
  const path = nodeBuiltin("path", op);
  return Object.fromEntries((await namesIn(folder)).map((name) => [name, path.join(folder, name)]));
}

function fromArchive(bytes: Uint8Array<ArrayBuffer>): Split {
  const found = new Map(readTar(op, bytes).map((file) => [file.name.replace(/^.*\//, ""), file.bytes]));
  const missing = cifar10Files.records.filter((name) => !found.has(name));
  if (missing.length > 0) throw new DataError(message(op, "the archive lacks files", { expected: missing.join(", ") }));
  const train = batches.map((name) => found.get(name)!);
  return split(rowsOfRecords(op, train), rowsOfRecords(op, [found.get("test_batch.bin")!]));
}

function split(train: Pictures, test: Pictures): Split {
  return { train: toDataset(train), test: toDataset(test) };
}

function toDataset({ pixels, labels }: Pictures): Dataset {
  return { x: tensor(pixels, [pixels.length / pictureBytes, 32, 32, 3]), y: tensor(labels), classNames };
}
