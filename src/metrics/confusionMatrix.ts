/**
 * Which classes are taken for which, and what follows for each class. On values in JavaScript, for reports; metrics count in linear memory.
 * Letters: N samples, C classes.
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { type Table, integer, number, optional, resolve, unchecked } from "../options.js";
import { Tensor } from "../tensor/tensor.js";

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  /** Class labels (N), or rows (N, C) whose largest element is the class; rows of one number mean class 1 above ½ (or `threshold`), else class 0. */
  readonly labels: Tensor | ArrayLike<number>;
  /** The same of the predictions; usually what predict gave. */
  readonly predictions: Tensor | ArrayLike<number>;
  /** C. Default: what the rows have, else one more than the largest label. */
  readonly classes?: number;
  /** Above it a prediction in a row of one number means class 1: 0 where the model gives logits. Default 0.5. */
  readonly threshold?: number;
}

/**
 * Counts samples by their true and their predicted class.
 *
 * @returns (C, C): row the true class, column the predicted one
 * Errors: UsageError for an option; ShapeError where numbers of samples differ or a label is none.
 */
export function confusionMatrix(options: ConfusionMatrixOptions): number[][] {
  const op = "confusionMatrix";
  const counted = unchecked<Tensor | ArrayLike<number>>(); // classesIn does
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
    throw new ShapeError(message(op, "numbers of samples differ", { expected: "one prediction a label", got }));
  }
  const most = Math.max(truth.classes, guesses.classes);
  const { classes = most } = given;
  if (most > classes) {
    throw new ShapeError(
      message(op, "a class is out of range", { expected: `0 … ${classes - 1}`, got: show(most - 1) }),
    );
  }
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [i, label] of truth.values.entries()) matrix[label][guesses.values[i]]++;
  return matrix;
}

/** What a confusion matrix says of one class. Ratios of nothing are 0. */
export interface ClassScores {
  /** Part of those predicted as the class that are of it. */
  readonly precision: number;
  /** Part of those of the class that were predicted as it. */
  readonly recall: number;
  /** Harmonic mean of both. */
  readonly f1: number;
  /** Samples of the class. */
  readonly support: number;
  /** Samples predicted as the class. */
  readonly predicted: number;
}

/** The scores of each class. @param matrix (C, C): row the true class, column the predicted one */
export function classScores(matrix: readonly (readonly number[])[]): ClassScores[] {
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

/** Classes as integers, and how many there are to tell. */
function classesIn(
  op: string,
  what: string,
  source: Tensor | ArrayLike<number>,
  threshold: number,
): { values: number[]; classes: number } {
  const isTensor = source instanceof Tensor;
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
    throw new ShapeError(message(op, `${what} are no classes`, { expected: "integers ≥ 0", got }));
  }
  return { values, classes: values.reduce((most, value) => Math.max(most, value + 1), 0) };
}

/** The position of the largest element, the first of equal ones. */
function largest(row: readonly number[]): number {
  return row.reduce((best, value, i) => (value > row[best] ? i : best), 0);
}
