/** What a recipe is: data, a network and settings that lead to a known result. */
import type { Callback, Dataset, FitOptions, Loss, Metric, Model, Optimizer } from "../../index.js";

/** How much and how fast; each can be changed on the command line. */
export interface Settings {
  readonly epochs: number;
  /** Samples a step. */
  readonly batch: number;
  /** The highest learning rate of the run. */
  readonly lr: number;
}

/** The names of the settings. */
export const settingNames = ["epochs", "batch", "lr"] as const satisfies readonly (keyof Settings)[];

/** Where data may come from. */
export interface DataRequest {
  /** --data */
  readonly folder: string | undefined;
  /** --download */
  readonly mayDownload: boolean;
  /** LANEGRAD_DATA */
  readonly defaultFolder: string | undefined;
  /** Which data a run to be resumed was trained on. */
  readonly kind: string | undefined;
  /** For what is drawn. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Shows how far a download is. */
  readonly onProgress: (text: string) => void;
}

/** What a recipe is trained on and judged by. */
export interface RecipeData {
  /** "mnist", "drawn", "points" or "imdb": stands in checkpoints and in --json. */
  readonly kind: string;
  /** What it is and where it is from, for people. */
  readonly description: string;
  readonly train: Dataset;
  /** Looked at once, when training has ended. */
  readonly test: Dataset;
  readonly classNames: readonly string[];
  /** The samples are drawings that a person can look at. */
  readonly hasImages: boolean;
  /** Where the samples are texts: what turns one into tokens, as JSON, which the saved model carries; null where that is not at hand. */
  readonly vocabulary?: object | null;
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
  load(request: DataRequest): Promise<RecipeData>;
  model(seed: number): Model;
  /** @param steps of the whole run */
  optimizer(learningRate: number, steps: number, epochs: number): Optimizer;
  /** Options of fit that belong to the recipe; groupByLength is one of evaluate too. Default: none. */
  readonly fit?: Pick<FitOptions, "validationSplit" | "groupByLength">;
  /** Callbacks that belong to the recipe. Default: none. */
  readonly callbacks?: (epochs: number) => readonly Callback[];
}

/** Makes the recipe's model ready for training. @param steps of the whole run, of all epochs */
export function compileFor(recipe: Recipe, model: Model, learningRate: number, steps: number, epochs: number): void {
  const { loss, metrics, averageDecay } = recipe;
  const optimizer = recipe.optimizer(learningRate, steps, epochs);
  model.compile({ optimizer, loss, metrics, ...(averageDecay !== undefined && { averageDecay }) });
}
