/**
 * Turns what the user passes as x and y into columns from which batches are gathered. All shapes and values are checked
 * first. Does not know sample weights (sampleWeights.ts). Letters: N samples, C classes.
 */
import { ShapeError, message, show } from "../../errors.js";
import { heap } from "../../runtime/runtime.js";
import { tensor } from "../../tensor/create.js";
import { flatten } from "../../tensor/nested.js";
import type { TokenRule } from "../../layers/sequencePart.js";
import { keep } from "../../tensor/scope.js";
import { type Shape, fitsShape, sameShape, showShape, sizeOf } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Data } from "./samples.js";

/** What an input must fit. */
export interface InputRule {
  /** Shape of one sample; undefined where the data decide it. */
  readonly shape: Shape | undefined;
  readonly name: string | undefined;
  /** The rule for tokens, if the input is tokens. */
  readonly tokens: TokenRule | undefined;
}

/** A column, and whether it was made here and so must be freed after use. */
export interface Column {
  readonly tensor: Tensor;
  readonly isOwned: boolean;
}

/** Frees the columns that were made here. */
export function release(columns: readonly Column[]): void {
  for (const column of columns) if (column.isOwned) column.tensor.dispose();
}

/** Columns that `fill` adds; when it throws, those added so far are freed. */
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
 * One input column, (N, …), of any dtype: uint8 is read as fractions of 255 when it is gathered. N plain numbers are
 * samples of one number each, if the model takes such samples or its input shape is not known yet.
 *
 * @param name  "x" or the input's name, for messages
 * @param rule  shape of one sample, undefined where the data decide it, and the rule for tokens, which become int32
 * @throws {ShapeError} for another shape, no samples, a value that is not finite, or a token outside the vocabulary
 */
export function inputColumn(
  op: string,
  name: string,
  data: Data,
  { shape: sampleShape, tokens }: Pick<InputRule, "shape" | "tokens">,
): Column {
  const sampleSize = sizeOf(sampleShape ?? []);
  const column = toColumn(op, name, data, (n) =>
    sampleShape === undefined || n % sampleSize !== 0 ? [n] : [n / sampleSize, ...sampleShape],
  );
  return checked(column, ({ shape, rank, dtype }) => {
    const isPlain = rank === 1 && (sampleShape === undefined ? dtype === "float32" : sameShape(sampleShape, [1]));
    const fits = sampleShape === undefined || fitsShape(isPlain ? [1] : shape.slice(1), sampleShape);
    const isSwallowed = ArrayBuffer.isView(data); // one that does not divide stays a vector
    checkColumn(op, name, column.tensor, fits, {
      model: "model",
      expected: showShape(["N", ...(sampleShape ?? ["…"])]),
      ...(isSwallowed && { hint: `A typed array holds N samples of ${sampleSize || "one size"} end to end.` }),
    });
    const typed = tokens === undefined ? column : asTokens(op, name, column, tokens);
    return isPlain ? replaced(typed, typed.tensor.share([shape[0], 1])) : typed;
  });
}

/**
 * One target column: float32 of the output's shape, or int32 labels where the last axis of the output counts classes.
 *
 * @param rows         N, which tells whether a typed array holds labels or rows
 * @param outputShape  the model's output without the batch axis
 * @param isOwn        whether labels have a length of their own, (N, L): the loss is one of sequences
 * @throws {ShapeError} as {@link inputColumn}
 */
export function targetColumn(
  op: string,
  name: string,
  data: Data,
  rows: number,
  outputShape: Shape,
  isOwn?: boolean,
): Column {
  const labelShape = outputShape.slice(0, -1);
  const hasLabels = (outputShape.at(-1) ?? 1) > 1;
  const column = toColumn(op, name, data, (n) => {
    if (isOwn) return n % rows ? [n] : [rows, n / rows];
    if (n === rows * sizeOf(outputShape)) return [rows, ...outputShape];
    return n % sizeOf(labelShape) === 0 ? [n / sizeOf(labelShape), ...labelShape] : [n];
  });
  return checked(column, ({ shape }) => {
    const given = shape.slice(1);
    const isLike = !isOwn && sameShape(given, outputShape);
    const labels = hasLabels ? ` or labels ${showShape(["N", ...labelShape])}` : "";
    checkColumn(op, name, column.tensor, isOwn ? given.length === 1 : isLike || sameShape(given, labelShape), {
      model: "model's output",
      expected: isOwn ? "labels [N, L]" : `${showShape(["N", ...outputShape])}${labels}`,
    });
    if (!isLike && hasLabels) return asLabels(op, name, column);
    return asFloats(column, [shape[0], ...outputShape]);
  });
}

