/**
 * Flickr8k: 6,000 + 1,000 + 1,000 photographs, each with five sentences on what it shows, for training, validation and
 * test. Read from files: the photographs are for research and teaching only, so nothing is downloaded. The pictures are
 * expected as bytes of one size, in the order of the lists of the split, not as JPEG. Reading a folder needs Node. Does
 * not split sentences into words.
 * Source: Hodosh, Young & Hockenmaier 2013, "Framing image description as a ranking task".
 */
import { DataError, checkKeys, message, show } from "../errors.js";
import { type ByteSource, readBytes, unshared } from "../io/bytes.js";
import { checkMaxBytes, gunzip, type InflateOptions, isGzip } from "../io/gzip.js";
import { checkObject } from "../options.js";
import { tensor } from "../tensor/create.js";
import type { Tensor } from "../tensor/tensor.js";
import { findInFolders } from "./corpora/folders.js";
import { readText } from "./text/readText.js";

const op = "datasets.flickr8k";
const parts = { train: "train", validation: "dev", test: "test" } as const;

/** A part of the official split. */
export type Flickr8kPart = keyof typeof parts;

/** Photographs and what is said of them. */
export interface Flickr8kPictures {
  /** (N, H, W, 3) uint8: red, green and blue. */
  readonly x: Tensor;
  /** The sentences on each photograph, as they were written: words and signs that blanks separate. */
  readonly sentences: readonly (readonly string[])[];
  /** The names of the photographs' files. */
  readonly names: readonly string[];
}

/** The three parts. */
export type Flickr8k = Readonly<Record<Flickr8kPart, Flickr8kPictures>>;

/** The files: the sentences, and for each part the list of its photographs and their bytes. */
export interface Flickr8kFiles<Source> {
  /** Flickr8k.token.txt: `name.jpg#0`, a tab and a sentence on each line. */
  readonly sentences: Source;
  readonly train: Flickr8kPartFiles<Source>;
  readonly validation: Flickr8kPartFiles<Source>;
  readonly test: Flickr8kPartFiles<Source>;
}

/** The files of one part. */
export interface Flickr8kPartFiles<Source> {
  /** Flickr_8k.trainImages.txt, Flickr_8k.devImages.txt or Flickr_8k.testImages.txt: a name on each line. */
  readonly list: Source;
  /** The pictures in the order of the list: H·W·3 bytes each, with H = W. */
  readonly pictures: Source;
}

/** Options of {@link flickr8k}. */
export interface Flickr8kOptions extends InflateOptions {
  /** Folder with the seven files, each plain or as `.gz`. */
  readonly dir: string;
}

const either = (name: string): readonly string[] => [`${name}.gz`, name];
const names: Flickr8kFiles<readonly string[]> = {
  sentences: either("Flickr8k.token.txt"),
  train: partNames("train"),
  validation: partNames("validation"),
  test: partNames("test"),
};

function partNames(part: Flickr8kPart): Flickr8kPartFiles<readonly string[]> {
  const name = parts[part];
  return { list: either(`Flickr_8k.${name}Images.txt`), pictures: either(`${name}-images64.u8`) };
}

/** The same of each of the seven files. */
function eachOf<From, To>(files: Flickr8kFiles<From>, of: (file: From) => To): Flickr8kFiles<To> {
  const part = ({ list, pictures }: Flickr8kPartFiles<From>): Flickr8kPartFiles<To> => {
    return { list: of(list), pictures: of(pictures) };
  };
  const { sentences, train, validation, test } = files;
  return { sentences: of(sentences), train: part(train), validation: part(validation), test: part(test) };
}

/** The files' possible names. */
export const flickr8kFiles: readonly (readonly string[])[] = listed(names);

function listed<T>({ sentences, train, validation, test }: Flickr8kFiles<T>): T[] {
  return [sentences, ...[train, validation, test].flatMap(({ list, pictures }) => [list, pictures])];
}

/**
 * The photographs with their sentences.
 * @throws {UsageError} for a wrong option
 * @throws {DataError} when a file is missing or damaged, or a photograph has no sentence
 */
