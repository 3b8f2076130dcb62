/** Data sets from values in memory. Letters: N rows, C classes, K targets. */
import { checkKeys, message, show, ShapeError, UsageError } from "../errors.js";
import { checkInteger, checkList, checkSequence } from "../options.js";
import { tensor, zeros } from "../tensor/create.js";
import { checkShape, showShape, sizeOf, type Shape } from "../tensor/shape.js";
import { Tensor, type TensorValues } from "../tensor/tensor.js";
import type { Dataset } from "./dataset.js";

/** Options of {@link fromArrays}. */
export interface ArraysOptions {
  /** Inputs of N rows: a tensor, nested arrays, or a typed array with the rows end to end. */
  readonly x: Tensor | TensorValues;
  /** Shape of one row, for a typed array. Default: one number. */
  readonly sampleShape?: Shape;
  /** N class numbers. Either this or `target`. */
  readonly labels?: ArrayLike<number>;
  /**
   * Targets of N rows, like `x`; a typed array or a list has the same number of values for each row. Either this or
   * `labels`.
   */
  readonly target?: Tensor | TensorValues;
  /** The name of each class; labels must be smaller than their number. */
  readonly classNames?: readonly string[];
}

/**
 * A data set of arrays: x (N, …) of the array's type, float32 for nested arrays; y (N) int32 labels or (N, K) float32
 * targets.
 *
 * @throws {UsageError} for a wrong option or before `init`
 * @throws {ShapeError} when rows are missing, values do not fit, or a label is out of range
 */
export function fromArrays(options: ArraysOptions): Dataset {
  const op = "datasets.fromArrays";
  checkKeys(op, options, ["x", "sampleShape", "labels", "target", "classNames"]);
  const { sampleShape = [], labels, target, classNames } = options;
  if ((labels === undefined) === (target === undefined)) {
    const wrong = labels === undefined ? "neither labels nor target is given" : "both labels and target are given";
    throw new UsageError(message(op, wrong, { expected: "one of them" }));
  }
  checkShape(op, sampleShape);
  if (labels !== undefined) checkSequence(op, "labels", labels);
  if (classNames !== undefined) checkList(op, "classNames", classNames);
  const x = rowsOf(op, "x", options.x, sampleShape);
  const rows = x.shape[0];
  const checkRows = (name: string, count: number) => {
    if (count === rows) return;
    const got = `x ${showShape(x.shape)} and ${count} ${name}`;
    throw new ShapeError(
      message(op, `x and ${name} differ in the number of rows`, { expected: "the same number", got }),
    );
  };
  if (labels !== undefined) {
    checkRows("labels", labels.length);
    checkLabels(op, labels, classNames?.length ?? 2 ** 31);
    const y = tensor(Int32Array.from(labels));
    return classNames === undefined ? { x, y } : { x, y, classNames };
  }
  const isFlat = ArrayBuffer.isView(target) && target.length % rows === 0;
  const y = rowsOf(op, "target", target!, isFlat ? [target.length / rows] : []);
  checkRows("targets", y.shape[0]);
  if (y.rank > 1 && y.dtype !== "int32") return { x, y };
  return { x, y: tensor(y.toTypedArray(), y.rank > 1 ? y.shape : [rows, 1], { dtype: "float32" }) };
}

/**
 * One-hot labels: rows of zeros with a single one, (N, C) float32.
 *
 * @param labels   N integers from 0 to C − 1: a tensor, a typed array or a list
 * @param classes  C. Default: the largest label + 1
 * @throws {ShapeError} for a label out of range
 * @throws {UsageError} before `init`
 * @throws {MemoryError}
 */
export function toCategorical(labels: Tensor | ArrayLike<number>, classes?: number): Tensor {
  const op = "datasets.toCategorical";
  const values = labels instanceof Tensor ? labels.toTypedArray() : labels;
  checkSequence(op, "labels", values);
  if (classes !== undefined) checkInteger(op, "classes", classes, "[1, 2147483648]");
  checkLabels(op, values, classes ?? 2 ** 31);
  let count = classes ?? 0;
  for (let i = 0; i < values.length; i++) count = Math.max(count, values[i] + 1);
  const rows = zeros([values.length, count]);
  const ones = new Float32Array(rows.size);
  for (let i = 0; i < values.length; i++) ones[i * count + values[i]] = 1;
  rows.assign(ones);
  return rows;
}

function rowsOf(op: string, name: string, values: Tensor | TensorValues, sampleShape: Shape): Tensor {
  const size = sizeOf(sampleShape);
  let made: Tensor;
  if (values instanceof Tensor) made = values;
  else if (!ArrayBuffer.isView(values)) made = tensor(values);
  else if (values.length % size === 0) made = tensor(values, [values.length / size, ...sampleShape]);
  else {
    const expected = `a multiple of ${size} for rows of ${showShape(sampleShape)}`;
    throw new ShapeError(
      message(op, `${name} does not divide into rows`, { expected, got: `${values.length} values` }),
    );
  }
  if (made.rank === 0 || made.shape[0] === 0) {
    throw new ShapeError(message(op, `${name} is empty`, { expected: "N ≥ 1 rows", got: showShape(made.shape) }));
  }
  return made;
}

function checkLabels(op: string, labels: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes) {
      const expected = `an integer from 0 to ${classes - 1}`;
      throw new ShapeError(message(op, `label ${i} is out of range`, { expected, got: show(labels[i]) }));
    }
  }
}
