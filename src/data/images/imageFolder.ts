/**
 * Pictures in folders as a data set: each folder is a class, each picture in it a sample, all of one size. Holds all of
 * them in memory, as bytes. Letters: N pictures, H W height and width, C channels.
 */
import { checkKeys, DataError, LanegradError, message, show, UsageError } from "../../errors.js";
import { readBytes, unshared, type ByteSource } from "../../io/bytes.js";
import { fileError } from "../../io/fileErrors.js";
import { nodeBuiltin } from "../../io/node.js";
import { checkInteger } from "../../options.js";
import { heap } from "../../runtime/runtime.js";
import { tensor } from "../../tensor/create.js";
import type { Dataset } from "../dataset.js";
import { byCodePoint } from "../labels.js";
import { decodeImage, type DecodeJpeg } from "./decode.js";
import { resized } from "./resize.js";

/**
 * A picture that a page's user chose: a File of `<input type="file" webkitdirectory>`, or bytes with the path that
 * says what they are.
 */
export type ImageFile = File | { readonly path: string; readonly bytes: ByteSource };

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions {
  /** Height and width that each picture is brought to. */
  readonly size: readonly [H: number, W: number];
  /** 3: red, green, blue; 1: brightness. Default 3. */
  readonly channels?: 1 | 3;
  /** What to do about a picture that cannot be read. Default "error". */
  readonly broken?: "error" | "skip";
  /**
   * What reads JPEG files. Default: the browser, and in Node the package jpeg-js, which is to be installed where there
   * are such.
   */
  readonly decodeJpeg?: DecodeJpeg;
}

