/**
 * Sums, means, products, maxima and minima over axes. An op reduces one run of neighbouring axes; the functions apply it once for
 * each run.
 * Letters: x (outer, R, inner), R the reduced axes. Positions of extremes are in argExtremes.ts.
 */
import { maxAxis, maxAxisBackward, minAxis, productAxis, productAxisBackward, sumAxisBackward } from "#wasm/kernels";
import { ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import { type Shape, normalizeAxis, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Op, apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";
import { sumRun } from "./sumTo.js";

/** The neighbouring axes begin … end − 1, which become axes of size 1 or disappear. */
export interface AxisRun {
  readonly begin: number;
  readonly end: number;
  readonly keepDims: boolean;
}

/** The shape without the axes of a run. */
function reducedShape(shape: Shape, { begin, end, keepDims }: AxisRun): Shape {
  return [...shape.slice(0, begin), ...(keepDims ? new Array<number>(end - begin).fill(1) : []), ...shape.slice(end)];
}

/** Sizes of (outer, R, inner). */
function threeAxes(shape: Shape, { begin, end }: AxisRun): [number, number, number] {
  return [sizeOf(shape.slice(0, begin)), sizeOf(shape.slice(begin, end)), sizeOf(shape.slice(end))];
}

// @__NO_SIDE_EFFECTS__
function defineSum(name: string, scaleOf: (r: number) => number): Op<AxisRun> {
  return defineOp<AxisRun>({
    name,
    shape([x], run) {
      checkDtype(name, "x", x, "float32");
      return [{ shape: reducedShape(x.shape, run) }];
    },
    forward({ inputs: [x], outputs: [y], attributes: run, scratch }) {
      const axes = threeAxes(x.shape, run);
      sumRun(y.ptr, x.ptr, axes, scaleOf(axes[1]), 0, scratch);
    },
    backward({ inputs: [x], dOutputs: [dY], attributes: run, gradient }) {
      const axes = threeAxes(x.shape, run);
      gradient(0, (dX, accumulate) => sumAxisBackward(dX, dY!.ptr, ...axes, scaleOf(axes[1]), accumulate));
    },
  });
}

/** Throws ShapeError where the sizes of the reduced axes leave no elements. */
export function checkElements(op: string, shape: Shape, reduced: Shape): void {
  if (sizeOf(reduced) > 0) return;
  const got = `x ${showShape(shape)}`;
  throw new ShapeError(
    message(op, "there is nothing to compare", { expected: "at least one element along the axes", got }),
  );
}

// @__NO_SIDE_EFFECTS__
function defineExtreme(name: string, kernel: typeof maxAxis): Op<AxisRun> {
  return defineOp<AxisRun>({
    name,
    shape([x], run) {
      checkDtype(name, "x", x, "float32");
      checkElements(name, x.shape, x.shape.slice(run.begin, run.end));
      return [{ shape: reducedShape(x.shape, run) }];
    },
    forward({ inputs: [x], outputs: [y], attributes: run }) {
      kernel(y.ptr, x.ptr, ...threeAxes(x.shape, run));
    },
    backward({ inputs: [x], outputs: [y], dOutputs: [dY], attributes: run, gradient }) {
      const axes = threeAxes(x.shape, run);
      gradient(0, (dX, accumulate) => maxAxisBackward(dX, dY!.ptr, x.ptr, y.ptr, ...axes, accumulate));
    },
    saved: { inputs: [0], outputs: [0] },
  });
}

/** Options of {@link sum}, {@link mean}, {@link prod}, {@link max}, {@link min} and logSumExp. */
export interface ReduceOptions {
  /** True keeps each reduced axis with size 1. Default false. */
  readonly keepDims?: boolean;
}

/** The axes to reduce: one, several, or undefined for all. Negative axes count from the back. */
export type Axes = number | readonly number[] | undefined;

/**
 * The axes as numbers.
 * @throws {UsageError} when it is not an axis, for example options in its place, or an axis is repeated
 * @throws {ShapeError} when x does not have the axis
 */
export function axisSet(op: string, axis: Axes, rank: number): Set<number> {
  const listed: unknown = typeof axis === "number" ? [axis] : axis;
  if (listed === undefined) return new Set(Array(rank).keys());
  if (!Array.isArray(listed)) {
    const expected = "a number, an array of numbers, or undefined for all axes";
    throw new UsageError(
      message(op, "axis has the wrong type", { expected, got: show(axis), hint: "Options come after the axis." }),
    );
  }
  const axes = new Set(listed.map((i: number) => normalizeAxis(op, i, rank)));
  if (axes.size === listed.length) return axes;
  throw new UsageError(message(op, "an axis is repeated", { expected: "each axis once", got: show(listed) }));
}

/** Reduces run after run, from the back, so that the numbers of the axes before a run stay valid. */
function reduceRuns(op: Op<AxisRun>, x: Tensor, axis: Axes, options: ReduceOptions): Tensor {
  checkTensors(op.name, [x]);
  checkKeys(op.name, options, ["keepDims"]);
  const { keepDims = false } = options;
  const axes = axisSet(op.name, axis, x.rank);
  let y: Tensor | undefined;
  for (let end = x.rank; end > 0; end--) {
    if (!axes.has(end - 1)) continue;
    let begin = end - 1;
    while (axes.has(begin - 1)) begin--;
    y = apply(op, [y ?? x], { begin, end, keepDims });
    end = begin + 1;
  }
  return y ?? apply(op, [x], { begin: x.rank, end: x.rank, keepDims });
}

export const sumOp = defineSum("sum", () => 1);

/**
 * Sum over axes; 0 over no elements.
 *
 * @param x        float32
 * @param axis     one axis, several, or undefined for all; negative axes count from the back
 * @param options  keepDims: keep the axes with size 1. Default false
 * Accuracy: about 1e-7 of Σ|x|, whatever the length; the order of a sum never depends on threads.
 * @throws {ShapeError} when an axis is out of range or x is not float32
 */
export function sum(x: Tensor, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduceRuns(sumOp, x, axis, options);
}

export const meanOp = defineSum("mean", (r) => 1 / r);

/** Mean over axes; NaN over no elements. Arguments, errors and accuracy: {@link sum}. */
export function mean(x: Tensor, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduceRuns(meanOp, x, axis, options);
}

export const prodOp = defineOp<AxisRun>({
  name: "prod",
  shape([x], run) {
    checkDtype("prod", "x", x, "float32");
    return [{ shape: reducedShape(x.shape, run) }];
  },
  forward({ inputs: [x], outputs: [y], attributes: run }) {
    productAxis(y.ptr, x.ptr, ...threeAxes(x.shape, run));
  },
  backward({ inputs: [x], dOutputs: [dY], attributes: run, gradient }) {
    const axes = threeAxes(x.shape, run);
    gradient(0, (dX, accumulate) => productAxisBackward(dX, dY!.ptr, x.ptr, ...axes, accumulate));
  },
  saved: { inputs: [0] },
});

/**
 * Product over axes; 1 over no elements. The gradient is right where x is 0, too: it is the product of the others.
 * Arguments and errors: {@link sum}. Over axes that are neighbours the product is taken in float64 and rounded once.
 */
export function prod(x: Tensor, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduceRuns(prodOp, x, axis, options);
}

export const maxOp = defineExtreme("max", maxAxis);

/**
 * Maximum over axes; NaN if there is one. Equal maxima share the gradient equally. Arguments: {@link sum}.
 * @throws {ShapeError} when an axis is out of range or empty, or x is not float32
 */
export function max(x: Tensor, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduceRuns(maxOp, x, axis, options);
}

export const minOp = defineExtreme("min", minAxis);

/**
 * Minimum over axes; NaN if there is one. Equal minima share the gradient equally. Arguments: {@link sum}.
 * @throws {ShapeError} when an axis is out of range or empty, or x is not float32
 */
export function min(x: Tensor, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduceRuns(minOp, x, axis, options);
}
