/**
 * From what the user passes as x, y and weights to columns that batches can be gathered from: shapes checked against the model, values against each other,
 * before anything else happens. Letters: N samples.
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { heap } from "../runtime/runtime.js";
import { tensor } from "../tensor/create.js";
import { keep } from "../tensor/scope.js";
import { type Shape, sameShape, showShape, sizeOf } from "../tensor/shape.js";
import { Tensor, type TensorValues } from "../tensor/tensor.js";

/** Inputs or targets: a tensor (N, …), nested arrays, or a typed array of N samples end to end. */
export type Data = Tensor | TensorValues;

/** A column and whether it was made here, so that whoever is done with it knows whom it belongs to. */
export interface Column {
  readonly tensor: Tensor;
  readonly isOwned: boolean;
}

/** Data for a model with several inputs or outputs are a list of tensors. */
export function listOf(data: Data | readonly Tensor[]): readonly Data[] {
  return Array.isArray(data) && data.length > 0 && data.every((item) => item instanceof Tensor) ? data : [data as Data];
}

/**
 * One input column. Any dtype: uint8 is read as fractions of 255 when it is gathered.
 *
 * @param name         "x" or the input's name, for messages
 * @param sampleShape  shape of one sample; undefined where the data decide
 * Errors: ShapeError for another shape, no samples, or a value that is not finite.
 */
export function inputColumn(op: string, name: string, data: Data, sampleShape: Shape | undefined): Column {
  const column = toTensor(data, sampleShape);
  const { shape } = column.tensor;
  try {
    if (shape.length === 0 || (sampleShape !== undefined && !sameShape(shape.slice(1), sampleShape))) {
      const expected = sampleShape === undefined ? "[N, …]" : `[N${sampleShape.map((size) => `, ${size}`).join("")}]`;
      throw new ShapeError(
        message(op, `${name} does not fit the model`, { expected, got: `${name} ${showShape(shape)}` }),
      );
    }
    checkRows(op, name, column.tensor);
    return column;
  } catch (error) {
    release([column]);
    throw error;
  }
}

/**
 * One target column: float32 of the output's shape, or int32 labels where the last axis of the output counts classes.
 *
 * @param outputShape  the model's output without the batch axis
 * Errors: ShapeError as {@link inputColumn}.
 */
export function targetColumn(op: string, name: string, data: Data, outputShape: Shape): Column {
  const column = toTensor(data, outputShape);
  const shape = column.tensor.shape.slice(1);
  const classes = outputShape.at(-1) ?? 1;
  try {
    if (column.tensor.rank === 0 || (!sameShape(shape, outputShape) && !sameShape(shape, outputShape.slice(0, -1)))) {
      const labels = classes > 1 ? ` or labels ${showShape(["N" as never, ...outputShape.slice(0, -1)])}` : "";
      const expected = `[N${outputShape.map((size) => `, ${size}`).join("")}]${labels}`;
      throw new ShapeError(
        message(op, `${name} does not fit the model's output`, {
          expected,
          got: `${name} ${showShape(column.tensor.shape)}`,
        }),
      );
    }
    checkRows(op, name, column.tensor);
    if (sameShape(shape, outputShape)) return converted(op, name, column, "float32", column.tensor.shape);
    if (classes > 1) return converted(op, name, column, "int32", column.tensor.shape);
    return converted(op, name, column, "float32", [...column.tensor.shape, 1]);
  } catch (error) {
    release([column]);
    throw error;
  }
}

/** Throws ShapeError unless all columns have as many samples as the first. */
export function checkSameRows(
  op: string,
  columns: readonly { readonly name: string; readonly tensor: Tensor }[],
): void {
  const [first, ...others] = columns;
  for (const { name, tensor: column } of others) {
    if (column.shape[0] !== first.tensor.shape[0]) {
      const got = `${first.name} ${showShape(first.tensor.shape)} and ${name} ${showShape(column.shape)}`;
      throw new ShapeError(
        message(op, `${first.name} and ${name} differ in the number of samples`, {
          expected: "one target a sample",
          got,
        }),
      );
    }
  }
}

/** Frees the columns that were made here. */
export function release(columns: readonly Column[]): void {
  for (const column of columns) if (column.isOwned) column.tensor.dispose();
}

