/**
 * What a table of the course is: networks that are trained one after the other, each as its own lesson says, and what
 * is said of each.
 */
import type { NetworkLesson, TrainingData } from "../networkLesson.js";
import type { FlagSetting } from "../../settings.js";
import type { Stage } from "../../stage.js";

/** A row: a network and what is asked of it. */
export interface TableRow {
  readonly network: NetworkLesson;
  /** What the literature reports for such a network, in percent of errors. */
  readonly published?: number | undefined;
  /** The test error that the network stays below with its own settings, in percent. */
  readonly bound: number;
  /** The same with --quick. */
  readonly quickBound: number;
  readonly quickEpochs: number;
  /** How many of the training samples --quick takes for this row. Default: all that it takes for the table. */
  readonly quickTraining?: number;
}

/** A row when its network has been trained. */
export interface Trained {
  readonly row: TableRow;
  /** What the error must not be above. */
  readonly boundPercent: number;
  readonly testErrorPercent: number;
  readonly parameters: number;
  readonly epochs: number;
  /** Of the whole training, validation included. */
  readonly seconds: number;
  readonly secondsPerEpoch: number;
  /** Without validation. */
  readonly trainingSamplesPerSecond: number;
  readonly inferenceSamplesPerSecond: number;
  /** Values at the end of each epoch, by name. */
  readonly history: Readonly<Record<string, readonly number[]>>;
}

/** A column: what stands above it, how wide it is at least, and what it says of a row. */
export interface Column {
  readonly title: string;
  readonly width: number;
  text(trained: Trained): string;
}

/** What a table states. */
export interface Table {
  readonly name: string;
  /** Whether people speak of the part that is wrong or of the part that is right. */
  readonly measure: "error" | "accuracy";
  readonly rows: readonly TableRow[];
  /** What stands beside the name of the network. */
  readonly columns: readonly Column[];
  /** How many of the samples --quick takes. Default: all. */
  readonly quickSamples?: { readonly train: number; readonly test: number };
  /** Test samples whose prediction is timed. */
  readonly timedSamples: number;
  /** What all networks are trained on. */
  data(stage: Stage<TableSettings>): Promise<TrainingData>;
}

/** The settings of a table. */
export type TableSettings = { readonly quick: FlagSetting };
