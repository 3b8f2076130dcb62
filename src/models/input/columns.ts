/**
 * From what the user passes as x and y to columns that batches can be gathered from: shapes checked against the model, values against each other, before
 * anything else happens. Does not know weights of samples (sampleWeights.ts). Letters: N samples, C classes.
 */
import { ShapeError, message, show } from "../../errors.js";
import { heap } from "../../runtime/runtime.js";
import { tensor } from "../../tensor/create.js";
import { flatten } from "../../tensor/nested.js";
import type { TokenRule } from "../../layers/layer.js";
import { keep } from "../../tensor/scope.js";
import { type Shape, sameShape, showShape, sizeOf } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Data } from "./samples.js";

/** What one input must fit. */
export interface InputRule {
  /** Shape of one sample; undefined where the data decide it. */
  readonly shape: Shape | undefined;
  readonly name: string | undefined;
  /** Which, where the input is tokens. */
  readonly tokens: TokenRule | undefined;
}

/** A column and whether it was made here, so that whoever is done with it knows whom it belongs to. */
export interface Column {
  readonly tensor: Tensor;
  readonly isOwned: boolean;
}

/** Frees the columns that were made here. */
export function release(columns: readonly Column[]): void {
  for (const column of columns) if (column.isOwned) column.tensor.dispose();
}

/** Columns that `fill` makes; where it throws, those made so far are freed. */
export function made(fill: (columns: Column[]) => void): Column[] {
  const columns: Column[] = [];
  try {
    fill(columns);
    return columns;
  } catch (error) {
    release(columns);
    throw error;
  }
}

/**
 * One input column, (N, …). Any dtype: uint8 is read as fractions of 255 when it is gathered. (N) numbers are samples of one number each, where the
 * model takes such or nothing is known about it.
 *
 * @param name  "x" or the input's name, for messages
 * @param rule  shape of one sample, undefined where the data decide; and which tokens the values are, which become int32
 * Errors: ShapeError for another shape, no samples, a value that is not finite, or a token outside the vocabulary.
 */
export function inputColumn(
  op: string,
  name: string,
  data: Data,
  { shape: sampleShape, tokens }: Pick<InputRule, "shape" | "tokens">,
): Column {
  const column = toColumn(op, name, data, (n) =>
    sampleShape === undefined || n % sizeOf(sampleShape) !== 0 ? [n] : [n / sizeOf(sampleShape), ...sampleShape],
  );
  return checked(column, ({ shape, rank, dtype }) => {
    if (rank > 0) checkNotEmpty(op, name, shape);
    const isPlain = rank === 1 && (sampleShape === undefined ? dtype === "float32" : sameShape(sampleShape, [1]));
    const given = isPlain ? [1] : shape.slice(1);
    if (rank === 0 || (sampleShape !== undefined && !sameShape(given, sampleShape))) {
      const expected = showShape(["N", ...(sampleShape ?? ["…"])]);
      const isSwallowed = rank === 1 && ArrayBuffer.isView(data);
      const hint = isSwallowed && { hint: `A typed array holds N samples of ${sizeOf(sampleShape ?? [])} end to end.` };
      const got = `${name} ${showShape(shape)}`;
      throw new ShapeError(message(op, `${name} does not fit the model`, { expected, got, ...hint }));
    }
    checkFinite(op, name, column.tensor);
    const typed = tokens === undefined ? column : asTokens(op, name, column, tokens);
    return isPlain ? reshaped(typed, [shape[0], 1]) : typed;
  });
}

/**
 * One target column: float32 of the output's shape, or int32 labels where the last axis of the output counts classes.
 *
 * @param rows         N, by which a typed array is told apart: labels or rows
 * @param outputShape  the model's output without the batch axis
 * Errors: ShapeError as {@link inputColumn}.
 */
export function targetColumn(op: string, name: string, data: Data, rows: number, outputShape: Shape): Column {
  const labelShape = outputShape.slice(0, -1);
  const hasLabels = (outputShape.at(-1) ?? 1) > 1;
  const column = toColumn(op, name, data, (n) => {
    if (n === rows * sizeOf(outputShape)) return [rows, ...outputShape];
    return n % sizeOf(labelShape) === 0 ? [n / sizeOf(labelShape), ...labelShape] : [n];
  });
  return checked(column, ({ shape, rank }) => {
    if (rank > 0) checkNotEmpty(op, name, shape);
    const given = shape.slice(1);
    const isLike = sameShape(given, outputShape);
    if (rank === 0 || (!isLike && !sameShape(given, labelShape))) {
      const labels = hasLabels ? ` or labels ${showShape(["N", ...labelShape])}` : "";
      const expected = `${showShape(["N", ...outputShape])}${labels}`;
      const got = `${name} ${showShape(shape)}`;
      throw new ShapeError(message(op, `${name} does not fit the model's output`, { expected, got }));
    }
    checkFinite(op, name, column.tensor);
    if (!isLike && hasLabels) return asLabels(op, name, column);
    return asFloats(column, [shape[0], ...outputShape]);
  });
}

