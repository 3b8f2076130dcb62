/**
 * The pictures of a folder or a list of files: which there are, of what class, and their pixels in one size, a few at
 * once. Does not keep them.
 */
import { checkKeys, DataError, LanegradError, message, show, UsageError } from "../../errors.js";
import { readBytes, unshared, type ByteSource } from "../../io/bytes.js";
import { fileError } from "../../io/fileErrors.js";
import { nodeBuiltin } from "../../io/node.js";
import { checkInteger } from "../../options.js";
import { byCodePoint } from "../labels.js";
import { decodeImage, type DecodeJpeg } from "./decode.js";
import { resized } from "./resize.js";

/**
 * A picture that a page's user chose: a File of `<input type="file" webkitdirectory>`, or bytes with the path that
 * says what they are.
 */
export type ImageFile = File | { readonly path: string; readonly bytes: ByteSource };

/** Where pictures are: in Node a folder of class folders; anywhere a list of files. */
export type ImageSource = string | URL | Iterable<ImageFile>;

/** Options of {@link imageFolder}, and some of imageBatches. */
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

/** What is known of the pictures once they have been read. */
export interface ReadPictures {
  /** The folders that hold pictures, by code point: the classes. */
  readonly classNames: readonly string[];
  /** (N) paths of the pictures, in the order of the labels. */
  readonly files: readonly string[];
  /** Pictures that were left out, and why. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

/** Files that are read at once. */
const atOnce = 16;

interface Found {
  readonly path: string;
  readonly className: string;
  readonly bytes: ByteSource;
}

/** The options with defaults. @throws {UsageError} for a wrong option */
export function checkImageOptions(
  op: string,
  options: ImageFolderOptions,
  others: readonly string[],
): Required<Omit<ImageFolderOptions, "decodeJpeg">> & Pick<ImageFolderOptions, "decodeJpeg"> {
  checkKeys(op, options, ["size", "channels", "broken", "decodeJpeg", ...others]);
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
  return { size: size, channels, broken, ...(decodeJpeg && { decodeJpeg }) };
}

/** The pictures that there are. @throws {UsageError | DataError} where the source holds none to read */
export async function findPictures(op: string, source: ImageSource): Promise<readonly Found[]> {
  return typeof source === "string" || source instanceof URL ? inFolder(op, source) : inList(op, source);
}

/**
 * Reads pictures, a few at once, and hands each one's pixels over, (H, W, C) bytes, in order.
 * @throws {DataError} for a picture that cannot be read, unless they are left out, and where none is left
 */
export async function readPictures(
  op: string,
  found: readonly Found[],
  { size: [H, W], channels, broken, decodeJpeg }: ReturnType<typeof checkImageOptions>,
  take: (pixels: Uint8Array<ArrayBuffer>) => void | Promise<void>,
): Promise<ReadPictures & { readonly labels: Int32Array<ArrayBuffer> }> {
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
        await take(image as Uint8Array<ArrayBuffer>);
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
  return { classNames, files, skipped, labels: Int32Array.from(labels, (name) => numbers.get(name)!) };
}

const isPicture = (name: string): boolean => !name.startsWith(".") && /\.(png|jpe?g)$/i.test(name);

/** Pictures of a folder's folders. */
async function inFolder(op: string, source: string | URL): Promise<Found[]> {
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
function inList(op: string, source: Iterable<ImageFile>): Found[] {
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
