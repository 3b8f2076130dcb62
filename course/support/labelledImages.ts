/** A published set of pictures with the names of their classes, as a lesson's data. */
import type { Split } from "lanegrad";
import type { DataSource, Stage } from "../stage.js";
import { count } from "./format.js";
import type { TrainingData } from "./networkLesson.js";

/** The pictures. @throws {DataError} when they cannot be found */
export async function labelledImages(stage: Pick<Stage, "data">, source: DataSource<Split>): Promise<TrainingData> {
  const { data, place } = await stage.data(source);
  return imageData(source.name, `${source.title} from ${place}`, data!);
}

/** @param kind recorded in checkpoints  @param remark what else is to be said of them */
export function imageData(kind: string, name: string, split: Split, remark = ""): TrainingData {
  const [train, test] = [split.train, split.test].map(({ x }) => count(x.shape[0]));
  const description = `${name}, ${train} to train on and ${test} to test${remark}`;
  return { kind, description, ...split, classNames: split.train.classNames!, hasImages: true };
}
