/**
 * Fashion-MNIST: 60,000 + 10,000 pictures of clothes in ten classes, in the form of MNIST, (N, 28, 28, 1) uint8.
 * Source: Xiao, Rasul, Vollgraf 2017 (Zalando SE, MIT); the checksums are those of the published files.
 */
import type { Split } from "./dataset.js";
import { type FourFiles, type FourFilesOptions, findFourFiles, readFourFiles } from "./fourFiles.js";

/** Options of {@link fashionMnist}. */
export type FashionMnistOptions = FourFilesOptions;

const set: FourFiles = {
  op: "datasets.fashionMnist",
  folder: "fashion-mnist",
  classNames: [
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
  ],
  mirrors: [
    "https://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
  ],
  files: [
    {
      name: "train-images-idx3-ubyte.gz",
      bytes: 26421880,
      sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    },
    {
      name: "train-labels-idx1-ubyte.gz",
      bytes: 29515,
      sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    },
    {
      name: "t10k-images-idx3-ubyte.gz",
      bytes: 4422102,
      sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    },
    {
      name: "t10k-labels-idx1-ubyte.gz",
      bytes: 5148,
      sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
  ],
};

/**
 * Fashion-MNIST: train and test, x (N, 28, 28, 1) uint8, y (N) int32 labels 0 … 9, with the names of the classes.
 *
 * Without `dir`, missing files are downloaded into the cache (30.9 MB); files that have arrived completely stay there
 * if a later one fails.
 * Cost: about 0.5 s and 55 MB of linear memory.
 * @throws {UsageError} before `init`, in browsers, or for an unknown option
 * @throws {DataError} when files are missing, damaged, not of the form or inflate to more than `maxBytes` (by default
 *   100 × the size of each), when no mirror has them or the cache cannot be written
 * @throws the signal's reason when it aborts
 */
export async function fashionMnist(options: FashionMnistOptions = {}): Promise<Split> {
  return readFourFiles(set, options);
}

/**
 * The folder that {@link fashionMnist} would read without downloading: `dir/fashion-mnist`, `dir`, or without `dir` the
 * cache's.
 * @returns undefined where one of the four files is missing (their contents are not read)
 * @throws {UsageError} in browsers
 */
export async function findFashionMnist(dir?: string, cache?: string): Promise<string | undefined> {
  return findFourFiles(set, dir, cache);
}
