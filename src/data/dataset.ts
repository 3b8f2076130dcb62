/** What every loader returns: rows of inputs and their targets, in one set or split into training and test. */
import type { Tensor } from "../tensor/tensor.js";

/** N examples. Row i of x belongs to row i of y. */
export interface Dataset {
  /** (N, …) inputs: float32, int32, or uint8, which is read as fractions of 255 when rows are gathered into a batch. */
  readonly x: Tensor;
  /** (N) int32 labels, or (N, …) float32 targets. */
  readonly y: Tensor;
  /** The name of each class, where y holds labels. */
  readonly classNames?: readonly string[];
}

/** Rows to train on, and rows to test with. */
export interface Split {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** The class names of data sets of digits. */
export const digitNames: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
