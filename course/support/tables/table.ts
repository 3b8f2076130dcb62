/**
 * A table of the course: networks that are trained one after the other, each according to its own lesson, and the
 * columns that are shown of each.
 */
import type { NetworkLesson, TrainingData } from "../networkLesson.js";
import type { FlagSetting } from "../../settings.js";
import type { Stage } from "../../stage.js";

/** A row: a network and its bounds. */
export interface TableRow {
  readonly network: NetworkLesson;
  /** The error of such a network in the literature, in percent. */
  readonly published?: number | undefined;
  /** The upper bound of the test error with the network's own settings, in percent. */
  readonly bound: number;
  /** The upper bound with --quick. */
  readonly quickBound: number;
  readonly quickEpochs: number;
  /** How many training samples --quick uses for this row. Default: as many as for the table. */
  readonly quickTraining?: number;
}

/** A row whose network has been trained. */
export interface Trained {
  readonly row: TableRow;
  /** The upper bound of the error. */
  readonly boundPercent: number;
  readonly testErrorPercent: number;
  readonly parameters: number;
  readonly epochs: number;
  /** Duration of the whole training, including validation. */
  readonly seconds: number;
  readonly secondsPerEpoch: number;
  /** Without validation. */
  readonly trainingSamplesPerSecond: number;
  readonly inferenceSamplesPerSecond: number;
  /** Values at the end of each epoch, by name. */
  readonly history: Readonly<Record<string, readonly number[]>>;
}

/** A column: its title, its least width, and its text for a row. */
export interface Column {
  readonly title: string;
  readonly width: number;
  text(trained: Trained): string;
}

/** The parts that a table states. */
export interface Table {
  readonly name: string;
  /** Whether the table shows the share of wrong or of correct samples. */
  readonly measure: "error" | "accuracy";
  readonly rows: readonly TableRow[];
  /** The columns after the name of the network. */
  readonly columns: readonly Column[];
  /** How many samples --quick uses. Default: all. */
  readonly quickSamples?: { readonly train: number; readonly test: number };
  /** Test samples whose prediction is timed. */
  readonly timedSamples: number;
  /** The data that all networks are trained on. */
  data(stage: Stage<TableSettings>): Promise<TrainingData>;
}

/** The settings of a table. */
export type TableSettings = { readonly quick: FlagSetting };
