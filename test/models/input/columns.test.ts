/** Columns made of what users hand in, one function at a time: shapes of typed arrays, types, memory, and every refusal. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../../src/errors.js";
import { type DataColumns, columnsOf, splitBatch, tensorsOf } from "../../../src/models/input/batchColumns.js";
import {
  checkSameRows,
  inputColumn,
  made,
  release,
  targetColumn,
  toColumn,
} from "../../../src/models/input/columns.js";
import { givesExtras, inputColumns } from "../../../src/models/input/data.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { bytes, float32, int32, refuses, told } from "./refusals.js";

const free = { shape: undefined, tokens: undefined };
const of = (...shape: readonly number[]) => ({ shape, tokens: undefined });
const tokens = (vocabulary: number, ...shape: readonly number[]) => ({ shape, tokens: { vocabulary } as never });

describe("inputColumn", () => {
  it.each<[string, Parameters<typeof inputColumn>[2], Parameters<typeof inputColumn>[3], unknown[]]>([
    ["a tensor, which stays the user's", float32([4, 3]), of(3), ["float32", [4, 3], false]],
    ["bytes as they are", new Uint8Array(12), of(3), ["uint8", [4, 3], true]],
    ["a typed array of samples end to end", new Float32Array(12), of(2, 3), ["float32", [2, 2, 3], true]],
    ["nested arrays", [[1, 2], [3, 4]], of(2), ["float32", [2, 2], true]],
    ["plain numbers as samples of one", [1, 2, 3], of(1), ["float32", [3, 1], true]],
    ["plain numbers where the shape is open", [1, 2, 3], free, ["float32", [3, 1], true]],
    ["a vector where the shape is open", float32([3]), free, ["float32", [3, 1], true]],
    ["integers where the shape is open", int32([1, 2]), free, ["int32", [2], false]],
    ["more axes where the shape is open", float32([2, 3, 4]), free, ["float32", [2, 3, 4], false]],
    ["tokens as numbers", [[0, 1], [2, 1]], tokens(3, 2), ["int32", [2, 2], true]],
    ["tokens as bytes", new Uint8Array(4), tokens(3, 2), ["int32", [2, 2], true]],
    ["tokens as they are", int32([0, 2], [1, 2]), tokens(3, 2), ["int32", [1, 2], false]],
    ["one token a sample", int32([0, 2]), tokens(3), ["int32", [2], false]],
    ["samples of no axes", new Float32Array(3), of(), ["float32", [3], true]],
  ])("takes %s, and leaves nothing but the column", (_, data, rule, wanted) => {
    const before = bytes();
    const column = inputColumn("f", "x", data, rule);
    expect(told(column)).toEqual(wanted);
    release([column]);
    expect(bytes()).toBe(before);
  }); // prettier-ignore

  it.each<[string, unknown, Parameters<typeof inputColumn>[3], string]>([
    ["nothing", undefined, of(3), "f: x is missing; expected a tensor, nested arrays or a typed array, got undefined."],
    ["null", null, of(3), "f: x is missing; expected a tensor, nested arrays or a typed array, got null."],
    ["no samples", new Float32Array(0), of(3), "f: x is empty; expected N ≥ 1 samples, got [0, 3]."],
    ["a scalar", 5, of(3), "f: x does not fit the model; expected [N, 3], got x []."],
    ["a scalar where the shape is open", 5, free, "f: x does not fit the model; expected [N, …], got x []."],
    ["other samples", float32([4, 2]), of(3), "f: x does not fit the model; expected [N, 3], got x [4, 2]."],
    ["a typed array that does not divide", new Float32Array(7), of(3), "f: x does not fit the model; expected [N, 3], got x [7]. A typed array holds N samples of 3 end to end."],
    ["plain numbers", [1, 2, 3], of(3), "f: x does not fit the model; expected [N, 3], got x [3]."],
    ["doubles", new Float64Array(3), of(3), "f: x is of an unknown array type; expected Float32Array, Int32Array or Uint8Array, got Float64Array. Convert it, for example by Float32Array.from(values)."],
    ["NaN", [[1, 2], [NaN, 3]], of(2), "f: x has a value that is not finite in sample 1; expected finite numbers, got NaN."],
    ["an infinity at the end", new Float32Array([1, 2, 3, -Infinity]), of(2), "f: x has a value that is not finite in sample 1; expected finite numbers, got -Infinity."],
    ["a token too large", [[0, 1], [2, 3]], tokens(3, 2), "f: x has a token outside the vocabulary in sample 1; expected integers 0 ≤ token < inputDim = 3, got 3."],
    ["a token below 0", int32([0, -1], [1, 2]), tokens(3, 2), "f: x has a token outside the vocabulary in sample 0; expected integers 0 ≤ token < inputDim = 3, got -1."],
    ["half a token", [[0.5, 1]], tokens(3, 2), "f: x has a token outside the vocabulary in sample 0; expected integers 0 ≤ token < inputDim = 3, got 0.5."],
  ])("refuses %s and frees what it made", (_, data, rule, text) => {
    refuses(() => inputColumn("f", "x", data as never, rule), ShapeError, text);
  }); // prettier-ignore
});

describe("targetColumn", () => {
  it.each<[string, Parameters<typeof targetColumn>[2], number, readonly number[], unknown[]]>([
    ["rows end to end", new Float32Array(6), 2, [3], ["float32", [2, 3], true]],
    ["as many labels as rows", new Int32Array(2), 2, [3], ["int32", [2], true]],
    ["labels as numbers", [0, 1], 2, [3], ["int32", [2], true]],
    ["labels as bytes", new Uint8Array(2), 2, [3], ["int32", [2], true]],
    ["labels that are a tensor", int32([0, 1]), 2, [3], ["int32", [2], false]],
    ["labels of steps end to end", new Int32Array(8), 2, [4, 3], ["int32", [2, 4], true]],
    ["one number a row", [1, 0], 2, [1], ["float32", [2, 1], true]],
    ["one integer a row", int32([1, 0]), 2, [1], ["float32", [2, 1], true]],
    ["rows as they are", float32([2, 3]), 2, [3], ["float32", [2, 3], false]],
    ["rows of integers", int32([0, 1, 0, 1], [2, 2]), 2, [2], ["float32", [2, 2], true]],
    ["numbers for an output without axes", [1, 2], 2, [], ["float32", [2], true]],
    ["numbers of steps for an output of one a step", float32([2, 4]), 2, [4, 1], ["float32", [2, 4, 1], true]],
  ])("takes %s, and leaves nothing but the column", (_, data, rows, outputShape, wanted) => {
    const before = bytes();
    const column = targetColumn("f", "y", data, rows, outputShape);
    expect(told(column)).toEqual(wanted);
    release([column]);
    expect(bytes()).toBe(before);
  });

  it("keeps the values", () => {
    const values = (data: never, rows: number, shape: number[]) => targetColumn("f", "y", data, rows, shape).tensor.toArray();
    expect(values([2, 0] as never, 2, [3])).toEqual([2, 0]);
    expect(values(int32([1, 0]) as never, 2, [1])).toEqual([[1], [0]]);
    expect(values(Int32Array.of(-(2 ** 31), 2 ** 31 - 1) as never, 2, [3])).toEqual([-(2 ** 31), 2 ** 31 - 1]);
  }); // prettier-ignore

  it("labels of a length of their own are rows of int32, whatever the outputs have for steps", () => {
    const own = (data: unknown, rows: number) => targetColumn("f", "y", data as never, rows, [9, 3], true);
    const given: [unknown, unknown[]][] = [
      [new Int32Array(8), ["int32", [2, 4], true]],
      [new Uint8Array(2 * 9 * 3), ["int32", [2, 27], true]],
      [[[1, 2], [0, 1]], ["int32", [2, 2], true]],
    ];
    for (const [data, wanted] of given) {
      const column = own(data, 2);
      expect(told(column)).toEqual(wanted);
      release([column]);
    }
    const wrong = "f: y does not fit the model's output; expected labels [N, L], got y";
    refuses(() => own(new Int32Array(7), 2), ShapeError, `${wrong} [7].`);
    const rows = float32([2, 9, 3]);
    refuses(() => own(rows, 2), ShapeError, `${wrong} [2, 9, 3].`);
  }); // prettier-ignore

  it.each<[string, unknown, number, readonly number[], string]>([
    ["no rows", [], 2, [3], "f: y is empty; expected N ≥ 1 samples, got [0]."],
    ["other rows", float32([2, 4]), 2, [3], "f: y does not fit the model's output; expected [N, 3] or labels [N], got y [2, 4]."],
    ["other rows of one", float32([2, 4]), 2, [1], "f: y does not fit the model's output; expected [N, 1], got y [2, 4]."],
    ["a label that is no integer", [0, 1.5], 2, [3], "f: y has a label that is not an integer in sample 1; expected labels 0, 1, …, got 1.5."],
    ["a label that no int32 holds", [2 ** 31], 1, [3], "f: y has a label that is not an integer in sample 0; expected labels 0, 1, …, got 2147483648."],
    ["a number that is not finite", [[1, Infinity]], 1, [2], "f: y has a value that is not finite in sample 0; expected finite numbers, got Infinity."],
    ["labels of steps that do not divide", new Int32Array(7), 2, [4, 3], "f: y does not fit the model's output; expected [N, 4, 3] or labels [N, 4], got y [7]."],
  ])("refuses %s and frees what it made", (_, data, rows, outputShape, text) => {
    refuses(() => targetColumn("f", "y", data as never, rows, outputShape), ShapeError, text);
  }); // prettier-ignore
});

describe("lists of columns", () => {
  it("are freed when one of them cannot be made, those of the user aside", () => {
    const own = float32([2]);
    const before = bytes();
    const fill = (columns: { tensor: Tensor; isOwned: boolean }[]): void => {
      columns.push(
        toColumn("f", "x", [1, 2], () => []),
        toColumn("f", "x", own, () => []),
      );
      throw new UsageError("wrong");
    };
    expect(() => made(fill)).toThrow("wrong");
    expect(bytes()).toBe(before);
    expect(own.toArray()).toEqual([0, 0]);
  });

  it("have as many rows each as the first", () => {
    const named = (name: string, n: number) => ({ name, tensor: float32([n, 2]) });
    checkSameRows("f", [named("x", 3), named("y", 3)]);
    refuses(() => checkSameRows("f", [{ name: "x", tensor: own }, { name: "y", tensor: own }, { name: "z", tensor: other }]), ShapeError, "f: x and z differ in the number of samples; expected the same N, got x [3, 2] and z [2, 2].");
  }); // prettier-ignore

  it("of several inputs bear their names, or numbers", () => {
    const shapes = (...names: (string | undefined)[]) =>
      ({ inputs: names.map((name) => ({ ...of(2), name })), outputs: 1, outputShapes: () => [] }) as never;
    const columns = inputColumns("f", shapes("a", undefined), [[[1, 2]], [[3, 4]]]);
    expect(columns.map(({ tensor: t }) => t.toArray())).toEqual([[[1, 2]], [[3, 4]]]);
    release(columns);
    refuses(() => inputColumns("f", shapes("a", undefined), [[[1, 2]], [[3]]]), ShapeError, "f: x[1] does not fit the model; expected [N, 2], got x[1] [1, 1].");
    refuses(() => inputColumns("f", shapes("a", undefined), [[[1, 2]], [[3, 4], [5, 6]]]), ShapeError, "f: a and x[1] differ in the number of samples; expected the same N, got a [1, 2] and x[1] [2, 2].");
    refuses(() => inputColumns("f", shapes(undefined), [[1, 2, 3]]), ShapeError, "f: x does not fit the model; expected [N, 2], got x [1, 3].");
    refuses(() => inputColumns("f", shapes("a", "b"), [[1, 2]]), ShapeError, "f: number of inputs differs; expected a list of 2, got a list of 1.");
    refuses(() => inputColumns("f", shapes("a", "b"), own), ShapeError, "f: number of inputs differs; expected a list of 2, got Tensor.");
    refuses(() => inputColumns("f", shapes("a"), [own, own]), ShapeError, "f: number of inputs differs; expected x itself, got a list of 2.");
    refuses(() => inputColumns("f", shapes("a"), [own, [1, 2]] as never), ShapeError, "f a: values[0] must be a number; got Tensor.");
    release(inputColumns("f", shapes("a"), [own]));
    release(inputColumns("f", shapes("a"), own));
  }); // prettier-ignore

  it("give a batch its roles back: inputs, targets, weights, and masks where there are some", () => {
    const column = (n: number) => ({ tensor: int32([n]), isOwned: true });
    const data: DataColumns = { inputs: [column(0), column(1)], targets: [column(2)], weights: [column(3)], masks: [undefined, column(4)] };
    expect(tensorsOf(data).map((t) => t.item())).toEqual([0, 1, 2, 3, 4]);
    expect(columnsOf({ ...data, weights: [], masks: [] }).map(({ tensor: t }) => t.item())).toEqual([0, 1, 2]);
    const read = (one: DataColumns) => {
      const { inputs, targets, weights, masks } = splitBatch(one, tensorsOf(one));
      return [inputs, targets, weights, masks].map((list) => list.map((t) => t?.item()));
    };
    expect(read(data)).toEqual([[0, 1], [2], [3], [undefined, 4]]);
    expect(read({ ...data, weights: [], masks: [column(5), column(6)] })).toEqual([[0, 1], [2], [], [5, 6]]);
  }); // prettier-ignore

  const [own, other] = [float32([3, 2]), float32([2, 2])];
});

it("what comes with masks or weights is told", () => {
  expect(givesExtras(undefined, {}, { mask: undefined })).toBe(false);
  for (const given of [{ mask: [] }, { lengths: [] }, { sampleWeight: 0 }, { classWeight: {} }]) expect(givesExtras(undefined, given)).toBe(true);
}); // prettier-ignore
