/**
 * What can be shown of a computation, as plain data that can be posted from a worker, kept as JSON, drawn on a page or
 * printed. Does not draw. A block is identified by its kind and title: shown again, it replaces the older one.
 */
import type { Picture } from "./picture.js";

/** A part of a page with a heading. */
export interface Titled {
  readonly title: string;
  /** The section of the page that it belongs to. Default: a section of its own, with its title. */
  readonly section?: string;
  /** A sentence under the section's heading. */
  readonly caption?: string;
  /** True for details that only pages show, not terminals. Default false. */
  readonly isDetail?: boolean;
}

/** The progress of training. Each one replaces the one before. */
export interface Progress {
  readonly kind: "progress";
  /** The network being trained, if there are several. */
  readonly name?: string | undefined;
  /** The current epoch, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** The share of all batches of all epochs that is done, 0 … 1. */
  readonly done: number;
  readonly batchesPerSecond: number;
  readonly secondsLeft: number;
  /** The most important value now, in words: "accuracy 97.3 %". */
  readonly score: string;
  /** Other values: "loss 0.0871". */
  readonly details: readonly string[];
  /** At the end of an epoch, its duration and results. */
  readonly ended?: { readonly seconds: number; readonly texts: readonly string[] };
}

/** The present activity. With a name, it is one of several parts of the work, such as name "network", text "LSTM". */
export interface Now {
  readonly kind: "now";
  readonly name?: string;
  readonly text: string;
}

/** A fact on one line: its name, and its text. */
export interface Fact {
  readonly kind: "fact";
  readonly name: string;
  readonly text: string;
  /** True for the result of the work. Default false. */
  readonly isResult?: boolean;
}

/** One curve or one group of points. */
export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  /** As long as x; values that are not finite are left out. */
  readonly y: readonly number[];
  /** Texts beside the points of a chart of points, as long as x. Default: the name of the series. */
  readonly labels?: readonly string[];
  /** Default: the chart's. */
  readonly marks?: Marks;
}

/** Lines join the points of a series in order of x; points stand alone, with their labels beside them. */
export type Marks = "lines" | "points";

/** Several curves, or several groups of points, over the same axes: learning curves, points in the plane. */
export interface Chart extends Titled {
  readonly kind: "chart";
  readonly xLabel: string;
  readonly yLabel: string;
  /** A logarithmic axis shows no values ≤ 0. Default false. */
  readonly xLogarithmic?: boolean;
  readonly yLogarithmic?: boolean;
  readonly marks: Marks;
  readonly series: readonly Series[];
}

/** One more point of a series in a chart that has been shown; a new series is begun if the chart does not have it. */
export interface Point {
  readonly kind: "point";
  /** The chart's title. */
  readonly chart: string;
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

/** A table of texts. */
export interface Table extends Titled {
  readonly kind: "table";
  readonly header: readonly string[];
  /** How many of the first columns hold words, which are aligned left; the others are aligned right. Default 1. */
  readonly wordColumns?: number;
  /** The rows, each as long as the header. */
  readonly rows: readonly (readonly string[])[];
  /** How strongly each cell is coloured on pages, 0 … 1, as long as the rows: a table to be seen as a picture. */
  readonly shades?: readonly (readonly number[])[];
  /** The least width of each column in characters, for tables whose rows follow one by one as {@link Row}. */
  readonly widths?: readonly number[];
}

/** One more row of a table that has been shown. */
export interface Row {
  readonly kind: "row";
  /** The table's title. */
  readonly table: string;
  readonly cells: readonly string[];
}

/** A confusion matrix. */
export interface Confusion extends Titled {
  readonly kind: "confusion";
  readonly classNames: readonly string[];
  /** Counts of samples: a row for each true class, a column for each predicted one. */
  readonly counts: readonly (readonly number[])[];
}

/** Pictures side by side. */
export interface Images extends Titled {
  readonly kind: "images";
  /** Points on the page for each pixel. */
  readonly scale: number;
  readonly pictures: readonly Picture[];
}

/** Values over a rectangle of the plane as colours, with points on it. */
export interface HeatMap extends Titled {
  readonly kind: "heatMap";
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xRange: readonly [from: number, to: number];
  readonly yRange: readonly [from: number, to: number];
  /** The values; the first row is at the top, where y is greatest. */
  readonly picture: Picture;
  /** Points, or paths from place to place where a series says `marks: "lines"`. */
  readonly points: readonly Series[];
}

/** A graph in Graphviz's language. */
export interface Graph extends Titled {
  readonly kind: "graph";
  readonly dot: string;
  /** The graph in words. */
  readonly text: string;
  /** The drawing, if Graphviz is available. */
  readonly svg?: string | undefined;
}

/** A text of several lines. */
export interface Text extends Titled {
  readonly kind: "text";
  readonly text: string;
}

/** One of several steps: its name, and what is seen in it. */
export interface Step {
  readonly name: string;
  readonly blocks: readonly Exclude<Block, Steps>[];
}

/** Steps that a reader goes through one by one: the positions of a convolution. Terminals show the first alone. */
export interface Steps extends Titled {
  readonly kind: "steps";
  /** At least one. */
  readonly steps: readonly Step[];
  /** The index of the step that is shown at first. Default 0. */
  readonly first?: number;
}

/** A sentence on the result, worded from the numbers. */
export interface Conclusion {
  readonly kind: "conclusion";
  readonly text: string;
  /** True if the result is worse than it is known to be, so that something must be wrong. Default false. */
  readonly isFailure?: boolean;
}

/** Everything with a place of its own on a page. */
export type Block = Chart | Table | Confusion | Images | HeatMap | Graph | Text | Steps;

/** Anything that can be shown. */
export type Shown = Progress | Now | Fact | Point | Row | Conclusion | Block;
