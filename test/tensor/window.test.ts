/** Places of sliding windows: against a count of every window that fits, TensorFlow's own examples, and the errors. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../src/errors.js";
import { type WindowPadding, checkWindowPadding, eachAxis, windowPlaces } from "../../src/tensor/window.js";

const along = (input: number, window: number, stride: number, padding: WindowPadding, dilation = 1) =>
  windowPlaces("conv1d", [{ name: "T", input, window, stride, dilation }], padding)[0];

describe("windowPlaces", () => {
  it("same pads as TensorFlow: as little as ⌈input / stride⌉ windows need, the odd element after", () => {
    expect(along(28, 3, 1, "same")).toEqual({ output: 28, before: 1, after: 1 });
    expect(along(28, 2, 1, "same")).toEqual({ output: 28, before: 0, after: 1 });
    expect(along(13, 6, 5, "same")).toEqual({ output: 3, before: 1, after: 2 }); // the example of TensorFlow's page
    expect(along(7, 3, 2, "same")).toEqual({ output: 4, before: 1, after: 1 });
    expect(along(8, 3, 2, "same")).toEqual({ output: 4, before: 0, after: 1 });
    expect(along(5, 1, 3, "same")).toEqual({ output: 2, before: 0, after: 0 }); // windows leave elements out, never negative padding
    expect(along(6, 3, 1, "same", 4)).toEqual({ output: 6, before: 4, after: 4 });
    expect(along(0, 3, 1, "same")).toEqual({ output: 0, before: 0, after: 0 });
  });

  it("valid and explicit padding give as many windows as fit, for all sizes up to 9", () => {
    for (let input = 1; input <= 9; input++) {
      for (let window = 1; window <= 4; window++) {
        for (const [stride, dilation, before, after] of [
          [1, 1, 0, 0],
          [2, 1, 1, 0],
          [3, 2, 0, 2],
          [4, 3, 3, 1],
        ] as const) {
          let count = 0;
          for (let at = -before; at + (window - 1) * dilation < input + after; at += stride) count++;
          if (count === 0) {
            expect(() => along(input, window, stride, [[before, after]], dilation)).toThrow(ShapeError);
          } else {
            const want = { output: count, before, after };
            expect(along(input, window, stride, [[before, after]], dilation)).toEqual(want);
            if (before === 0 && after === 0) expect(along(input, window, stride, "valid", dilation)).toEqual(want);
          }
        }
      }
    }
  });

  it("takes one number for all sides, and one for each axis", () => {
    const axes = [
      { name: "H", input: 5, window: 3, stride: 1 },
      { name: "W", input: 6, window: 2, stride: 2 },
    ];
    expect(windowPlaces("conv2d", axes, 1)).toEqual([
      { output: 5, before: 1, after: 1 },
      { output: 4, before: 1, after: 1 },
    ]);
    expect(windowPlaces("conv2d", axes, [2, [0, 1]])).toEqual([
      { output: 7, before: 2, after: 2 },
      { output: 3, before: 0, after: 1 },
    ]);
  });

  it("names axis, padding and dilation where a window is too large", () => {
    expect(() => along(4, 3, 1, [[1, 0]], 3)).toThrow(
      new ShapeError(
        "conv1d: the window is larger than the padded input; expected a window of at most 5 along T (input 4, padding 1 + 0), " +
          'got 7 (size 3, dilation 3). Use a smaller window, more padding, or padding: "same".',
      ),
    );
  });
});

describe("checks of options", () => {
  it("padding: the forms that are allowed, and no other", () => {
    for (const padding of ["same", "valid", 0, 3, [1, 2], [[0, 1], 2]] as const) {
      expect(() => checkWindowPadding("conv2d", padding, 2)).not.toThrow();
    }
    for (const padding of ["full", -1, 0.5, [1], [1, 2, 3], [[1, 2, 3], 0], [[-1, 0], 0], null, {}]) {
      expect(() => checkWindowPadding("conv2d", padding as never, 2)).toThrow(UsageError);
    }
    expect(() => checkWindowPadding("conv2d", "full" as never, 2)).toThrow(
      'conv2d: padding has the wrong form; expected "same", "valid", an integer ≥ 0 or [p or [before, after], p or [before, after]], got "full".',
    );
  });

  it("sizes: one for all axes, or one for each", () => {
    expect(eachAxis("conv2d", "strides", 2, 2)).toEqual([2, 2]);
    expect(eachAxis("conv2d", "strides", [2, 3], 2)).toEqual([2, 3]);
    for (const strides of [0, 1.5, -1, NaN, "2", [1], [1, 0], [1, 1, 1]]) {
      expect(() => eachAxis("conv2d", "strides", strides as never, 2)).toThrow(UsageError);
    }
    expect(() => eachAxis("conv2d", "strides", 0, 2)).toThrow(
      "conv2d: strides is out of range; expected an integer in [1, ∞), got 0.",
    );
    expect(() => eachAxis("conv2d", "strides", [1], 2)).toThrow(
      "conv2d: strides has the wrong length; expected one number or 2, got [1].",
    );
  });
});
