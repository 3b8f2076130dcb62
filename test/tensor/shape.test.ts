/** Arithmetic on shapes. */
import { describe, expect, it } from "vitest";
import { show } from "../../src/errors.js";
import {
  broadcastShapes,
  broadcastStrides,
  collapse,
  normalizeAxis,
  rowsOf,
  showShape,
  sizeOf,
  stridesOf,
} from "../../src/tensor/shape.js";

describe("sizes and strides", () => {
  it.each([
    [[], 1, 1, []],
    [[5], 5, 1, [1]],
    [[2, 3, 4], 24, 6, [12, 4, 1]],
    [[2, 0, 4], 0, 0, [0, 4, 1]],
  ])("%j has %i elements in %i rows, strides %j", (shape, size, rows, strides) => {
    expect([sizeOf(shape), rowsOf(shape), stridesOf(shape)]).toEqual([size, rows, strides]);
  });

  it("are shown in brackets", () => {
    expect([showShape([2, 3]), showShape(["N", 3]), showShape([])]).toEqual(["[2, 3]", "[N, 3]", "[]"]);
  });
});

describe("axes", () => {
  it("count from the back when negative", () => {
    expect([normalizeAxis("sum", -1, 3), normalizeAxis("sum", 2, 3), normalizeAxis("sum", -3, 3)]).toEqual([2, 2, 0]);
  });

  it.each([3, -4, 1.5, NaN, "1"])("%s is refused for rank 3", (axis) => {
    expect(() => normalizeAxis("sum", axis as number, 3)).toThrow(
      `sum: axis ${show(axis)} is out of range for a tensor of rank 3; expected an integer in [-3, 3)`,
    );
  });
});

describe("broadcasting", () => {
  it.each([
    [[], [], []],
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [
      [0, 3],
      [1, 3],
      [0, 3],
    ],
    [
      [4, 1, 3],
      [2, 1],
      [4, 2, 3],
    ],
  ])("%j and %j give %j", (a, b, out) => {
    expect(broadcastShapes("add", a, b)).toEqual(out);
    expect(broadcastShapes("add", b, a)).toEqual(out);
  });

  it.each([
    [[2, 3], [2]],
    [[0], [2]],
  ])("%j and %j do not fit", (a, b) => {
    expect(() => broadcastShapes("add", a, b)).toThrow("add: shapes do not broadcast;");
  });

  it("repeats along an axis by a stride of 0", () => {
    expect(broadcastStrides([3], [2, 3])).toEqual([0, 1]);
    expect(broadcastStrides([4, 1, 3], [4, 2, 3])).toEqual([3, 0, 1]);
  });
});

describe("collapse", () => {
  it("joins axes that every operand walks without a gap and drops axes of one", () => {
    expect(collapse([2, 3, 1, 4], [[12, 4, 4, 1]])).toEqual({ sizes: [24], strides: [[1]] });
    expect(
      collapse(
        [2, 3, 4],
        [
          [12, 4, 1],
          [0, 0, 1],
        ],
      ),
    ).toEqual({
      sizes: [6, 4],
      strides: [
        [4, 1],
        [0, 1],
      ],
    });
    expect(
      collapse(
        [2, 3],
        [
          [3, 1],
          [1, 2],
        ],
      ),
    ).toEqual({
      sizes: [2, 3],
      strides: [
        [3, 1],
        [1, 2],
      ],
    });
    expect(collapse([1, 1], [[1, 1]])).toEqual({ sizes: [], strides: [[]] });
  });
});