export async function flickr8k(options: Flickr8kOptions): Promise<Flickr8k> {
  checkKeys(op, options, ["dir", "maxBytes"]);
  checkMaxBytes(op, options);
  const { dir, maxBytes } = options;
  const files = await findFlickr8k(dir);
  if (files === undefined) {
    const expected = flickr8kFiles.map(([, name]) => name).join(", ");
    throw new DataError(message(op, `${show(dir)} does not have the photographs`, { expected }));
  }
  return flickr8kFrom(files, maxBytes === undefined ? {} : { maxBytes });
}

/**
 * The photographs from files.
 * @throws {UsageError} for what is not files by part, or a wrong option
 * @throws {DataError} as {@link flickr8k}
 */
export async function flickr8kFrom(files: Flickr8kFiles<ByteSource>, options: InflateOptions = {}): Promise<Flickr8k> {
  checkObject(op, "files", files);
  checkKeys(op, files, ["sentences", "train", "validation", "test"]);
  for (const part of Object.keys(parts) as Flickr8kPart[]) {
    checkObject(op, `files.${part}`, files[part]);
    checkKeys(`${op} files.${part}`, files[part], ["list", "pictures"]);
  }
  checkKeys(op, options, ["maxBytes"]);
  checkMaxBytes(op, options);
  const sentences = sentencesOf(await readText(files.sentences, options));
  return {
    train: await readPart("train", files.train, sentences, options),
    validation: await readPart("validation", files.validation, sentences, options),
    test: await readPart("test", files.test, sentences, options),
  };
}

/** @throws {DataError} where the files do not fit each other */
async function readPart(
  part: Flickr8kPart,
  { list, pictures }: Flickr8kPartFiles<ByteSource>,
  sentences: ReadonlyMap<string, readonly string[]>,
  options: InflateOptions,
): Promise<Flickr8kPictures> {
  const names = linesOf(await readText(list, options));
  const packed = unshared(await readBytes(op, pictures));
  const bytes = isGzip(packed) ? await gunzip(packed, op, options) : packed;
  const side = Math.round(Math.sqrt(bytes.length / (3 * names.length)));
  if (side < 1 || side * side * 3 * names.length !== bytes.length) {
    const expected = `${names.length} squares of three bytes a pixel`;
    throw new DataError(message(op, `the pictures of ${part} do not fit`, { expected, got: `${bytes.length} bytes` }));
  }
  const own = names.map((name) => {
    const found = sentences.get(name);
    if (found === undefined) throw new DataError(message(op, `there is no sentence on ${show(name)} of ${part}`));
    return found;
  });
  return { x: tensor(bytes, [names.length, side, side, 3]), sentences: own, names };
}

/** @throws {DataError} for a line that is not a name, #, a number, a tab and a sentence */
function sentencesOf(text: string): Map<string, string[]> {
  const sentences = new Map<string, string[]>();
  for (const [i, line] of linesOf(text).entries()) {
    const found = /^(.+)#\d+\t(.+)$/.exec(line);
    if (found === null) {
      const expected = "a name, #, a number, a tab and a sentence";
      throw new DataError(message(op, `line ${i + 1} of the sentences is damaged`, { expected, got: show(line) }));
    }
    const [, name, sentence] = found;
    sentences.set(name, [...(sentences.get(name) ?? []), sentence.normalize("NFC").trim()]);
  }
  return sentences;
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/**
 * The paths of the files in a folder, or in its folder `flickr8k`; undefined where one of them is not there.
 * @throws {UsageError} in browsers, or for what is no path
 */
export async function findFlickr8k(dir: string): Promise<Flickr8kFiles<string> | undefined> {
  return findInFolders(op, dir, ["", "flickr8k"], (there, pathOf) => {
    const found = eachOf(names, (some) => some.find((name) => there.includes(name)));
    return listed(found).includes(undefined) ? undefined : eachOf(found, (name) => pathOf(name!));
  });
}
