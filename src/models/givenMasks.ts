/**
 * Masks that users give beside their data, by `mask` or `lengths`, as columns. Imported where one is given, so that other pages load none of it.
 * Letters: N samples, T steps. What masks do is in layers: Note [Masks] in layers/layer.ts.
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { flatten } from "../tensor/nested.js";
import { tensor } from "../tensor/create.js";
import { keep } from "../tensor/scope.js";
import { sameShape, showShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { Column } from "./columns.js";
import type { Data, GivenMasks, SequenceLengths } from "./samples.js";

export { maskedSteps } from "../layers/maskedSteps.js";

/**
 * For each input its mask, (N, T) int32, 1 where a step counts; undefined for an input without one, no list where nothing is given.
 *
 * @param inputs  (N, T, …) each
 * Errors: UsageError for both options at once, a length that is none, or a list of another number than that of the inputs; ShapeError for a mask or lengths
 * that do not fit their input. What was made until then is freed.
 */
export function maskColumns(
  op: string,
  { mask, lengths }: GivenMasks,
  inputs: readonly Column[],
): (Column | undefined)[] {
  if (mask === undefined && lengths === undefined) return [];
  if (mask !== undefined && lengths !== undefined) {
    const hint = "A mask says all that lengths can say.";
    throw new UsageError(message(op, "both mask and lengths are given", { expected: "one of them", hint }));
  }
  const name = mask === undefined ? "lengths" : "mask";
  const given = (mask ?? lengths) as Data | SequenceLengths | readonly (Data | SequenceLengths | undefined)[];
  const list = (inputs.length === 1 ? [given] : given) as readonly (Data | undefined)[];
  if (!Array.isArray(list) || list.length !== inputs.length) {
    const expected = `a list of ${inputs.length}, undefined for an input without ${name}`;
    throw new UsageError(message(op, `${name} does not fit the inputs`, { expected, got: show(given) }));
  }
  const columns: (Column | undefined)[] = [];
  try {
    for (const [i, { tensor: x }] of inputs.entries()) {
      const one = list[i];
      const what = inputs.length === 1 ? name : `${name}[${i}]`;
      if (one === undefined) columns.push(undefined);
      else columns.push(columnOf(mask === undefined ? ofLengths(op, what, one, x) : ofMask(op, what, one, x), x));
    }
    return columns;
  } catch (error) {
    for (const column of columns) column?.tensor.dispose();
    throw error;
  }
}

function columnOf(values: Int32Array, { shape: [N, T] }: Tensor): Column {
  return { tensor: keep(tensor(values, [N, T])), isOwned: true };
}

/** What the user gave, as numbers with a shape; a typed array has the shape that is expected if its length fits. */
function numbersOf(op: string, what: string, given: unknown, wanted: readonly number[]) {
  if (given instanceof Tensor) return { values: given.toTypedArray(), shape: given.shape };
  if (!ArrayBuffer.isView(given)) {
    const { values, shape } = flatten(`${op} ${what}`, given as never);
    return { values: Float64Array.from(values), shape };
  }
  const values = Float64Array.from(given as unknown as ArrayLike<number>);
  const size = wanted.reduce((product, n) => product * n, 1);
  return { values, shape: values.length === size ? wanted : [values.length] };
}

function ofMask(op: string, what: string, given: unknown, x: Tensor): Int32Array {
  checkSteps(op, what, x);
  const wanted = x.shape.slice(0, 2);
  const { values, shape } = numbersOf(op, what, given, wanted);
  if (!sameShape(shape, wanted)) failShape(op, what, "[N, T]", wanted, shape);
  return Int32Array.from(values, (value) => (value === 0 ? 0 : 1));
}

function ofLengths(op: string, what: string, given: unknown, x: Tensor): Int32Array {
  checkSteps(op, what, x);
  const [N, T] = x.shape;
  const { values, shape } = numbersOf(op, what, given, [N]);
  if (!sameShape(shape, [N])) failShape(op, what, "[N]", [N], shape);
  const mask = new Int32Array(N * T);
  for (let n = 0; n < N; n++) {
    const length = values[n];
    if (!Number.isInteger(length) || length < 0 || length > T) {
      const expected = `an integer from 0 to T = ${T}`;
      throw new UsageError(message(op, `length ${n} of ${what} is out of range`, { expected, got: show(length) }));
    }
    mask.fill(1, n * T, n * T + length);
  }
  return mask;
}

function checkSteps(op: string, what: string, x: Tensor): void {
  if (x.rank >= 2) return;
  throw new ShapeError(message(op, `${what} is for sequences`, { expected: "an input [N, T, …]", got: x.label() }));
}

function failShape(
  op: string,
  what: string,
  letters: string,
  wanted: readonly number[],
  got: readonly number[],
): never {
  const expected = `${letters} = ${showShape(wanted)}`;
  throw new ShapeError(message(op, `${what} does not fit its input`, { expected, got: showShape(got) }));
}
