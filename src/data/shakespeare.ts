/**
 * Tiny Shakespeare: 1,115,394 characters of his plays in one text, 65 different ones, for networks that predict the
 * next character. Read from a file or downloaded once into a cache. Node only. Does not cut the text up:
 * text.fitTokenizer and text.streams do.
 * Source: Karpathy 2015, "The unreasonable effectiveness of recurrent neural networks"; the checksum is that of the
 * published file.
 */
import { checkKeys } from "../errors.js";
import { checkMaxBytes, type InflateOptions } from "../io/gzip.js";
import { nodeBuiltin } from "../io/node.js";
import { checkPaths } from "../io/paths.js";
import { cacheFolder, cacheOptions, checkCacheOptions, fetchFiles, type CacheOptions } from "./download.js";
import { readText } from "./text/readText.js";

const op = "datasets.shakespeare";

/** Options of {@link shakespeare}. */
export interface ShakespeareOptions extends CacheOptions, InflateOptions {
  /** A text file, plain or gzipped, to read instead. Default: the cache, filled from the mirrors. */
  readonly file?: string;
}

const published = {
  name: "input.txt",
  bytes: 1115394,
  sha256: "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
};
const publicMirrors = ["https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare"];

/**
 * The text. By custom its first 90 % are for training and the rest for validation.
 *
 * @throws {UsageError} in browsers or for an unknown option
 * @throws {DataError} when a file cannot be read, is empty or not UTF-8, or when no mirror has it or the cache cannot
 *   be written
 * @throws the signal's reason when it aborts
 */
export async function shakespeare(options: ShakespeareOptions = {}): Promise<string> {
  checkKeys(op, options, ["file", "maxBytes", ...cacheOptions]);
  checkCacheOptions(op, options);
  checkMaxBytes(op, options);
  options.signal?.throwIfAborted();
  if (options.file !== undefined) return readText(options.file, { maxBytes: options.maxBytes });
  const [{ bytes }] = await fetchFiles([published], op, cacheOf(options.cache), publicMirrors, options);
  return readText(bytes);
}

/**
 * The file that {@link shakespeare} would read without downloading: `place` itself if it is a file, else input.txt in
 * it or in its folders tinyshakespeare and shakespeare; without `place` the cache's.
 * @returns undefined where there is none (its contents are not read)
 * @throws {UsageError} in browsers
 */
export async function findShakespeare(place?: string, cache?: string): Promise<string | undefined> {
  checkPaths(op, { place, cache });
  const path = nodeBuiltin("path", op);
  const fs = nodeBuiltin("fs/promises");
  const { name } = published;
  const within = (folder: string): string[] =>
    ["", "tinyshakespeare", "shakespeare"].map((inner) => path.join(folder, inner, name));
  const candidates = place === undefined ? [path.join(cacheOf(cache), name)] : [place, ...within(place)];
  for (const candidate of candidates) {
    const found = await fs.stat(candidate).catch(() => undefined);
    if (found?.isFile() === true) return candidate;
  }
  return undefined;
}

const cacheOf = (cache?: string): string => nodeBuiltin("path", op).join(cache ?? cacheFolder(op), "shakespeare");
