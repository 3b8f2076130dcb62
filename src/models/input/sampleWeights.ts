/**
 * Weights of samples, given one by one or by class, as one list of N. Imported where some are given (extras.ts);
 * imports only the errors itself, because bundlers would move what it shared with the page into files of their own.
 * Letters: N samples.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Column, toColumn } from "./columns.js";
import type { ClassWeight, OutputWeights, SampleWeight } from "./samples.js";
import { isListOf } from "../../lists.js";

type ToColumn = typeof toColumn;

interface Weights {
  readonly values: Float32Array<ArrayBuffer>;
  readonly shape: Shape;
}

/**
 * The weights of N samples, (N), or of their steps, (N, T), as one column for all outputs, or one for each.
 * @param outputShapes  without the batch axis: each must have T steps where weights are for steps
 * @param names         of the outputs, by which weights of each are given
 * @param toColumn      that of columns.ts
 * @throws {ShapeError} when there are not N weights, or N rows of T, or one is negative or not finite
 * @throws {UsageError} for an output that does not exist
 */
export function sampleWeights(
  op: string,
  rows: number,
  given: SampleWeight | OutputWeights,
  outputShapes: readonly Shape[],
  names: readonly (string | undefined)[] | undefined,
  toColumn: ToColumn,
): Column[] {
  const columnOf = ({ values, shape }: Weights): Column => toColumn(op, "sampleWeight", values, () => shape);
  if (!isByName(given)) return [columnOf(weightsOf(op, rows, given, outputShapes))];
  const known = (names ?? []).map((name = "", i, all) => {
    const before = all.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name}_${before + 1}`; // two outputs of one layer, as the history names them
  });
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined || known.length < 2) {
    const expected = known.length < 2 ? "weights, for a model with one output" : known.map(show).join(", ");
    const got = show(unknown ?? Object.keys(given)[0]);
    throw new UsageError(message(op, "sampleWeight is for an output that does not exist", { expected, got }));
  }
  const each = known.map((name, i): Weights => {
    const own = given[name];
    if (own === undefined) return { values: new Float32Array(rows).fill(1), shape: [rows] };
    return weightsOf(`${op} of ${show(name)}`, rows, own, [outputShapes[i]]);
  });
  return each.map(columnOf);
}

/** True for an object of weights, in place of weights themselves. */
function isByName(given: SampleWeight | OutputWeights): given is OutputWeights {
  if (typeof given !== "object" || given === null || isTensor(given as SampleWeight)) return false;
  return !("length" in given && typeof given.length === "number") && !(Symbol.iterator in given); // "length" may be an output
}

function weightsOf(op: string, rows: number, sampleWeight: SampleWeight, outputShapes: readonly Shape[]): Weights {
  const steps = stepsOf(op, rows, sampleWeight, outputShapes);
  if (steps !== undefined) {
    const values = isTensor(sampleWeight) ? sampleWeight.toTypedArray() : (sampleWeight as number[][]).flat();
    return { values: checkedWeights(op, values), shape: [rows, steps] };
  }
  const given = isTensor(sampleWeight) ? sampleWeight.toTypedArray() : (sampleWeight as ArrayLike<number>);
  if (typeof given !== "object" || given === null || given.length !== rows) {
    const isList = typeof given === "object" && given !== null && typeof given.length === "number";
    const [wrong, expected] = isList ? ["has the wrong length", String(rows)] : ["must be a list", `${rows} numbers`];
    throw new ShapeError(message(op, `sampleWeight ${wrong}`, { expected, got: show(isList ? given.length : given) }));
  }
  return { values: checkedWeights(op, given), shape: [rows] };
}

/**
 * T where the weights are for steps.
 * @throws {ShapeError} when they are and do not fit
 */
function stepsOf(op: string, rows: number, given: SampleWeight, outputShapes: readonly Shape[]): number | undefined {
  const lists = Array.isArray(given) && given.some((one) => Array.isArray(one)) ? (given as number[][]) : undefined;
  const shape = isTensor(given) ? given.shape : lists && [lists.length, lists[0].length];
  if (shape === undefined || shape.length < 2) return undefined;
  const isEven = lists === undefined || isListOf(lists, (list) => Array.isArray(list) && list.length === shape[1]);
  const fits = shape.length === 2 && shape[0] === rows && outputShapes.every((output) => output[0] === shape[1]);
  if (isEven && fits) return shape[1];
  const expected = `[N] = [${rows}], or [N, T] for outputs [N, T, …]`;
  const got = isEven ? `[${shape.join(", ")}] for outputs ${show(outputShapes)}` : "rows of different lengths";
  throw new ShapeError(message(op, "sampleWeight does not fit the outputs", { expected, got }));
}

function checkedWeights(op: string, given: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const weights = Float32Array.from(given);
  const at = weights.findIndex((weight, i) => !isWeight(weight) || typeof given[i] !== "number");
  if (at >= 0) {
    const got = show(given[at]);
    throw new ShapeError(message(op, `sampleWeight ${at} is out of range`, { expected: "a number in [0, ∞)", got }));
  }
  return weights;
}

function isTensor(given: SampleWeight): given is Tensor {
  return "toTypedArray" in Object(given);
}

/**
 * The weights of N samples as a column: the weight of each sample times that of its class.
 *
 * @param targets       int32 labels (N), one-hot rows (N, C), or one number (N, 1), which is the class 1 above ½
 * @param outputShapes  the model's outputs without the batch axis; the only one gives the number of classes
 * @param weights       the weights of the samples themselves, if there are any
 * @param toColumn      that of columns.ts
 * @throws {UsageError} for several outputs, a class that does not exist or an invalid weight
 * @throws {ShapeError} for targets with several classes per sample
 */
export function classWeights(
  op: string,
  targets: Tensor,
  outputShapes: readonly Shape[],
  weights: readonly Column[],
  classWeight: ClassWeight,
  toColumn: ToColumn,
): Column[] {
  const [outputShape, ...others] = outputShapes;
  if (others.length > 0) {
    const [expected, got] = ["1 output", String(outputShapes.length)];
    const hint = "Use sampleWeight.";
    throw new UsageError(message(op, "classWeight is for models with one output", { expected, got, hint }));
  }
  if (outputShape.slice(0, -1).some((size) => size > 1)) {
    const got = `[${["N", ...outputShape].join(", ")}]`;
    throw new ShapeError(message(op, "classWeight needs one class per sample", { expected: "an output [N, C]", got }));
  }
  const classes = Math.max(2, outputShape.at(-1) ?? 1);
  for (const [name, weight] of Object.entries(classWeight)) {
    const label = Number(name);
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      const expected = `labels 0 … ${classes - 1}`;
      throw new UsageError(message(op, "classWeight has a key that is not a class", { expected, got: show(name) }));
    }
    if (!isWeight(weight)) {
      const wrong = `classWeight of class ${name} is out of range`;
      throw new UsageError(message(op, wrong, { expected: "a number in [0, ∞)", got: show(weight) }));
    }
  }
  const own = weights.at(0)?.tensor.toTypedArray();
  const values = Float32Array.from(labelsOf(targets), (label, i) => (own?.[i] ?? 1) * (classWeight[label] ?? 1));
  return [toColumn(op, "classWeight", values, () => [values.length])];
}

function isWeight(weight: unknown): boolean {
  return typeof weight === "number" && weight >= 0 && weight < Infinity;
}

/**
 * The class of each sample: an int32 label, the largest element of a one-hot row, or a single column compared with ½.
 */
function labelsOf(targets: Tensor): Int32Array {
  const values = targets.toTypedArray();
  if (values instanceof Int32Array) return values;
  const [rows] = targets.shape;
  const classes = targets.size / rows;
  if (classes === 1) return Int32Array.from(values, (value) => (value > 0.5 ? 1 : 0));
  return Int32Array.from({ length: rows }, (_, i) => {
    const row = values.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
}
