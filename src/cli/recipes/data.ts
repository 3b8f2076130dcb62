/** What recipes are trained on and judged by, and where it may come from. */
import type { Dataset } from "../../index.js";

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
  /** Samples of a step. */
  readonly batch: number;
  readonly signal: AbortSignal;
  /** Shows how far a download is. */
  readonly onProgress: (text: string) => void;
}

/** What a recipe is trained on and judged by. */
export interface RecipeData {
  /** "mnist", "drawn", "points", "imdb" or "text": stands in checkpoints and in --json. */
  readonly kind: string;
  /** What it is and where it is from, for people. */
  readonly description: string;
  readonly train: Dataset;
  /** Looked at once, when training has ended, unless the recipe says otherwise. */
  readonly test: Dataset;
  /** Of a text: its characters, in the order of their tokens. */
  readonly classNames: readonly string[];
  /** The samples are drawings that a person can look at. */
  readonly hasImages: boolean;
  /** Where the samples are texts: what turns one into tokens, as JSON, which the saved model carries; null where that is not at hand. */
  readonly vocabulary?: object | null;
}