/** Checks that all columns have as many samples as the first. @throws {ShapeError} otherwise */
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

/** The result of `check` on a column; when it throws, the column is freed. */
function checked(column: Column, check: (tensor: Tensor) => Column): Column {
  try {
    return check(column.tensor);
  } catch (error) {
    release([column]);
    throw error;
  }
}

/** The data as a column of their own type. @param shapeOf  the shape of a typed array of n elements */
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

/** Checks that a column has samples, that they fit, and that all values are finite. @throws {ShapeError} otherwise */
function checkColumn(
  op: string,
  name: string,
  column: Tensor,
  fits: boolean,
  { model, ...rule }: { readonly model: string; readonly expected: string; readonly hint?: string },
): void {
  const { shape, rank, dtype } = column;
  if (shape[0] === 0) {
    throw new ShapeError(message(op, `${name} is empty`, { expected: "N ≥ 1 samples", got: showShape(shape) }));
  }
  if (rank === 0 || !fits) {
    const got = `${name} ${showShape(shape)}`;
    throw new ShapeError(message(op, `${name} does not fit the ${model}`, { ...rule, got }));
  }
  if (dtype !== "float32") return;
  const values = heap().view(dtype, column.ptr, column.size);
  let at = 0;
  while (at < values.length && values[at] - values[at] === 0) at++; // NaN and ±∞ have no difference of 0
  if (at < values.length) refuse(op, `${name} has a value that is not finite`, column, at, "finite numbers");
}

/** @throws {ShapeError} for the value of element `at` of a column */
function refuse(op: string, wrong: string, column: Tensor, at: number, expected: string): never {
  const { dtype, ptr, size, shape } = column;
  const got = show(heap().view(dtype, ptr, size)[at]);
  const sample = Math.floor((at * shape[0]) / size);
  throw new ShapeError(message(op, `${wrong} in sample ${sample}`, { expected, got }));
}

/** Frees the column and returns the other tensor in its place. */
function replaced(column: Column, other: Tensor): Column {
  keep(other);
  release([column]);
  return { tensor: other, isOwned: true };
}

function asFloats(column: Column, shape: Shape): Column {
  const { tensor: from } = column;
  if (from.dtype !== "float32") return replaced(column, tensor(Float32Array.from(from.toTypedArray()), shape));
  return sameShape(from.shape, shape) ? column : replaced(column, from.share(shape));
}

/** Integers 0 … V − 1 as int32. */
function asTokens(op: string, name: string, column: Column, { vocabulary }: TokenRule): Column {
  const expected = `integers 0 ≤ token < inputDim = ${vocabulary}`;
  return asIntegers(op, `${name} has a token outside the vocabulary`, expected, column, 0, vocabulary);
}

function asLabels(op: string, name: string, column: Column): Column {
  return asIntegers(op, `${name} has a label that is not an integer`, "labels 0, 1, …", column, -(2 ** 31), 2 ** 31);
}

/** The column as int32. @throws {ShapeError} unless its values are integers ≥ `low` and < `end` */
function asIntegers(op: string, wrong: string, expected: string, column: Column, low: number, end: number): Column {
  const { tensor: from } = column;
  const values = heap().view(from.dtype, from.ptr, from.size);
  const at = values.findIndex((value) => !Number.isInteger(value) || value < low || value >= end);
  if (at >= 0) refuse(op, wrong, from, at, expected);
  return from.dtype === "int32" ? column : replaced(column, tensor(Int32Array.from(values), from.shape));
}
