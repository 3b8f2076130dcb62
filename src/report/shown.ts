/**
 * What can be shown of a computation, as plain data: it can be posted from a worker, kept as JSON, drawn on a page or
 * printed. Does not draw. A thing is known by its kind and title: shown again, it takes the place of what stood there.
 */
import type { Picture } from "./picture.js";

/** What stands on a page under a heading. */
export interface Titled {
  readonly title: string;
  /** The section of the page that it stands in. Default: one of its own, headed by its title. */
  readonly section?: string;
  /** A sentence under the section's heading. */
  readonly caption?: string;
  /** Too much for a terminal: pages alone show it. Default false. */
  readonly isDetail?: boolean;
}

/** How far training has come. Each one replaces the one before. */
export interface Progress {
  readonly kind: "progress";
  /** What is being trained, where there are several. */
  readonly name?: string | undefined;
  /** The current epoch, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** The part of all batches of all epochs that is done, 0 … 1. */
  readonly done: number;
  readonly batchesPerSecond: number;
  readonly secondsLeft: number;
  /** What matters most now, in words: "accuracy 97.3 %". */
  readonly score: string;
  /** What matters less: "loss 0.0871". */
  readonly details: readonly string[];
  /** At the end of an epoch, how it went. */
  readonly ended?: { readonly seconds: number; readonly texts: readonly string[] };
}

/** What is being done now. With a name, it is one of several parts of the work, as name "network", text "LSTM". */
export interface Now {
  readonly kind: "now";
  readonly name?: string;
  readonly text: string;
}

/** A fact in a line: what it is about, and the fact. */
export interface Fact {
  readonly kind: "fact";
  readonly name: string;
  readonly text: string;
  /** It is what the work was done for. Default false. */
  readonly isResult?: boolean;
}

/** One curve or one group of points. */
export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  /** As long as x; what is not finite is left out. */
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

/** One more point of a series of a chart that has been shown; a series that the chart does not have is begun. */
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
  /**
   * How many of the first columns hold words, which are set to the left; the others are set to the right. Default 1.
   */
  readonly wordColumns?: number;
  /** Each as long as the header. */
  readonly rows: readonly (readonly string[])[];
  /** Characters that each column needs at least, where rows follow one by one as {@link Row}. */
  readonly widths?: readonly number[];
}

/** One more row of a table that has been shown. */
export interface Row {
  readonly kind: "row";
  /** The table's title. */
  readonly table: string;
  readonly cells: readonly string[];
}

/** Which classes were read as which. */
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
  /** The values; its first row lies at the top, where y is greatest. */
  readonly picture: Picture;
  readonly points: readonly Series[];
}

/** A graph in Graphviz's language. */
export interface Graph extends Titled {
  readonly kind: "graph";
  readonly dot: string;
  /** The same in words. */
  readonly text: string;
  /** The drawing, from where there is Graphviz. */
  readonly svg?: string | undefined;
}

/** A text of several lines. */
export interface Text extends Titled {
  readonly kind: "text";
  readonly text: string;
}

/** A sentence on what came out, worded from the numbers. */
export interface Conclusion {
  readonly kind: "conclusion";
  readonly text: string;
  /** The result is not as good as it is known to be: something is wrong. Default false. */
  readonly isFailure?: boolean;
}

/** What has a place of its own on a page. */
export type Block = Chart | Table | Confusion | Images | HeatMap | Graph | Text;

/** Anything that can be shown. */
export type Shown = Progress | Now | Fact | Point | Row | Conclusion | Block;
