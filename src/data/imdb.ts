/**
 * IMDB: 25,000 + 25,000 film reviews as sequences of words by rank, labelled negative (0) or positive (1), in the order
 * and encoding of Keras's `imdb.load_data`. Read from a folder of plain binary files or from Keras's imdb.npz, or
 * downloaded once into a cache. Reading files needs Node. Does not pad: text.padSequences does. Letters: N reviews.
 * Source: Maas et al. 2011, "Learning word vectors for sentiment analysis"; Keras's `keras.datasets.imdb`.
 */
import { DataError, UsageError, checkKeys, message, show } from "../errors.js";
import { type ByteSource, readBytes, unshared } from "../io/bytes.js";
import { readFile } from "../io/files.js";
import { checkMaxBytes, gunzip, type InflateOptions, isGzip } from "../io/gzip.js";
import { nodeBuiltin } from "../io/node.js";
import { checkPaths } from "../io/paths.js";
import { ZipArchive } from "../io/zip.js";
import { heap } from "../runtime/runtime.js";
import { tensor } from "../tensor/create.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  cacheFolder,
  cacheOptions,
  checkCacheOptions,
  fetchFiles,
  type CacheOptions,
  type RemoteFile,
} from "./download.js";
import { readIntegers, readLists } from "./formats/npy.js";
import { NumpyShuffler } from "./numpyShuffle.js";
import { ReviewWords } from "./reviewWords.js";
import { checkRankOptions, rankEncoder, rankOptions, type RankOptions } from "./text/rankEncoding.js";

const op = "datasets.imdb";

/** Options of {@link imdb}. */
export interface ImdbOptions extends RankOptions, CacheOptions, InflateOptions {
  /**
   * Folder with `train-` and `test-` `tokens.u32le`, `offsets.u32le` and `labels.u8`, each plain or as `.gz`, and
   * optionally `imdb_word_index.json`.
   */
  readonly dir?: string;
  /**
   * Keras's imdb.npz: a path (Node), bytes, a Blob, a Response, a stream. Default, without dir: the cache, filled by
   * downloading.
   */
  readonly npz?: ByteSource;
  /** Keras's imdb_word_index.json, from the same kinds of sources; only with npz. */
  readonly wordIndex?: ByteSource;
}

/** N reviews. */
export interface Reviews {
  /** N sequences of tokens. */
  readonly x: readonly Int32Array[];
  /** (N) int32: 0 negative, 1 positive. */
  readonly y: Tensor;
  readonly classNames: readonly string[];
}

/** What {@link imdb} returns. */
export interface ImdbData {
  readonly train: Reviews;
  readonly test: Reviews;
  /** Words to tokens and back; undefined if there is no word index with the reviews. */
  readonly words: ReviewWords | undefined;
}

/** Reviews as ranks. */
interface Ranks {
  readonly x: readonly Int32Array[];
  readonly labels: Int32Array;
}

const published: readonly RemoteFile[] = [
  {
    name: "imdb.npz",
    bytes: 17464789,
    sha256: "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
  },
  {
    name: "imdb_word_index.json",
    bytes: 1641221,
    sha256: "027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6",
  },
];
const plainFiles = ["train", "test"].flatMap((part) =>
  ["tokens.u32le", "offsets.u32le", "labels.u8"].map((name) => `${part}-${name}`),
);
const indexName = "imdb_word_index.json";
const publicMirrors = ["https://storage.googleapis.com/tensorflow/tf-keras-datasets"];

/**
 * The reviews: `train` and `test`, x as sequences of tokens, y (N) labels.
 *
 * With `numWords: 10000` tokens are 0 … 9,999: 0 padding, 1 start, 2 unknown, a word of rank r is r + 3.
 * Cost: about 0.5 s from a folder, 1.5 s from imdb.npz; 50 MB outside of linear memory.
 * @throws {UsageError} before `init` or for an option
 * @throws {DataError} for files that are missing, damaged or of another form, cannot be downloaded, or inflate to more
 *   than `maxBytes` (by default 100 × the size of the npz or of a gzipped file, and at least 8 MiB)
 * @throws the signal's reason when it aborts
 */
