/**
 * Confusion matrices, and the scores of each class that follow from them. Works on values in JavaScript, for reports;
 * metrics count in linear memory.
 * Letters: N samples, C classes.
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { type Table, checkSequence, integer, number, optional, resolve, unchecked } from "../options.js";
import { Tensor } from "../tensor/tensor.js";
import { isListOf } from "../lists.js";

/** A matrix of more classes than this would take gigabytes. */
const mostClasses = 10_000;

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  /**
   * Class labels (N), or rows (N, C) whose largest element is the class. Rows of one number mean class 1 above ½, else
   * class 0.
   */
  readonly labels: Tensor | ArrayLike<number>;
  /** The predictions in the same forms, usually the result of predict. Rows of one number use `threshold`. */
  readonly predictions: Tensor | ArrayLike<number>;
  /** C. Default: the length of the rows, or one more than the largest label. */
  readonly classes?: number;
  /** In rows of one number, a prediction above it means class 1; use 0 when the model gives logits. Default 0.5. */
  readonly threshold?: number;
}

/**
 * Counts samples by their true class and their predicted class.
 *
 * @returns (C, C): rows are true classes, columns predicted ones
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when labels and predictions differ in number, or a label is not a class
 */
export function confusionMatrix(options: ConfusionMatrixOptions): number[][] {
  const op = "confusionMatrix";
  const counted = unchecked<Tensor | ArrayLike<number>>(); // checked by classesIn
  const { labels, predictions, threshold, ...given } = resolve(op, options, {
    labels: counted,
    predictions: counted,
    classes: optional(integer("[1, ∞)")),
    threshold: number("(-∞, ∞)", 0.5),
  } satisfies Table<ConfusionMatrixOptions>);
  const truth = classesIn(op, "labels", labels, 0.5);
  const guesses = classesIn(op, "predictions", predictions, threshold);
  if (truth.values.length !== guesses.values.length) {
    const got = `${truth.values.length} labels and ${guesses.values.length} predictions`;
    throw new ShapeError(
      message(op, "labels and predictions differ in number", { expected: "one prediction for each label", got }),
    );
  }
  const most = Math.max(truth.classes, guesses.classes);
  const { classes = most } = given;
  if (most > classes) {
    throw new ShapeError(
      message(op, "a class is out of range", { expected: `0 … ${classes - 1}`, got: show(most - 1) }),
    );
  }
  if (classes > mostClasses) {
    const expected = `at most ${mostClasses}, whose matrix fits into memory`;
    throw new ShapeError(message(op, "there are too many classes", { expected, got: String(classes) }));
  }
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [i, label] of truth.values.entries()) matrix[label][guesses.values[i]]++;
  return matrix;
}

/** The scores of one class in a confusion matrix. Ratios with denominator 0 are 0. */
export interface ClassScores {
  /** The fraction of samples predicted as the class that belong to it. */
  readonly precision: number;
  /** The fraction of samples of the class that were predicted as it. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
  /** The number of samples of the class. */
  readonly support: number;
  /** The number of samples predicted as the class. */
  readonly predicted: number;
}

/**
 * The scores of each class.
 * @param matrix  (C, C): rows are true classes, columns predicted ones
 * @throws {UsageError} when it is not such a matrix
 */
export function classScores(matrix: readonly (readonly number[])[]): ClassScores[] {
  const isRow = (row: unknown): boolean =>
    isListOf(row, (count) => typeof count === "number") && row.length === matrix.length;
  if (!isListOf(matrix, isRow)) {
    const expected = "rows of counts, as confusionMatrix gives them";
    throw new UsageError(message("classScores", "not a matrix", { expected, got: show(matrix) }));
  }
  return matrix.map((row, c) => {
    const hits = row[c];
    const support = row.reduce((sum, count) => sum + count, 0);
    const predicted = matrix.reduce((sum, other) => sum + other[c], 0);
    const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
    return {
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + predicted),
      support,
      predicted,
    };
  });
}

/** Classes as integers, and the number of classes they imply. */
function classesIn(
  op: string,
  what: string,
  source: Tensor | ArrayLike<number>,
  threshold: number,
): { values: number[]; classes: number } {
  const isTensor = source instanceof Tensor;
  if (!isTensor) checkSequence(op, what, source);
  const values = Array.from(isTensor ? source.toTypedArray() : source);
  if (isTensor && source.rank === 2) {
    const [N, C] = source.shape;
    if (C === 1) return { values: values.map((value) => Number(value > threshold)), classes: 2 };
    const rows = Array.from({ length: N }, (_, i) => largest(values.slice(i * C, (i + 1) * C)));
    return { values: rows, classes: C };
  }
  if (isTensor && source.rank !== 1) {
    throw new UsageError(message(op, `${what} have too many axes`, { expected: "[N] or [N, C]", got: source.label() }));
  }
  const wrong = values.findIndex((value) => !Number.isInteger(value) || value < 0);
  if (wrong >= 0) {
    const got = `${values[wrong]} in sample ${wrong}`;
    throw new ShapeError(message(op, `${what} are not classes`, { expected: "integers ≥ 0", got }));
  }
  return { values, classes: values.reduce((most, value) => Math.max(most, value + 1), 0) };
}

/** The position of the largest element, the first of equal ones. */
function largest(row: readonly number[]): number {
  return row.reduce((best, value, i) => (value > row[best] ? i : best), 0);
}
