/** The two sets of digits: MNIST where it is at hand, and digits that are drawn on the spot. Nothing is downloaded unless that is asked for. */
import { DataError, message, show } from "../../errors.js";
import { type Split, datasets } from "../../index.js";
import { count } from "../format.js";
import { placesOf } from "./folder.js";
import type { DataRequest, RecipeData } from "./recipe.js";

const drawnTraining = 30_000;
const drawnTest = 10_000;

/** MNIST from --data; without it from LANEGRAD_DATA, the cache, or, if asked for, the network. Errors: DataError that says how to get it. */
export async function mnistDigits(request: DataRequest): Promise<RecipeData> {
  const isOwn = request.folder !== undefined;
  const found =
    (await storedMnist(request)) ?? (request.mayDownload && !isOwn ? await downloadedMnist(request) : undefined);
  if (found !== undefined) return found;
  const hint = "Pass --data DIR with its four files, or --download to fetch them once into the cache (11.6 MB).";
  throw new DataError(message("train", `MNIST is not in ${namesOf(request)}`, { hint }));
}

/** MNIST where {@link mnistDigits} would find it; else, where nobody asked for MNIST, drawn digits. A run to be resumed gets what it had. */
export async function anyDigits(request: DataRequest): Promise<RecipeData> {
  const isAsked = request.mayDownload || request.folder !== undefined;
  if (request.kind === "drawn" && isAsked) {
    const hint = "Leave --data and --download out.";
    throw new DataError(message("train", "the run to be resumed was on drawn digits", { hint }));
  }
  if (request.kind === "mnist" || isAsked) return mnistDigits(request);
  if (request.kind === "drawn") return drawnDigits(request, "");
  return (
    (await storedMnist(request)) ??
    drawnDigits(request, ` (MNIST is not in ${namesOf(request)}; --data DIR or --download for that)`)
  );
}

async function storedMnist(request: DataRequest): Promise<RecipeData | undefined> {
  for (const place of await placesOf(request)) {
    const dir = await datasets.findMnist(place);
    if (dir !== undefined) return mnistData(await datasets.mnist({ dir }), dir);
  }
  return undefined;
}

async function downloadedMnist({ signal, onProgress }: DataRequest): Promise<RecipeData> {
  const split = await datasets.mnist({
    signal,
    onProgress: ({ receivedBytes, totalBytes, mirror }) => {
      const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
      onProgress(
        `downloading MNIST: ${megabytes(receivedBytes)} of ${megabytes(totalBytes)} MB from ${new URL(mirror).host}`,
      );
    },
  });
  return mnistData(split, "the cache");
}

function mnistData(split: Split, place: string): RecipeData {
  return {
    kind: "mnist",
    description: `MNIST from ${place}, ${sizes(split)}`,
    ...split,
    classNames: split.train.classNames!,
    hasImages: true,
  };
}

async function drawnDigits({ seed, signal, onProgress }: DataRequest, remark: string): Promise<RecipeData> {
  const split = await datasets.digits({
    train: drawnTraining,
    test: drawnTest,
    seed,
    signal,
    onProgress: (drawn, total) => onProgress(`drawing digits: ${count(drawn)} of ${count(total)}`),
  });
  return {
    kind: "drawn",
    description: `drawn digits, ${sizes(split)}${remark}`,
    ...split,
    classNames: split.train.classNames!,
    hasImages: true,
  };
}

function sizes({ train, test }: Split): string {
  return `${count(train.x.shape[0])} to train on and ${count(test.x.shape[0])} to test`;
}

function namesOf({ folder, defaultFolder }: DataRequest): string {
  if (folder !== undefined) return show(folder);
  return !defaultFolder ? "the cache" : `${show(defaultFolder)} or the cache`;
}
