/**
 * The parts that a lesson with one network states: its data, its network, its settings, and its task. Does not train:
 * trainToResult.ts does.
 */
import type { Callback, Dataset, FitOptions, Loss, Metric, Model, Optimizer, Tensor } from "lanegrad";
import type { Block } from "lanegrad/report";
import type { NumberSetting, Settings, Values } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";
import type { Wording } from "./progress.js";

/** The settings of a training; a lesson may have others. */
export type NetworkSettings = Settings & {
  readonly epochs: NumberSetting;
  /** Samples per step. */
  readonly batch: NumberSetting;
  /** The highest learning rate of the run. */
  readonly lr: NumberSetting;
};

/** Samples of a network. */
export interface Samples extends Dataset {
  /** The inputs after the first, for a network with several. */
  readonly further?: readonly Tensor[];
}

/** All inputs, as `fit` takes them. */
export function inputsOf({ x, further = [] }: Samples): Tensor | readonly Tensor[] {
  return further.length === 0 ? x : [x, ...further];
}

/** The data that a network is trained and tested on. */
export interface TrainingData {
  /** "mnist", "drawn", "points", "imdb" or "text"; recorded in checkpoints and in the result. */
  readonly kind: string;
  /** The data and where they come from, for people. */
  readonly description: string;
  readonly train: Samples;
  /** Evaluated once, after training, unless the lesson says otherwise. */
  readonly test: Samples;
  /** Evaluated after each epoch. Default: what the lesson says, else nothing. */
  readonly validation?: Samples;
  /** Options of fit for these data, in place of the lesson's. Default: none. */
  readonly fit?: Pick<FitOptions, "groupByLength">;
  /** What a setting of 0 stands for with these data. Default: 0. */
  readonly run?: Pick<Run, "epochs" | "batch" | "lr">;
  /** The names of classes; for a text its characters, in the order of their tokens. */
  readonly classNames: readonly string[];
  /** Whether the samples are pictures that a person can look at. */
  readonly hasImages: boolean;
  /** If the samples are windows of a text, for a network that carries no states: how many characters it sees. */
  readonly context?: number;
  /** If the samples are texts: the vocabulary as JSON, which the saved model carries; null if it is not available. */
  readonly vocabulary?: object | null;
}

/** The settings of a training run. */
export interface Run {
  readonly epochs: number;
  /** Samples per step. */
  readonly batch: number;
  /** The highest learning rate. */
  readonly lr: number;
  /** Steps of all epochs together. */
  readonly steps: number;
}

/** The parts of a lesson that describe its network. */
export interface NetworkParts {
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  /** Test and save a moving average of the weights, with this decay. Default: none. */
  readonly averageDecay?: number;
  /** The network's task: how it is tested, and how the result is worded. Default: classification. */
  readonly task?: Task;
  data(stage: Stage<NetworkSettings>): Promise<TrainingData>;
  /** @param settings  all settings of the lesson, its own ones among them */
  model(seed: number, data: TrainingData, batch: number, settings: Values<Settings>): Model;
  optimizer(run: Run): Optimizer;
  /** Options of fit; groupByLength is one of evaluate too. Default: none. */
  readonly fit?: Pick<FitOptions, "validationSplit" | "groupByLength" | "shuffle">;
  /** Whether the test set is also evaluated after each epoch, to be shown, not to choose by. Default false. */
  readonly showsTest?: boolean;
  /** Blocks that it shows of its network after each epoch, besides the curves. Default: none. */
  readonly views?: (model: Model) => readonly Block[];
  /** Its own callbacks. Default: none. */
  readonly callbacks?: (model: Model, epochs: number, data: TrainingData, seed: number) => readonly Callback[];
}

/** A lesson that trains one network. */
export interface NetworkLesson extends Lesson<NetworkSettings>, NetworkParts {}

/** The task of a network. */
export interface Task {
  readonly wording: Wording;
  /** The unit in which the speed of training is counted: its name, and how many a row has. */
  counted(data: TrainingData): { readonly name: string; readonly perRow: number };
  /** The notes about the data that `lanegrad predict` needs. */
  notes(data: TrainingData): Readonly<Record<string, unknown>>;
  /** The single evaluation of the test set. */
  test(lesson: Pick<NetworkParts, "fit">, model: Model, data: TrainingData, batch: number): Promise<TestResult>;
}

/** The result of the test. */
export interface TestResult {
  /** In a few words. */
  readonly summary: string;
  /** The numbers of the result, by name. */
  readonly numbers: Readonly<Record<string, number | string>>;
  readonly blocks: readonly Block[];
}

/** Compiles the lesson's model. */
export function compileFor(lesson: NetworkParts, model: Model, run: Run): void {
  const { loss, metrics, averageDecay } = lesson;
  const optimizer = lesson.optimizer(run);
  model.compile({ optimizer, loss, metrics, ...(averageDecay !== undefined && { averageDecay }) });
}

/** The number of weights of a model. */
export function weightCount(model: Model): number {
  return model.weights.reduce((sum, { value }) => sum + value.size, 0);
}

/** The number of rows for training: all but those kept for validation. */
export function trainedRows({ fit }: Pick<NetworkParts, "fit">, { x }: Dataset): number {
  return x.shape[0] - Math.floor(x.shape[0] * (fit?.validationSplit ?? 0));
}
