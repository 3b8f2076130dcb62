/**
 * Pictures in folders as a data set: each folder is a class, each picture in it a sample, all of one size. Holds all of
 * them in memory, as bytes (imageBatches.ts does not). Letters: N pictures, H W height and width, C channels.
 */
import { heap } from "../../runtime/runtime.js";
import { checkBoolean, checkInteger } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import { Random } from "../../tensor/random.js";
import type { Dataset } from "../dataset.js";
import {
  checkImageOptions,
  findPictures,
  type ImageFolderOptions,
  type ImageSource,
  type ReadPictures,
  readPictures,
} from "./pictures.js";

/** Options of {@link imageFolder}. */
export interface ImageDatasetOptions extends ImageFolderOptions {
  /**
   * The pictures in an order drawn by the seed, so that the last of them, which `validationSplit` of fit takes, are of
   * all classes. False: by class, then by path. Default true.
   */
  readonly shuffle?: boolean;
  /** Of that order: an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
}

/** A data set of pictures. */
export interface ImageDataset extends Dataset, ReadPictures {
  readonly classNames: readonly string[];
}

/**
 * A folder of class folders as a data set: x (N, H, W, C) uint8, y (N) int32 labels with `classNames`, in an order that
 * is drawn once.
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
export async function imageFolder(source: ImageSource, options: ImageDatasetOptions): Promise<ImageDataset> {
  const op = "datasets.imageFolder";
  const full = checkImageOptions(op, options, ["shuffle", "seed"]);
  const { shuffle = true, seed = 0 } = options;
  checkBoolean(op, "shuffle", shuffle);
  checkInteger(op, "seed", seed, "[0, 4294967295]");
  heap(); // without init, say so before anything is read
  const sorted = await findPictures(op, source);
  const found = shuffle ? Array.from(new Random(seed).permutation(sorted.length), (place) => sorted[place]) : sorted;
  const [H, W] = full.size;
  const length = H * W * full.channels;
  const pixels = new Uint8Array(found.length * length);
  let count = 0;
  const { labels, ...read } = await readPictures(op, found, full, (image) => pixels.set(image, length * count++));
  const x = tensor(pixels.subarray(0, count * length), [count, H, W, full.channels]);
  return { x, y: tensor(labels), ...read };
}
