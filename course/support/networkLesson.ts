/**
 * What a lesson that trains one network states: its data, its network, its settings, and what it is for. Does not
 * train: trainToResult.ts does.
 */
import type { Callback, Dataset, FitOptions, Loss, Metric, Model, Optimizer } from "lanegrad";
import type { Block } from "lanegrad/report";
import type { NumberSetting } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";
import type { Wording } from "./progress.js";

/** How much and how fast. */
export type NetworkSettings = {
  readonly epochs: NumberSetting;
  /** Samples of a step. */
  readonly batch: NumberSetting;
  /** The highest learning rate of the run. */
  readonly lr: NumberSetting;
};

/** What a network is trained and tested on. */
export interface TrainingData {
  /** "mnist", "drawn", "points", "imdb" or "text": stands in checkpoints and in the result. */
  readonly kind: string;
  /** What it is and where it is from, for people. */
  readonly description: string;
  readonly train: Dataset;
  /** Looked at once, when training has ended, unless the lesson says otherwise. */
  readonly test: Dataset;
  /** Of a text: its characters, in the order of their tokens. */
  readonly classNames: readonly string[];
  /** The samples are drawings that a person can look at. */
  readonly hasImages: boolean;
  /**
   * Where the samples are texts: what turns one into tokens, as JSON, which the saved model carries; null where that is
   * not at hand.
   */
  readonly vocabulary?: object | null;
}

/** A run of training that is to come. */
export interface Run {
  readonly epochs: number;
  /** Samples of a step. */
  readonly batch: number;
  /** The highest learning rate. */
  readonly lr: number;
  /** Steps of all epochs together. */
  readonly steps: number;
}

/** What a lesson states about its network. */
export interface NetworkParts {
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  /** Test and save a moving average of the weights, with this decay. Default: none. */
  readonly averageDecay?: number;
  /** What the network is for: how it is tested, and how that is worded. Default: telling classes apart. */
  readonly task?: Task;
  data(stage: Stage<NetworkSettings>): Promise<TrainingData>;
  model(seed: number, data: TrainingData, batch: number): Model;
  optimizer(run: Run): Optimizer;
  /** Options of fit; groupByLength is one of evaluate too. Default: none. */
  readonly fit?: Pick<FitOptions, "validationSplit" | "groupByLength" | "shuffle">;
  /** The test set is looked at after each epoch too, to be shown, not to choose by. Default false. */
  readonly showsTest?: boolean;
  /** What it shows of its network after each epoch, beside the curves. Default: nothing. */
  readonly views?: (model: Model) => readonly Block[];
  /** Callbacks of its own. Default: none. */
  readonly callbacks?: (model: Model, epochs: number) => readonly Callback[];
}

/** A lesson that trains one network. */
export interface NetworkLesson extends Lesson<NetworkSettings>, NetworkParts {}

/** What a network is trained for. */
export interface Task {
  readonly wording: Wording;
  /** What is counted in the speed of training: its name, and how many a row has. */
  counted(data: TrainingData): { readonly name: string; readonly perRow: number };
  /** What `lanegrad predict` has to know of the data. */
  notes(data: TrainingData): Readonly<Record<string, unknown>>;
  /** The one look at the test set. */
  test(lesson: Pick<NetworkParts, "fit">, model: Model, data: TrainingData, batch: number): Promise<TestResult>;
}

/** What the test set showed. */
export interface TestResult {
  /** In a few words. */
  readonly summary: string;
  /** For the result, by name. */
  readonly numbers: Readonly<Record<string, number | string>>;
  readonly blocks: readonly Block[];
}

/** Makes the lesson's model ready for training. */
export function compileFor(lesson: NetworkParts, model: Model, run: Run): void {
  const { loss, metrics, averageDecay } = lesson;
  const optimizer = lesson.optimizer(run);
  model.compile({ optimizer, loss, metrics, ...(averageDecay !== undefined && { averageDecay }) });
}

/** How many numbers a model holds. */
export function weightCount(model: Model): number {
  return model.weights.reduce((sum, { value }) => sum + value.size, 0);
}

/** How many rows are trained on: all but those that are kept for validation. */
export function trainedRows({ fit }: Pick<NetworkParts, "fit">, { x }: Dataset): number {
  return x.shape[0] - Math.floor(x.shape[0] * (fit?.validationSplit ?? 0));
}