/** A data set of pictures. */
export interface ImageDataset extends Dataset {
  /** The folders that hold pictures, by code point: the classes. */
  readonly classNames: readonly string[];
  /** (N) paths of the pictures, in the order of x: by class, then by code point. */
  readonly files: readonly string[];
  /** Pictures that were left out, and why. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

const op = "datasets.imageFolder";

/** Files that are read at once. */
const atOnce = 16;

interface Found {
  readonly path: string;
  readonly className: string;
  readonly bytes: ByteSource;
}

/**
 * A folder of class folders as a data set: x (N, H, W, C) uint8, y (N) int32 labels with `classNames`.
 *
 * ```ts
 * // pets/cat/1.jpg, pets/dog/7.png, …
 * const pets = await datasets.imageFolder("pets", { size: [64, 64], broken: "skip" });
 * const { train, test } = datasets.trainTestSplit(pets, { stratify: true });
 * ```
 *
 * @param source   in Node the folder; anywhere a list of files, whose class is the folder in their path
 *                 (webkitRelativePath) that holds them
 * @param options  the size, and what else is to be known. Names that do not end in .png, .jpg or .jpeg, and those that
 *                 begin with a point, are left out
 * @throws {UsageError} before `init`, for a wrong option, and where jpeg-js is not installed
 * @throws {DataError} for a folder that cannot be read or holds no pictures, and with the file's path for a picture
 *   that is damaged, neither PNG nor JPEG, or larger than 8,388,608 pixels
 * @throws {MemoryError}
 * Cost: H · W · C bytes a picture, twice while it is read, and 4 bytes a pixel of 16 pictures at once.
 */
export async function imageFolder(
  source: string | URL | Iterable<ImageFile>,
  options: ImageFolderOptions,
): Promise<ImageDataset> {
  checkKeys(op, options, ["size", "channels", "broken", "decodeJpeg"]);
  const { size, channels = 3, broken = "error", decodeJpeg } = options;
  if (!Array.isArray(size) || size.length !== 2) {
    throw new UsageError(message(op, "size is wrong", { expected: "[H, W]", got: show(size) }));
  }
  for (const side of size) checkInteger(op, "size", side as number, "[1, 16384]");
  const fail = (name: string, expected: string, got: unknown): never => {
    throw new UsageError(message(op, `${name} is wrong`, { expected, got: show(got) }));
  };
  if (channels !== 1 && channels !== 3) fail("channels", "1 or 3", channels);
  if (broken !== "error" && broken !== "skip") fail("broken", '"error" or "skip"', broken);
  if (decodeJpeg !== undefined && typeof decodeJpeg !== "function") fail("decodeJpeg", "a function", decodeJpeg);
  heap(); // without init, say so before anything is read
  const found = typeof source === "string" || source instanceof URL ? await inFolder(source) : inList(source);
  const [H, W] = size as readonly [number, number];
  const length = H * W * channels;
  const pixels = new Uint8Array(found.length * length);
  const [files, labels, skipped]: [string[], string[], { file: string; reason: string }[]] = [[], [], []];
  for (let from = 0; from < found.length; from += atOnce) {
    const read = found.slice(from, from + atOnce).map(async ({ bytes }) => {
      try {
        const image = await decodeImage(op, unshared(await readBytes(op, bytes)), decodeJpeg);
        return resized(image, H, W, channels);
      } catch (error) {
        if (error instanceof UsageError || !(error instanceof LanegradError)) throw error;
        return error;
      }
    });
    for (const [i, image] of (await Promise.all(read)).entries()) {
      const { path, className } = found[from + i];
      if (image instanceof Uint8Array) {
        pixels.set(image, files.length * length);
        files.push(path);
        labels.push(className);
      } else if (broken === "skip") skipped.push({ file: path, reason: image.message });
      else {
        const hint = 'With broken: "skip" such pictures are left out.';
        const wrong = `${show(path)} cannot be read as a picture (${image.message.replace(/\.$/, "")})`;
        throw new DataError(message(op, wrong, { hint }), { cause: image });
      }
    }
  }
  if (files.length === 0) {
    const got =
      skipped.length === 0 ? "none" : `${skipped.length} that cannot be read, the first: ${skipped[0].reason}`;
    throw new DataError(
      message(op, "there are no pictures", { expected: "folders of .png, .jpg or .jpeg files", got }),
    );
  }
  const classNames = [...new Set(labels)].sort(byCodePoint);
  const numbers = new Map(classNames.map((name, i) => [name, i]));
  const x = tensor(pixels.subarray(0, files.length * length), [files.length, H, W, channels]);
  return { x, y: tensor(Int32Array.from(labels, (name) => numbers.get(name)!)), classNames, files, skipped };
}

const isPicture = (name: string): boolean => !name.startsWith(".") && /\.(png|jpe?g)$/i.test(name);

/** Pictures of a folder's folders. */
async function inFolder(source: string | URL): Promise<Found[]> {
  const fs = nodeBuiltin("fs/promises", op, "In a browser pass the files that its user chose.");
  const folder = typeof source === "string" ? source : nodeBuiltin("url", op).fileURLToPath(source);
  const paths = nodeBuiltin("path", op);
  const list = async (path: string): Promise<string[]> => {
    try {
      return (await fs.readdir(path)).sort(byCodePoint);
    } catch (error) {
      throw fileError(op, "read", path, error);
    }
  };
  const found: Found[] = [];
  for (const className of await list(folder)) {
    const path = paths.join(folder, className);
    if (className.startsWith(".") || !(await fs.stat(path)).isDirectory()) continue;
    for (const name of await list(path)) {
      if (isPicture(name)) found.push({ path: paths.join(path, name), className, bytes: paths.join(path, name) });
    }
  }
  return found;
}

/** Pictures of a list, by class. */
function inList(source: Iterable<ImageFile>): Found[] {
  if (typeof source !== "object" || source === null || !(Symbol.iterator in source)) {
    const expected = "a folder, or a list of files";
    throw new UsageError(message(op, "this holds no pictures", { expected, got: show(source) }));
  }
  const found: Found[] = [];
  for (const file of source) {
    const path = "path" in Object(file) ? (file as { path: string }).path : (file as File)?.webkitRelativePath;
    const parts = typeof path === "string" ? path.split("/") : [];
    if (parts.length < 2) {
      const expected = 'a path such as "pets/cat/1.jpg": a File with webkitRelativePath, or { path, bytes }';
      throw new UsageError(message(op, "a file's folder is not known", { expected, got: show(path ?? file) }));
    }
    const bytes = file instanceof Blob ? file : file.bytes;
    if (isPicture(parts.at(-1)!)) found.push({ path, className: parts.at(-2)!, bytes });
  }
  return found.sort((a, b) => byCodePoint(a.className, b.className) || byCodePoint(a.path, b.path));
}
