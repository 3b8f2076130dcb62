/** Cuts a box out of a tensor, and sets a tensor into a larger box: each is the gradient of the other. */
import { fill } from "#wasm/kernels";
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { checkList } from "../../options.js";
import { type LoopNest, type Shape, collapse, showShape, stridesOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkFourBytes, copyNest } from "./copy.js";
import { apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";
import { isListOf } from "../../lists.js";

/**
 * The position of a box in a larger tensor: the offset of its corner in bytes, and the nest over both, operands
 * (larger, box).
 */
function boxIn(
  larger: Shape,
  box: Shape,
  begin: readonly number[],
): { readonly offset: number; readonly nest: LoopNest } {
  const strides = stridesOf(larger);
  const offset = 4 * begin.reduce((sum, at, axis) => sum + at * strides[axis], 0);
  return { offset, nest: collapse(box, [strides, stridesOf(box)]) };
}

/** The nest with its two operands in the other order. */
function swapped({ sizes, strides }: LoopNest): LoopNest {
  return { sizes, strides: strides.toReversed() };
}

/** The corner of a box and its sizes. */
export interface Box {
  readonly begin: readonly number[];
  readonly size: Shape;
}

/** y = the box of x. */
export const sliceOp = defineOp<Box>({
  name: "slice",
  shape([x], { size }) {
    checkFourBytes("slice", x);
    return [{ shape: size, dtype: x.dtype }];
  },
  forward({ inputs: [x], outputs: [y], attributes: { begin, size } }) {
    const { offset, nest } = boxIn(x.shape, size, begin);
    copyNest(swapped(nest), y.ptr, x.ptr + offset, 0);
  },
  backward({ inputs: [x], dOutputs: [dY], attributes: { begin, size }, gradient }) {
    const { offset, nest } = boxIn(x.shape, size, begin);
    gradient(0, (dX, accumulate) => {
      if (!accumulate) fill(dX, 0, x.size);
      copyNest(nest, dX + offset, dY!.ptr, accumulate);
    });
  },
});

/**
 * A box of x, as a copy, given by its corner and sizes as in TensorFlow.
 *
 * @param x      float32 or int32
 * @param begin  the corner, one index per axis; missing axes at the end begin at 0
 * @param size   sizes of the box; −1 or a missing size means everything up to the end of the axis
 * @throws {ShapeError} when the box is not inside x
 */
export function slice(x: Tensor, begin: readonly number[], size: readonly number[] = []): Tensor {
  checkTensors("slice", [x]);
  checkList("slice", "begin", begin);
  checkList("slice", "size", size);
  const corner = x.shape.map((_, axis) => begin[axis] ?? 0);
  const sizes = x.shape.map((n, axis) => ((size[axis] ?? -1) === -1 ? n - corner[axis] : size[axis]));
  const isInside = sizes.every((n, axis) => {
    const from = corner[axis];
    return Number.isInteger(from) && Number.isInteger(n) && from >= 0 && n >= 0 && from + n <= x.shape[axis];
  });
  if (!isInside || begin.length > x.rank || size.length > x.rank) {
    const got = `begin ${show(begin)}, size ${show(size)}`;
    throw new ShapeError(
      message("slice", "the slice is not inside x", { expected: `begin and size within x ${showShape(x.shape)}`, got }),
    );
  }
  return apply(sliceOp, [x], { begin: corner, size: sizes });
}

/** How far each axis is extended before and after, and with which value. */
export interface Padding {
  readonly paddings: readonly (readonly [before: number, after: number])[];
  readonly value: number;
}

/** y = x surrounded by a constant. */
export const padOp = defineOp<Padding>({
  name: "pad",
  shape([x], { paddings }) {
    checkDtype("pad", "x", x, "float32");
    return [{ shape: x.shape.map((n, axis) => n + paddings[axis][0] + paddings[axis][1]) }];
  },
  forward({ inputs: [x], outputs: [y], attributes: { paddings, value } }) {
    const { offset, nest } = boxIn(
      y.shape,
      x.shape,
      paddings.map(([before]) => before),
    );
    fill(y.ptr, value, y.size);
    copyNest(nest, y.ptr + offset, x.ptr, 0);
  },
  backward({ inputs: [x], dOutputs: [dY], attributes: { paddings }, gradient }) {
    const { offset, nest } = boxIn(
      dY!.shape,
      x.shape,
      paddings.map(([before]) => before),
    );
    gradient(0, (dX, accumulate) => copyNest(swapped(nest), dX, dY!.ptr + offset, accumulate));
  },
});

/**
 * Adds constant elements before and after each axis.
 *
 * @param x         float32
 * @param paddings  [before, after] for each axis, integers ≥ 0
 * @param value     the constant; default 0
 * @throws {ShapeError} when paddings do not fit x, or x is not float32
 */
export function pad(x: Tensor, paddings: readonly (readonly [number, number])[], value = 0): Tensor {
  checkTensors("pad", [x]);
  checkList("pad", "paddings", paddings);
  if (typeof value !== "number") throw new UsageError(message("pad", "value must be a number", { got: show(value) }));
  const fits = isListOf(paddings, (pair) => isListOf(pair, isSize) && pair.length === 2) && paddings.length === x.rank;
  if (!fits) {
    const expected = `[before, after] ≥ 0 for each axis of x ${showShape(x.shape)}`;
    throw new ShapeError(message("pad", "paddings do not fit x", { expected, got: show(paddings) }));
  }
  return apply(padOp, [x], { paddings, value });
}

function isSize(n: unknown): boolean {
  return Number.isInteger(n) && (n as number) >= 0;
}
