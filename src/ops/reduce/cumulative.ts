/** Running sums and products along an axis. Letters: x (outer, R, inner), R along the axis. */
import { cumulativeProduct, cumulativeProductBackward, cumulativeSum } from "#wasm/kernels";
import { type Values, flag, resolve } from "../../options.js";
import { type Shape, normalizeAxis, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Op, apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";

/** Options of {@link cumsum} and {@link cumprod}. */
export interface CumulativeOptions {
  /** True leaves each element out of its own sum, so that the first is 0, or 1 for products. Default false. */
  readonly exclusive?: boolean;
  /** True begins at the end of the axis. Default false. */
  readonly reverse?: boolean;
}

const table = { exclusive: flag(false), reverse: flag(false) };

/** The axis, counted from the front, and the options. */
export interface CumulativeRun extends Values<typeof table> {
  readonly axis: number;
}

/** Sizes of (outer, R, inner). */
function threeAxes(shape: Shape, axis: number): [outer: number, r: number, inner: number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];
}

export const cumsumOp = defineOp<CumulativeRun>({
  name: "cumsum",
  shape([x]) {
    checkDtype("cumsum", "x", x, "float32");
    return [{ shape: x.shape }];
  },
  forward({ inputs: [x], outputs: [y], attributes: { axis, exclusive, reverse } }) {
    cumulativeSum(y.ptr, x.ptr, ...threeAxes(x.shape, axis), +exclusive, +reverse, 0);
  },
  backward({ inputs: [x], dOutputs: [dY], attributes: { axis, exclusive, reverse }, gradient }) {
    gradient(0, (dX, accumulate) =>
      cumulativeSum(dX, dY!.ptr, ...threeAxes(x.shape, axis), +exclusive, +!reverse, accumulate),
    );
  },
});

export const cumprodOp = defineOp<CumulativeRun>({
  name: "cumprod",
  shape([x]) {
    checkDtype("cumprod", "x", x, "float32");
    return [{ shape: x.shape }];
  },
  forward({ inputs: [x], outputs: [y], attributes: { axis, exclusive, reverse } }) {
    cumulativeProduct(y.ptr, x.ptr, ...threeAxes(x.shape, axis), +exclusive, +reverse);
  },
  backward({ inputs: [x], outputs: [y], dOutputs: [dY], attributes: { axis, exclusive, reverse }, gradient }) {
    const [outer, r, inner] = threeAxes(x.shape, axis);
    gradient(0, (dX, accumulate) =>
      cumulativeProductBackward(dX, dY!.ptr, x.ptr, y.ptr, outer, r, inner, +exclusive, +reverse, accumulate),
    );
  },
  saved: { inputs: [0], outputs: [0] },
});

function applyAlong(op: Op<CumulativeRun>, x: Tensor, axis: number, options: CumulativeOptions): Tensor {
  checkTensors(op.name, [x]);
  const values = resolve(op.name, options, table);
  return apply(op, [x], { axis: normalizeAxis(op.name, axis, x.rank), ...values });
}

/**
 * Running sums along an axis: y₀ = x₀, y₁ = x₀ + x₁, … The sums are taken in float64 and rounded once.
 *
 * @param x     float32, rank ≥ 1
 * @param axis  default −1, the last
 * @throws {ShapeError} when the axis is out of range or x is not float32
 * @throws {UsageError} when an option is unknown or of another type
 */
export function cumsum(x: Tensor, axis = -1, options: CumulativeOptions = {}): Tensor {
  return applyAlong(cumsumOp, x, axis, options);
}

/**
 * Running products along an axis: y₀ = x₀, y₁ = x₀·x₁, … The gradient is right where x is 0, too. Arguments and errors:
 * {@link cumsum}.
 */
export function cumprod(x: Tensor, axis = -1, options: CumulativeOptions = {}): Tensor {
  return applyAlong(cumprodOp, x, axis, options);
}
