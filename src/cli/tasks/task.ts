/** What a network is trained for, as far as `lanegrad train` has to know: how it is judged, and how that is worded. Does not train. */
import type { FitOptions, Logs, Model } from "../../index.js";
import type { RecipeData } from "../recipes/data.js";
import type { Terminal } from "../terminal.js";
import type { Shown } from "../training/reportData.js";

/** What is to be judged. */
export interface Trained {
  /** What its recipe asks of fit. */
  readonly fit: Pick<FitOptions, "groupByLength"> | undefined;
  readonly model: Model;
  readonly data: RecipeData;
  /** Samples of a step. */
  readonly batch: number;
}

/** What the one look at the test set showed. */
export interface Verdict {
  /** In a few words. */
  readonly summary: string;
  /** For --json, by name. */
  readonly numbers: Readonly<Record<string, number | string>>;
  /** Prints what there is to say beyond the summary. */
  print(terminal: Terminal): void;
  /** What --report shows of it. */
  page(): Shown;
}

/** How running values are worded. */
export interface Wording {
  /** For the live line; where that is narrow, the details go. */
  live(logs: Logs): { readonly score: string; readonly details: readonly string[] };
  /** For the line of an epoch. */
  epoch(logs: Logs): readonly string[];
}

/** What a network is trained for. */
export interface Task extends Wording {
  /** What is counted in the speed of training: its name, and how many a row has. */
  counted(data: RecipeData): { readonly name: string; readonly perRow: number };
  /** What predict has to know of the data. */
  notes(data: RecipeData): Readonly<Record<string, unknown>>;
  /** One look at the test set. */
  judge(trained: Trained): Promise<Verdict>;
}
