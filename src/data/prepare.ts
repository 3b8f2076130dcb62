/**
 * What data need before training: a part kept for testing, and features on one scale. Scales are fitted on the training
 * part alone, so that nothing about the test part leaks into training. Works on copies; the given tensors do not
 * change. Letters: N rows, F features: the numbers of a row, whatever its shape.
 */
import { checkKeys, DataError, message, ShapeError, show, UsageError } from "../errors.js";
import { tensor } from "../tensor/create.js";
import { showShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { Dataset, Split } from "./dataset.js";
import { splitInTwo } from "./folds.js";

/** Options of {@link split}. */
export interface SplitOptions {
  /** Share of the rows that is kept for testing, above 0 and below 1. Default 0.2. */
  readonly test?: number;
  /** Any integer; the same seed selects the same rows. Default 0. */
  readonly seed?: number;
}

/**
 * Splits the rows of a data set at random into training and test; {@link trainTestSplit} does for data of any form,
 * and with the same share of each class.
 *
 * @returns  ⌈N · (1 − test)⌋ rows to train on and the others to test with, in random order; types and row shapes as in
 *   `data`
 * @throws {UsageError} for a wrong option or a share that leaves a part empty
 * @throws {ShapeError} when x and y have different numbers of rows
 * @throws {MemoryError}
 */
export function split(data: Dataset, options: SplitOptions = {}): Split {
  const op = "datasets.split";
  checkKeys(op, options, ["test", "seed"]);
  return splitInTwo(op, data, options);
}

/**
 * How features are scaled: (value − offset) · factor, with numbers for each feature. Both are float64: where values are
 * large compared with their spread, such as years or times in milliseconds, the mean needs more digits than a float32
 * has.
 */
export interface Scaling {
  /** (F) */
  readonly offset: Float64Array;
  /** (F) */
  readonly factor: Float64Array;
}

/** A split with scaled x, and the scaling to apply to new inputs. */
export interface ScaledSplit extends Split {
  readonly scaling: Scaling;
}

/**
 * Scales every feature of the training part to mean 0 and standard deviation 1 (of the whole part, divided by N), and
 * the test part in the same way. A feature that is constant in the training part becomes 0 there. x becomes float32;
 * uint8 is read as fractions of 255.
 *
 * @throws {ShapeError} when rows differ in shape
 * @throws {DataError} for values that are not finite
 * @throws {MemoryError}
 */
export function standardize(data: Split): ScaledSplit {
  return scaleBoth(data, "datasets.standardize", (values, { offset, factor }) => {
    const features = offset.length;
    const rows = values.length / features;
    const mean = new Float64Array(features);
    const variance = new Float64Array(features);
    // differences to the first row: a constant feature has exactly no deviation
    eachRow(values, features, (row) => {
      for (let f = 0; f < features; f++) mean[f] += values[row + f] - values[f];
    });
    for (const f of mean.keys()) mean[f] /= rows;
    eachRow(values, features, (row) => {
      for (let f = 0; f < features; f++) variance[f] += (values[row + f] - values[f] - mean[f]) ** 2;
    });
    for (const f of offset.keys()) {
      offset[f] = values[f] + mean[f];
      factor[f] = inverse(Math.sqrt(variance[f] / rows));
    }
  });
}

/**
 * Scales every feature of the training part to [0, 1] by its smallest and largest value, and the test part in the same
 * way, where it may exceed [0, 1]. A feature that is constant in the training part becomes 0 there. x becomes float32;
 * uint8 is read as fractions of 255.
 *
 * @throws {ShapeError} when rows differ in shape
 * @throws {DataError} for values that are not finite
 * @throws {MemoryError}
 */
export function normalize(data: Split): ScaledSplit {
  return scaleBoth(data, "datasets.normalize", (values, { offset, factor }) => {
    const features = offset.length;
    const most = new Float64Array(features).fill(-Infinity);
    offset.fill(Infinity);
    eachRow(values, features, (row) => {
      for (let f = 0; f < features; f++) {
        offset[f] = Math.min(offset[f], values[row + f]);
        most[f] = Math.max(most[f], values[row + f]);
      }
    });
    for (const f of offset.keys()) factor[f] = inverse(most[f] - offset[f]);
  });
}

/**
 * x scaled as the training data were: (x − offset) · factor, float32 of x's shape.
 *
 * @param x        (N, …) with F features per row
 * @param scaling  the result of {@link standardize} or {@link normalize}, or the same numbers in other arrays
 * @throws {ShapeError} for another number of features
 * @throws {MemoryError}
 */
export function scale(x: Tensor, scaling: Readonly<Record<keyof Scaling, ArrayLike<number>>>): Tensor {
  const op = "datasets.scale";
  const { offset, factor } = scaling ?? {};
  if (!(x instanceof Tensor) || x.rank === 0 || !isList(offset) || !isList(factor)) {
    const got = `${show(x)} and ${show(scaling)}`;
    throw new UsageError(
      message(op, "x or the scaling is missing", { expected: "a tensor [N, …] and { offset, factor }", got }),
    );
  }
  const features = x.size / x.shape[0];
  if (features !== offset.length) {
    const expected = `${offset.length} numbers a row`;
    throw new ShapeError(message(op, "x has the wrong number of features", { expected, got: showShape(x.shape) }));
  }
  const values = realValues(x);
  eachRow(values, features, (row) => {
    for (let f = 0; f < features; f++) values[row + f] = (values[row + f] - offset[f]) * factor[f];
  });
  return tensor(values, x.shape);
}

type Fit = (values: Float32Array, scaling: Scaling) => void;

function isList(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function scaleBoth(data: Split, op: string, fit: Fit): ScaledSplit {
  const { train, test } = data ?? {};
  for (const part of [train, test]) {
    if (part?.x instanceof Tensor && part.x.rank > 0) continue;
    const expected = "{ train: { x, y }, test: { x, y } } of tensors, as datasets.split gives them";
    throw new UsageError(message(op, "not a data set in two parts", { expected, got: show(data) }));
  }
  const values = realValues(train.x);
  const features = values.length / train.x.shape[0];
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const got = `${values[wrong]} in row ${Math.floor(wrong / features)}`;
    throw new DataError(message(op, "x holds a value that cannot be scaled", { expected: "finite numbers", got }));
  }
  const scaling = { offset: new Float64Array(features), factor: new Float64Array(features) };
  fit(values, scaling);
  return {
    train: { ...train, x: scale(train.x, scaling) },
    test: { ...test, x: scale(test.x, scaling) },
    scaling,
  };
}

/** Calls `visit` with the position of every row's first value. */
function eachRow(values: Float32Array, features: number, visit: (row: number) => void): void {
  for (let row = 0; row < values.length; row += features) visit(row);
}

/** 1 / width, or 1 where that is not finite: the feature does not vary. */
function inverse(width: number): number {
  const factor = 1 / width;
  return Number.isFinite(factor) ? factor : 1;
}

/** A copy of the values as float32, bytes as fractions of 255. */
function realValues(x: Tensor): Float32Array<ArrayBuffer> {
  const values = new Float32Array(x.toTypedArray());
  if (x.dtype === "uint8") for (let i = 0; i < values.length; i++) values[i] /= 255;
  return values;
}
