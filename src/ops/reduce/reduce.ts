/**
 * Sums, means, maxima and minima over axes. An op reduces one run of neighbouring axes; functions over several runs apply it once for each.
 * Letters: x (outer, R, inner), R the axes that are reduced. Positions of extremes are in argExtremes.ts.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { checkObject } from "../../options.js";
import { type MoreKernels, moreKernels } from "../../runtime/parts/more.js";
import { kernels } from "../../runtime/runtime.js";
import { type Shape, normalizeAxis, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Op, apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";
import { sumRun } from "./sumTo.js";

/** Neighbouring axes begin … end − 1, which leave an axis of size 1 or nothing. */
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
      gradient(0, (dX, accumulate) => kernels().sumAxisBackward(dX, dY!.ptr, ...axes, scaleOf(axes[1]), accumulate));
    },
  });
}

// @__NO_SIDE_EFFECTS__
function defineExtreme(name: string, kernelOf: () => MoreKernels["maxAxis"]): Op<AxisRun> {
  return defineOp<AxisRun>({
    name,
    shape([x], run) {
      checkDtype(name, "x", x, "float32");
      if (sizeOf(x.shape.slice(run.begin, run.end)) === 0) {
        const got = `x ${showShape(x.shape)}`;
        throw new ShapeError(
          message(name, "nothing to compare", { expected: "one element or more along the axes", got }),
        );
      }
      return [{ shape: reducedShape(x.shape, run) }];
    },
    forward({ inputs: [x], outputs: [y], attributes: run }) {
      kernelOf()(y.ptr, x.ptr, ...threeAxes(x.shape, run));
    },
    backward({ inputs: [x], outputs: [y], dOutputs: [dY], attributes: run, gradient }) {
      const axes = threeAxes(x.shape, run);
      gradient(0, (dX, accumulate) => moreKernels().maxAxisBackward(dX, dY!.ptr, x.ptr, y.ptr, ...axes, accumulate));
    },
    saved: { inputs: [0], outputs: [0] },
  });
}

/** Options of {@link sum} and its kin. */
export interface ReduceOptions {
  /** Leave each reduced axis in the shape with size 1. Default false. */
  readonly keepDims?: boolean;
}

/** Axes to reduce: one, several, or undefined for all. Negative ones count from the back. */
export type Axes = number | readonly number[] | undefined;

/** The axes by number. Throws UsageError for what is no axis, as options in the place of one, ShapeError for an axis that x has not. */
function axisSet(op: string, axis: Axes, rank: number): Set<number> {
  const listed: unknown = typeof axis === "number" ? [axis] : axis;
  if (listed === undefined) return new Set(Array(rank).keys());
  if (!Array.isArray(listed)) {
    const expected = "a number, a list of numbers, or undefined for all";
    throw new UsageError(message(op, "not an axis", { expected, got: show(axis), hint: "Options come after it." }));
  }
  return new Set(listed.map((i: number) => normalizeAxis(op, i, rank)));
}

/** Reduces run after run, from the back, so that the numbers of the axes before them stay. */
function reduceRuns(op: Op<AxisRun>, x: Tensor, axis: Axes, options: ReduceOptions): Tensor {
  checkTensors(op.name, [x]);
  checkObject(op.name, "the options", options);
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
 * Sum over axes; 0 over none.
 *
 * @param x        float32
 * @param axis     an axis, several, or undefined for all; negative ones count from the back
 * @param options  keepDims: leave the axes with size 1. Default false
 * Errors: ShapeError for an axis out of range or another dtype.
 * Accuracy: about 1e-7 of Σ|x| whatever the length; the order of a sum never depends on threads.
 */
export function sum(x: Tensor, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduceRuns(sumOp, x, axis, options);
}

export const meanOp = defineSum("mean", (r) => 1 / r);

/** Mean over axes; NaN over none. Arguments, errors and accuracy: {@link sum}. */
export function mean(x: Tensor, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduceRuns(meanOp, x, axis, options);
}

export const maxOp = defineExtreme("max", () => moreKernels().maxAxis);

/**
 * Maximum over axes; NaN where there is one. The gradient is shared equally among equal maxima.
 * Arguments: {@link sum}. Errors: ShapeError for an axis out of range, an empty axis, another dtype.
 */
export function max(x: Tensor, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduceRuns(maxOp, x, axis, options);
}

export const minOp = defineExtreme("min", () => moreKernels().minAxis);

/**
 * Minimum over axes; NaN where there is one. The gradient is shared equally among equal minima.
 * Arguments: {@link sum}. Errors: ShapeError for an axis out of range, an empty axis, another dtype.
 */
export function min(x: Tensor, axis?: Axes, options: ReduceOptions = {}): Tensor {
  return reduceRuns(minOp, x, axis, options);
}
