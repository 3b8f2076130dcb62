/**
 * Pictures in folders as batches for `fit`, for folders that do not fit in memory: each picture is read, decoded and
 * brought to its size once, and kept as bytes outside of memory (pixelStore.ts), from where batches are drawn. Letters:
 * N pictures, n of a batch, H W height and width, C channels.
 */
import { UsageError, message } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { heap } from "../../runtime/runtime.js";
import { tensor } from "../../tensor/create.js";
import { Random } from "../../tensor/random.js";
import type { Tensor } from "../../tensor/tensor.js";
import {
  checkImageOptions,
  findPictures,
  type ImageFolderOptions,
  type ImageSource,
  type ReadPictures,
  readPictures,
} from "./pictures.js";
import { pixelStore } from "./pixelStore.js";

/** Options of {@link imageBatches}. */
export interface ImageBatchesOptions extends ImageFolderOptions {
  /** n; the last batch of an epoch may be smaller. Default 32. */
  readonly batchSize?: number;
  /** Of the order, which is another one in each epoch: an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
}

/** Batches of pictures. */
export interface ImageBatches extends ReadPictures {
  /** N */
  readonly count: number;
  /** Batches of an epoch. */
  readonly stepsPerEpoch: number;
  /**
   * One epoch, in a new order: x (n, H, W, C) uint8, which is read as fractions of 255, and y (n) int32 labels.
   * @throws {UsageError} after `dispose`
   */
  readonly batches: () => AsyncGenerator<{ readonly x: Tensor; readonly y: Tensor }, void, undefined>;
  /** Frees the disk's memory, which otherwise stays taken until the process or the page ends. */
  dispose(): void;
  /** `using pets = await …` does so at the end of the block. */
  [Symbol.dispose](): void;
}

/**
 * Batches from a folder of class folders of any size. Every picture is decoded once, before training; what is broken is
 * then known by name. An epoch reads H · W · C bytes a picture from the disk.
 *
 * ```ts
 * const pets = await datasets.imageBatches("pets", { size: [64, 64], broken: "skip" });
 * await model.fit(pets.batches, { epochs: 10, prefetch: 2 });
 * ```
 *
 * @param source   as for {@link imageFolder}
 * @throws as {@link imageFolder}
 * Cost: N · H · W · C bytes on the disk (in Node the folder for temporary files); in memory a batch, those read ahead,
 * and 4 bytes a pixel of 16 pictures at once while they are read.
 */
export async function imageBatches(source: ImageSource, options: ImageBatchesOptions): Promise<ImageBatches> {
  const op = "datasets.imageBatches";
  const full = checkImageOptions(op, options, ["batchSize", "seed"]);
  const { batchSize = 32, seed = 0 } = options;
  checkInteger(op, "batchSize", batchSize, "[1, ∞)");
  checkInteger(op, "seed", seed, "[0, 4294967295]");
  heap(); // without init, say so before anything is read
  const found = await findPictures(op, source);
  const [H, W] = full.size;
  const C = full.channels;
  const store = pixelStore(op, H * W * C);
  try {
    const { labels, ...read } = await readPictures(op, found, full, (image) => store.append(image));
    const count = labels.length;
    const random = new Random(seed);
    let epoch = 0;
    let isDisposed = false;
    const dispose = (): void => {
      isDisposed = true;
      store.dispose();
    };
    return {
      ...read,
      count,
      stepsPerEpoch: Math.ceil(count / batchSize),
      async *batches() {
        const order = random.fork(epoch++).permutation(count);
        for (let from = 0; from < count; from += batchSize) {
          if (isDisposed) throw new UsageError(message(op, "the batches were disposed"));
          const places = order.subarray(from, from + batchSize);
          const pixels = new Uint8Array(places.length * H * W * C);
          await store.read(places, pixels);
          const y = tensor(Int32Array.from(places, (place) => labels[place]));
          yield { x: tensor(pixels, [places.length, H, W, C]), y };
        }
      },
      dispose,
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    store.dispose();
    throw error;
  }
}