/** Throws ShapeError unless all columns have as many samples as the first. */
export function checkSameRows(
  op: string,
  columns: readonly { readonly name: string; readonly tensor: Tensor }[],
): void {
  const [first, ...others] = columns;
  const other = others.find(({ tensor }) => tensor.shape[0] !== first.tensor.shape[0]);
  if (other === undefined) return;
  const wrong = `${first.name} and ${other.name} differ in the number of samples`;
  const got = `${first.name} ${showShape(first.tensor.shape)} and ${other.name} ${showShape(other.tensor.shape)}`;
  throw new ShapeError(message(op, wrong, { expected: "the same N", got }));
}

/** What `check` makes of a column; where it throws, the column is freed. */
function checked(column: Column, check: (tensor: Tensor) => Column): Column {
  try {
    return check(column.tensor);
  } catch (error) {
    release([column]);
    throw error;
  }
}

/** The data as a column of their own type. @param shapeOf  the shape of a typed array with that many elements */
export function toColumn(op: string, name: string, data: Data, shapeOf: (n: number) => Shape): Column {
  if (data instanceof Tensor) {
    data.checkLive();
    return { tensor: data, isOwned: false };
  }
  if (data === undefined || data === null) {
    const expected = "a tensor, nested arrays or a typed array";
    throw new ShapeError(message(op, `${name} is missing`, { expected, got: show(data) }));
  }
  if (!ArrayBuffer.isView(data)) {
    const { values, shape } = flatten(`${op} ${name}`, data);
    return { tensor: keep(tensor(Float32Array.from(values), shape)), isOwned: true };
  }
  if (!(data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array)) {
    const hint = "Convert it, for example by Float32Array.from(values).";
    const expected = "Float32Array, Int32Array or Uint8Array";
    throw new ShapeError(message(op, `${name} is of an unknown array type`, { expected, got: show(data), hint }));
  }
  return { tensor: keep(tensor(data, shapeOf(data.length))), isOwned: true };
}

function checkNotEmpty(op: string, name: string, shape: Shape): void {
  if (shape[0] > 0) return;
  throw new ShapeError(message(op, `${name} is empty`, { expected: "N ≥ 1 samples", got: showShape(shape) }));
}

function checkFinite(op: string, name: string, column: Tensor): void {
  if (column.dtype !== "float32") return;
  const values = heap().view("float32", column.ptr, column.size);
  let at = 0;
  while (at < values.length && values[at] - values[at] === 0) at++; // NaN and ±∞ have no difference of 0
  if (at === values.length) return;
  const wrong = `${name} has a value that is not finite in sample ${rowOf(column, at)}`;
  throw new ShapeError(message(op, wrong, { expected: "finite numbers", got: show(values[at]) }));
}

/** The sample that element `at` belongs to. */
function rowOf({ size, shape }: Tensor, at: number): number {
  return Math.floor((at * shape[0]) / size);
}

/** The same memory under another shape. */
function reshaped(column: Column, shape: Shape): Column {
  const view = keep(column.tensor.share(shape));
  release([column]);
  return { tensor: view, isOwned: true };
}

function asFloats(column: Column, shape: Shape): Column {
  const { tensor: from } = column;
  if (from.dtype === "float32") return sameShape(from.shape, shape) ? column : reshaped(column, shape);
  const copy = keep(tensor(Float32Array.from(from.toTypedArray()), shape));
  release([column]);
  return { tensor: copy, isOwned: true };
}

/** Integers 0 … V − 1 as int32. */
function asTokens(op: string, name: string, column: Column, { vocabulary }: TokenRule): Column {
  const { tensor: from } = column;
  const values = heap().view(from.dtype, from.ptr, from.size);
  const at = values.findIndex((value) => !Number.isInteger(value) || value < 0 || value >= vocabulary);
  if (at >= 0) {
    const wrong = `${name} has a token outside the vocabulary in sample ${rowOf(from, at)}`;
    const expected = `integers 0 ≤ token < inputDim = ${vocabulary}`;
    throw new ShapeError(message(op, wrong, { expected, got: show(values[at]) }));
  }
  if (from.dtype === "int32") return column;
  const tokens = keep(tensor(Int32Array.from(values), from.shape));
  release([column]);
  return { tensor: tokens, isOwned: true };
}

function asLabels(op: string, name: string, column: Column): Column {
  const { tensor: from } = column;
  if (from.dtype === "int32") return column;
  const values = from.toTypedArray();
  const at = values.findIndex((value) => !Number.isInteger(value) || Math.abs(value) >= 2 ** 31);
  if (at >= 0) {
    const wrong = `${name} has a label that is no integer in sample ${rowOf(from, at)}`;
    throw new ShapeError(message(op, wrong, { expected: "labels 0, 1, …", got: show(values[at]) }));
  }
  const labels = keep(tensor(Int32Array.from(values), from.shape));
  release([column]);
  return { tensor: labels, isOwned: true };
}
