/** The two sets of digits: MNIST, if it is available, and digits that are drawn. */
import { type Split, datasets } from "lanegrad";
import type { DataSource, Stage } from "../stage.js";
import { firstRows } from "./comparison.js";
import { count } from "./format.js";
import { imageData, labelledImages } from "./labelledImages.js";
import type { TrainingData } from "./networkLesson.js";

const drawnTraining = 30_000;
const drawnTest = 10_000;

/** MNIST, or any other set in the same four files. */
export const mnistSource: DataSource<Split> = {
  name: "mnist",
  title: "MNIST",
  files: ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"].map(
    (name) => ({ names: [`${name}.gz`, name] }),
  ),
  url: "https://storage.googleapis.com/cvdf-datasets/mnist/",
  read: (files) => datasets.mnist({ files: Object.fromEntries(files) }),
};

/** MNIST. @throws {DataError} when it cannot be found */
export function mnistDigits(stage: Pick<Stage, "data">): Promise<TrainingData> {
  return labelledImages(stage, mnistSource);
}

/**
 * MNIST if it is available, or else, unless it was requested, drawn digits. A resumed run gets the data it began with.
 */
export async function anyDigits(stage: Stage): Promise<TrainingData> {
  const kind = stage.resumed?.notes.data;
  if (kind === "mnist") return mnistDigits(stage);
  if (kind === "drawn") return drawnDigits(stage, "");
  const { data, place } = await stage.data(mnistSource, true);
  return data === undefined ? drawnDigits(stage, ` (${place})`) : imageData("mnist", `MNIST from ${place}`, data);
}

/**
 * The first digits of MNIST if it is available, or else as many drawn ones, as tensors of the lesson's own, which it
 * frees by {@link freeDigits}.
 */
export async function fewDigits(stage: Stage, train: number, test: number): Promise<TrainingData> {
  const { data, place } = await stage.data(mnistSource, true);
  if (data !== undefined) {
    const some = { train: firstRows(data.train, train), test: firstRows(data.test, test) };
    return imageData("mnist", `MNIST from ${place}`, { ...data, ...some });
  }
  const split = await datasets.digits({ train, test, seed: stage.seed, signal: stage.signal });
  return imageData("drawn", "drawn digits", split);
}

/** Frees what {@link fewDigits} gave. */
export function freeDigits({ train, test }: Pick<TrainingData, "train" | "test">): void {
  for (const { x, y } of [train, test]) {
    x.dispose();
    y.dispose();
  }
}

async function drawnDigits({ seed, signal, show }: Stage, remark: string): Promise<TrainingData> {
  const split = await datasets.digits({
    ...{ train: drawnTraining, test: drawnTest, seed, signal },
    onProgress: (drawn, total) => show({ kind: "now", text: `drawing digits: ${count(drawn)} of ${count(total)}` }),
  });
  return imageData("drawn", "drawn digits", split, remark);
}
