/** What a recipe is: data, a network and settings that lead to a known result. */
import type { Callback, FitOptions, Loss, Metric, Model, Optimizer } from "../../index.js";
import type { Task } from "../tasks/task.js";
import type { DataRequest, RecipeData } from "./data.js";

export type { DataRequest, RecipeData } from "./data.js";

/** How much and how fast; each can be changed on the command line. */
export interface Settings {
  readonly epochs: number;
  /** Samples a step. */
  readonly batch: number;
  /** The highest learning rate of the run. */
  readonly lr: number;
}

/** Those of experiments besides: none of these has all. */
export interface ExperimentSettings extends Settings {
  /** Steps of a sequence. */
  readonly length: number;
}

/** The names of all settings. */
export const settingNames = [
  "epochs",
  "batch",
  "lr",
  "length",
] as const satisfies readonly (keyof ExperimentSettings)[];

/** What a network is made for. */
export interface ModelRequest {
  readonly data: RecipeData;
  /** Samples of a step. */
  readonly batch: number;
}

/** What callbacks may need besides what fit shows them. */
export interface CallbackRequest {
  readonly epochs: number;
  readonly model: Model;
}

/** A recipe of `lanegrad train`. */
export interface Recipe {
  readonly name: string;
  /** For the help, without a full stop. */
  readonly about: string;
  readonly settings: Settings;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  /** Judge and save a moving average of the weights, with that decay. Default: none. */
  readonly averageDecay?: number;
  /** What the network is for: how it is judged and what is said of it. Default: it tells classes apart. */
  readonly task?: Task;
  /** False where --data and --download make no sense. Default true. */
  readonly takesData?: boolean;
  readonly load: (request: DataRequest) => Promise<RecipeData>;
  model(seed: number, request: ModelRequest): Model;
  /** @param steps of the whole run */
  optimizer(learningRate: number, steps: number, epochs: number): Optimizer;
  /** Options of fit that belong to the recipe; groupByLength is one of evaluate too. Default: none. */
  readonly fit?: Pick<FitOptions, "validationSplit" | "groupByLength" | "shuffle">;
  /** The test set is looked at after each epoch too, to be shown, not to choose by. Default false. */
  readonly showsTest?: boolean;
  /** Callbacks that belong to the recipe. Default: none. */
  readonly callbacks?: (request: CallbackRequest) => readonly Callback[];
}

/** Makes the recipe's model ready for training. @param steps of the whole run, of all epochs */
export function compileFor(recipe: Recipe, model: Model, learningRate: number, steps: number, epochs: number): void {
  const { loss, metrics, averageDecay } = recipe;
  const optimizer = recipe.optimizer(learningRate, steps, epochs);
  model.compile({ optimizer, loss, metrics, ...(averageDecay !== undefined && { averageDecay }) });
}