function toTensor(data: Data, sampleShape: Shape | undefined): Column {
  if (data instanceof Tensor) return { tensor: data, isOwned: false };
  const size = sampleShape === undefined ? 1 : sizeOf(sampleShape);
  const isFlat = ArrayBuffer.isView(data) && sampleShape !== undefined && size > 0 && data.length % size === 0;
  // A typed array as long as there are samples is a column of scalars (labels); else N samples end to end.
  const shape =
    isFlat && sampleShape.length > 0 && size > 1 && !(data instanceof Int32Array)
      ? [data.length / size, ...sampleShape]
      : undefined;
  return { tensor: keep(tensor(data, shape)), isOwned: true };
}

function checkRows(op: string, name: string, column: Tensor): void {
  if (column.shape[0] === 0)
    throw new ShapeError(message(op, `${name} is empty`, { expected: "N ≥ 1 samples", got: showShape(column.shape) }));
  if (column.dtype !== "float32") return;
  const values = heap().view("float32", column.ptr, column.size);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const row = Math.floor(at / (column.size / column.shape[0]));
  throw new ShapeError(
    message(op, `${name} has a value that is not finite in sample ${row}`, {
      expected: "finite numbers",
      got: show(values[at]),
    }),
  );
}

function converted(op: string, name: string, column: Column, dtype: "float32" | "int32", shape: Shape): Column {
  const { tensor: from } = column;
  if (from.dtype === dtype && sameShape(from.shape, shape)) return column;
  const values = from.toTypedArray();
  if (dtype === "int32") {
    const at = values.findIndex((value) => !Number.isInteger(value));
    if (at >= 0)
      throw new ShapeError(
        message(op, `${name} has a label that is no integer in sample ${at}`, {
          expected: "labels 0, 1, …",
          got: show(values[at]),
        }),
      );
  }
  const made = keep(tensor(dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values), shape));
  release([column]);
  return { tensor: made, isOwned: true };
}

/**
 * Sample and class weights as one column (N), or undefined where there are none.
 *
 * @param targets  the target column, int32 labels or one-hot rows, for class weights
 * Errors: ShapeError or UsageError for weights that are negative, not finite, of another number, or of classes that do not exist.
 */
export function weightColumn(
  op: string,
  targets: Tensor,
  sampleWeight: ArrayLike<number> | undefined,
  classWeight: Readonly<Record<number, number>> | undefined,
): Column | undefined {
  if (sampleWeight === undefined && classWeight === undefined) return undefined;
  const rows = targets.shape[0];
  if (sampleWeight !== undefined && sampleWeight.length !== rows) {
    throw new ShapeError(
      message(op, "sampleWeight has another number of samples", {
        expected: String(rows),
        got: String(sampleWeight.length),
      }),
    );
  }
  const weights = Float32Array.from({ length: rows }, (_, i) => sampleWeight?.[i] ?? 1);
  const at = weights.findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (at >= 0)
    throw new ShapeError(
      message(op, `sampleWeight ${at} out of range`, { expected: "a finite number ≥ 0", got: show(weights[at]) }),
    );
  if (classWeight !== undefined) {
    for (const [name, weight] of Object.entries(classWeight)) {
      if (!(weight >= 0 && Number.isFinite(weight))) {
        throw new UsageError(
          message(op, `classWeight of class ${name} out of range`, {
            expected: "a finite number ≥ 0",
            got: show(weight),
          }),
        );
      }
    }
    const labels = labelsOf(targets);
    for (let i = 0; i < rows; i++) weights[i] *= classWeight[labels[i]] ?? 1;
  }
  return { tensor: keep(tensor(weights)), isOwned: true };
}

/** The class of each sample: int32 labels as they are, one-hot rows by their largest element, one column by 0.5. */
export function labelsOf(targets: Tensor): Int32Array {
  const values = targets.toTypedArray();
  if (targets.dtype === "int32") return values as Int32Array;
  const rows = targets.shape[0];
  const classes = targets.size / rows;
  if (classes === 1) return Int32Array.from(values, (value) => (value > 0.5 ? 1 : 0));
  return Int32Array.from({ length: rows }, (_, i) => {
    const row = values.subarray(i * classes, (i + 1) * classes) as Float32Array;
    return row.indexOf(Math.max(...row));
  });
}
