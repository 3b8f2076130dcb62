/** A chart of a page as plain data, which travels in the page as JSON. browser/showChart.ts draws it. */

/** Several curves, or several groups of points, over the same axes. */
export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** A logarithmic axis shows no values ≤ 0. Default false. */
  readonly xLogarithmic?: boolean;
  readonly yLogarithmic?: boolean;
  /** Lines join the points of a series in order of x; points stand alone, with their labels beside them. */
  readonly kind: "lines" | "points";
  readonly series: readonly Series[];
}

/** One curve or one group of points. */
export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  /** As long as x; what is not finite is left out. */
  readonly y: readonly number[];
  /** Texts beside the points of a chart of points, as long as x. Default: the name of the series. */
  readonly labels?: readonly string[];
}
