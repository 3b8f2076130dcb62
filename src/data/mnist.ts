/**
 * MNIST: 60,000 + 10,000 handwritten digits, (N, 28, 28, 1) uint8 with 255 for ink. Source: LeCun, Cortes, Burges; the
 * checksums are those of the published files.
 */
import { type Split, digitNames } from "./dataset.js";
import { type FourFiles, type FourFilesOptions, findFourFiles, readFourFiles } from "./fourFiles.js";

/** Options of {@link mnist}. */
export type MnistOptions = FourFilesOptions;

const set: FourFiles = {
  op: "datasets.mnist",
  folder: "mnist",
  classNames: digitNames,
  mirrors: [
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://raw.githubusercontent.com/fgnt/mnist/master",
  ],
  files: [
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
  ],
};

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
  return readFourFiles(set, options);
}

/**
 * The folder that {@link mnist} would read without downloading: `dir/mnist`, `dir`, or without `dir` the cache's.
 * @returns undefined where one of the four files is missing (their contents are not read)
 * @throws {UsageError} in browsers
 */
export async function findMnist(dir?: string, cache?: string): Promise<string | undefined> {
  return findFourFiles(set, dir, cache);
}