export async function imdb(options: ImdbOptions = {}): Promise<ImdbData> {
  checkKeys(op, options, ["dir", "npz", "wordIndex", "maxBytes", ...rankOptions, ...cacheOptions]);
  checkRankOptions(op, options);
  checkCacheOptions(op, options);
  checkMaxBytes(op, options);
  const { dir, npz, wordIndex, signal, numWords, skipTop, startToken, unknownToken, indexFrom } = options;
  if (dir !== undefined && npz !== undefined) {
    throw new UsageError(message(op, "both dir and npz are given", { expected: "one of them" }));
  }
  if (wordIndex !== undefined && npz === undefined) {
    throw new UsageError(message(op, "wordIndex is given without npz", { expected: "both or neither" }));
  }
  heap(); // throws before anything is read if init was not called
  signal?.throwIfAborted();
  const source = await (dir !== undefined
    ? fromFolder(dir, options.maxBytes)
    : npz !== undefined
      ? fromNpz(await bytesOf(npz), wordIndex === undefined ? undefined : await bytesOf(wordIndex), options.maxBytes)
      : fromCache(options));
  const encoding = Object.fromEntries(
    Object.entries({ numWords, skipTop, startToken, unknownToken, indexFrom }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as RankOptions;
  const encode = rankEncoder(encoding);
  const encoded = ({ x, labels }: Ranks): Reviews => ({
    x: x.map(encode),
    y: tensor(labels),
    classNames: ["negative", "positive"],
  });
  const words = source.index && new ReviewWords(source.index, encoding);
  return { train: encoded(source.train), test: encoded(source.test), words };
}

/**
 * Where {@link imdb} would find the reviews without downloading: in `dir` or `dir/imdb` (as imdb.npz or as plain
 * files), or without `dir` in the cache.
 * @returns the option to pass; undefined where files are missing (their contents are not read)
 * @throws {UsageError} in browsers
 */
export async function findImdb(
  dir?: string,
  cache?: string,
): Promise<{ readonly dir: string } | { readonly npz: string; readonly wordIndex?: string } | undefined> {
  checkPaths(op, { dir, cache });
  const path = nodeBuiltin("path", op);
  const fs = nodeBuiltin("fs/promises");
  const folders = dir === undefined ? [path.join(cache ?? cacheFolder(op), "imdb")] : [dir, path.join(dir, "imdb")];
  for (const folder of folders) {
    const present = new Set<string>(await fs.readdir(folder).catch(() => []));
    if (plainFiles.every((name) => present.has(name) || present.has(`${name}.gz`))) return { dir: folder };
    const index = present.has(indexName) && { wordIndex: path.join(folder, indexName) };
    if (present.has("imdb.npz")) return { npz: path.join(folder, "imdb.npz"), ...index };
  }
  return undefined;
}

interface Source {
  readonly train: Ranks;
  readonly test: Ranks;
  readonly index?: ReadonlyMap<string, number>;
}

async function bytesOf(npz: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  return unshared(await readBytes(op, npz));
}

async function fromCache(options: ImdbOptions): Promise<Source> {
  const path = nodeBuiltin("path", op, "In a browser pass npz.");
  const folder = path.join(options.cache ?? cacheFolder(op), "imdb");
  const [npz, index] = await fetchFiles(published, op, folder, publicMirrors, options);
  return fromNpz(npz.bytes, index.bytes, options.maxBytes);
}

/** Keras's file holds ranks in the order of the folders they came from; Keras shuffles them, always in the same way. */
async function fromNpz(bytes: Uint8Array<ArrayBuffer>, index?: Uint8Array, maxBytes?: number): Promise<Source> {
  const archive = new ZipArchive(bytes, `${op}: npz`, maxBytes);
  const shuffler = new NumpyShuffler(113);
  const part = async (name: string): Promise<Ranks> => {
    const x = readLists(await archive.read(`x_${name}.npy`), `${op}: x_${name}.npy`);
    const labels = readIntegers(await archive.read(`y_${name}.npy`), `${op}: y_${name}.npy`, x.length);
    checkLabels(name, labels);
    const bad = x.findIndex((ranks) => ranks.some((rank) => rank < 0));
    if (bad >= 0)
      throw new DataError(message(op, `review ${bad} of ${name} has a negative rank`, { expected: "ranks ≥ 1" }));
    const order = shuffler.permutation(x.length);
    return { x: Array.from(order, (i) => x[i]), labels: labels.map((_, i) => labels[order[i]]) };
  };
  const train = await part("train");
  const test = await part("test");
  return { train, test, ...(index && { index: readIndex(index) }) };
}

async function fromFolder(dir: string, maxBytes?: number): Promise<Source> {
  const path = nodeBuiltin("path", op);
  const fs = nodeBuiltin("fs/promises");
  const present = await fs.readdir(dir).catch((error: unknown) => {
    throw new DataError(message(op, `the folder ${show(dir)} cannot be read`, { got: (error as Error).message }));
  });
  const missing = plainFiles.filter((name) => !present.includes(name) && !present.includes(`${name}.gz`));
  if (missing.length > 0) {
    const expected = `${missing.join(", ")}, each with or without .gz`;
    const hint = "Pass Keras's imdb.npz as npz, or nothing to have it downloaded.";
    throw new DataError(
      message(op, `files are missing in ${show(dir)}`, { expected, got: show(present.sort()), hint }),
    );
  }
  const read = async (name: string, size?: number): Promise<Uint8Array<ArrayBuffer>> => {
    const file = present.includes(name) ? name : `${name}.gz`;
    const bytes = await readFile(op, path.join(dir, file));
    return isGzip(bytes) ? gunzip(bytes, `${op}: ${file}`, { ...(size !== undefined && { size }), maxBytes }) : bytes;
  };
  const part = async (name: string): Promise<Ranks> => {
    const labelBytes = await read(`${name}-labels.u8`);
    const offsets = words32(await read(`${name}-offsets.u32le`), `${name}-offsets.u32le`);
    checkOffsets(name, offsets, labelBytes.length);
    const labels = Int32Array.from(labelBytes);
    const size = 4 * offsets[labels.length];
    const bytes = await read(`${name}-tokens.u32le`, size);
    if (bytes.length !== size) {
      const expected = `${size} bytes, as the offsets say`;
      throw new DataError(message(op, `${name}-tokens.u32le has the wrong size`, { expected, got: `${bytes.length}` }));
    }
    const tokens = words32(bytes, `${name}-tokens.u32le`);
    checkLabels(name, labels);
    return { x: Array.from(labels, (_, i) => ranksOf(name, i, tokens.subarray(offsets[i], offsets[i + 1]))), labels };
  };
  const train = await part("train");
  const test = await part("test");
  if (!present.includes(indexName)) return { train, test };
  return { train, test, index: readIndex(await read(indexName)) };
}

/** The files hold Keras's tokens: the start token 1, then ranks + 3. */
function ranksOf(part: string, i: number, tokens: Uint32Array): Int32Array {
  const fail = (got: string): DataError =>
    new DataError(message(op, `review ${i} of ${part} is damaged`, { expected: "1, then tokens > 3", got }));
  if (tokens.length === 0) throw fail("no tokens");
  if (tokens[0] !== 1) throw fail(`token 0 is ${tokens[0]}`);
  const ranks = new Int32Array(tokens.length - 1);
  for (let t = 1; t < tokens.length; t++) {
    if (tokens[t] <= 3 || tokens[t] >= 2 ** 31) throw fail(`token ${t} is ${tokens[t]}`);
    ranks[t - 1] = tokens[t] - 3;
  }
  return ranks;
}

function words32(bytes: Uint8Array<ArrayBuffer>, name: string): Uint32Array {
  if (bytes.length % 4 !== 0) {
    throw new DataError(message(op, `${name} is cut short`, { expected: "4 bytes a number", got: `${bytes.length}` }));
  }
  return new Uint32Array(bytes.slice().buffer); // engines that run WebAssembly SIMD are little-endian
}

function checkOffsets(part: string, offsets: Uint32Array, count: number): void {
  const falls = offsets.findIndex((offset, i) => (i === 0 ? offset !== 0 : offset < offsets[i - 1]));
  if (offsets.length === count + 1 && falls < 0) return;
  const got = offsets.length === count + 1 ? `${offsets[falls]} as offset ${falls}` : `${offsets.length} offsets`;
  const expected = `${count + 1} offsets that rise from 0 (${count} labels)`;
  throw new DataError(message(op, `${part}-offsets.u32le is damaged`, { expected, got }));
}

function checkLabels(part: string, labels: Int32Array): void {
  if (labels.length === 0) throw new DataError(message(op, `${part} is empty`, { expected: "reviews", got: "none" }));
  const wrong = labels.findIndex((label) => label !== 0 && label !== 1);
  if (wrong < 0) return;
  const got = `${labels[wrong]} as label ${wrong}`;
  throw new DataError(message(op, `a ${part} label is out of range`, { expected: "0 or 1", got }));
}

function readIndex(bytes: Uint8Array): ReadonlyMap<string, number> {
  const fail = (got: string): DataError =>
    new DataError(message(op, "imdb_word_index.json is damaged", { expected: 'JSON as {"the": 1, …}', got }));
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error));
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw fail(show(parsed));
  const entries = Object.entries(parsed as Record<string, unknown>);
  const wrong = entries.find(([, rank]) => !Number.isInteger(rank) || (rank as number) < 1);
  if (wrong !== undefined) throw fail(`${show(wrong[1])} as the rank of ${show(wrong[0])}`);
  return new Map(entries as [string, number][]);
}
