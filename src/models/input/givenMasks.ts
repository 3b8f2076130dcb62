/**
 * Masks that users give with their data, as `mask` or `lengths`, turned into columns. Imported only where one is given
 * (extras.ts); imports only the errors itself, because bundlers would move what it shared with the page into files of
 * their own. Letters: N samples, T steps. What masks do: Note [Masks] in layers/sequencePart.ts.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import type { View } from "../../runtime/memory.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Column, toColumn } from "./columns.js";
import type { SequenceLengths } from "../../layers/mask/givenLengths.js";
import type { Data, GivenMasks } from "./samples.js";

/**
 * The mask of each input, (N, T) int32, 1 where a step counts; undefined for an input without one. An empty list where
 * nothing is given. When an error is thrown, the masks made so far are freed.
 *
 * @param inputs      (N, T, …) each
 * @param makeColumn  from data to a column
 * @throws {UsageError} for both options at once, a length that is out of range, or a list that does not match the
 *   inputs
 * @throws {ShapeError} when a mask or lengths do not fit their input
 */
export function maskColumns(
  op: string,
  { mask, lengths }: GivenMasks,
  inputs: readonly Column[],
  makeColumn: typeof toColumn,
): (Column | undefined)[] {
  if (mask === undefined && lengths === undefined) return [];
  if (mask !== undefined && lengths !== undefined) {
    const hint = "A mask can express any lengths.";
    throw new UsageError(message(op, "both mask and lengths are given", { expected: "one of them", hint }));
  }
  const name = mask === undefined ? "lengths" : "mask";
  const given = (mask ?? lengths) as Data | SequenceLengths | readonly (Data | SequenceLengths | undefined)[];
  const list = (inputs.length === 1 ? [given] : given) as readonly (Data | undefined)[];
  const isList: boolean = Array.isArray(list);
  if (!isList || list.length !== inputs.length) {
    const expected = `a list of ${inputs.length}, undefined for an input without ${name}`;
    throw new UsageError(message(op, `${name} does not fit the inputs`, { expected, got: show(given) }));
  }
  const columns: (Column | undefined)[] = [];
  try {
    for (const [i, { tensor: x }] of inputs.entries()) {
      const one = list[i];
      const what = inputs.length === 1 ? name : `${name}[${i}]`;
      if (one === undefined) columns.push(undefined);
      else {
        const [N, T] = stepsOf(op, what, x);
        const given = makeColumn(op, what, mask === undefined ? plainLengths(op, what, one) : one, (n) =>
          n === N * T ? [N, T] : [n],
        );
        columns.push(given);
        const values =
          mask === undefined ? ofLengths(op, what, given.tensor, x, N, T) : ofMask(op, what, given.tensor, N, T);
        if (given.isOwned) given.tensor.dispose();
        columns[i] = makeColumn(op, what, values, () => [N, T]);
      }
    }
    return columns;
  } catch (error) {
    for (const column of columns) if (column?.isOwned) column.tensor.dispose();
    throw error;
  }
}

/**
 * Lengths as a list of numbers, so that their values are checked in any kind of array: Float64Array, Uint16Array,
 * BigInt64Array, …
 */
function plainLengths(op: string, what: string, given: Data): Data {
  if ("checkLive" in Object(given)) return given; // a tensor
  if (Array.isArray(given) || ArrayBuffer.isView(given)) {
    const values: unknown[] = Array.from(given as unknown as ArrayLike<unknown>);
    if (values.every((value) => typeof value === "number")) return values;
  }
  throw new UsageError(
    message(op, `${what} must be a list`, { expected: "integers, or a tensor [N]", got: show(given) }),
  );
}

function stepsOf(op: string, what: string, x: Tensor): readonly [N: number, T: number] {
  if (x.rank >= 2) return [x.shape[0], x.shape[1]];
  throw new ShapeError(message(op, `${what} is for sequences`, { expected: "an input [N, T, …]", got: x.label() }));
}

function ofMask(op: string, what: string, given: Tensor, N: number, T: number): Int32Array {
  checkShape(op, what, "[N, T]", [N, T], given.shape);
  return Int32Array.from(given.toTypedArray(), (value) => (value === 0 ? 0 : 1));
}

function ofLengths(op: string, what: string, given: Tensor, x: Tensor, N: number, T: number): Int32Array {
  checkShape(op, what, "[N]", [N], given.shape);
  const mask = new Int32Array(N * T);
  const lengths = given.toTypedArray();
  for (const [n, length] of lengths.entries()) {
    if (!Number.isInteger(length) || length < 0 || length > T) {
      const expected = `an integer from 0 to T = ${T}`;
      throw new UsageError(message(op, `length ${n} of ${what} is out of range`, { expected, got: show(length) }));
    }
    mask.fill(1, n * T, n * T + length);
  }
  if (x.dtype === "int32" && x.rank === 2) checkFront(op, what, x.toTypedArray(), lengths, T);
  return mask;
}

/**
 * Checks that tokens are not padded in front, where lengths would count the padding and leave tokens out.
 * @throws {UsageError} when every row that is shorter than T begins with its padding
 */
function checkFront(op: string, what: string, tokens: View, lengths: View, T: number): void {
  let shorter = -1;
  for (const [n, length] of lengths.entries()) {
    if (length === T || length === 0) continue;
    const row = tokens.subarray(n * T, (n + 1) * T);
    const isInFront = row.subarray(0, T - length).every((token) => token === 0) && row.at(-1) !== 0;
    if (!isInFront) return;
    shorter = n;
  }
  if (shorter < 0) return;
  const wrong = `${what} counts from the first step, but the tokens are padded in front`;
  const hint = 'Use text.padSequences(…, { padding: "post" }), or leave lengths out: embedding({ maskZero: true }).';
  const got = `${T - lengths[shorter]} times 0 before the ${lengths[shorter]} tokens of row ${shorter}`;
  throw new UsageError(message(op, wrong, { expected: "the padding behind the tokens", got, hint }));
}

function checkShape(
  op: string,
  what: string,
  letters: string,
  wanted: readonly number[],
  shape: readonly number[],
): void {
  const [expected, got] = [wanted, shape].map((sizes) => `[${sizes.join(", ")}]`);
  if (expected === got) return;
  throw new ShapeError(message(op, `${what} does not fit its input`, { expected: `${letters} = ${expected}`, got }));
}
