/**
 * The options of convolutions, and the checks that operands fit, along one to three axes.
 * Letters: x (N, …, C), kernel (k…, C / groups, O), y (N, …, O), where … is T, H W or D H W.
 */
import { ShapeError, message } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { type Shape, checkRank, showShape, sizeOf } from "../../tensor/shape.js";
import {
  type WindowPadding,
  type WindowPlaces,
  checkWindowPadding,
  eachAxis,
  windowPlaces,
} from "../../tensor/window.js";

/** Options of windows, as users pass them. */
export interface WindowOptions {
  /** Step of the window, one number or one for each axis. Default 1. */
  readonly strides?: number | readonly number[];
  /** Default "valid": no padding. */
  readonly padding?: WindowPadding;
  /** The distance between the elements of a window. Default 1. */
  readonly dilationRate?: number | readonly number[];
}

/** Options of convolutions. */
export interface ConvolutionOptions extends WindowOptions {
  /**
   * The number of groups that channels and filters are divided into; each group sees only its own channels. Default 1.
   */
  readonly groups?: number;
}

/** Window options with a number for each axis. */
export interface Windows {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: WindowPadding;
}

/**
 * Checks options for `axes` axes and fills in the defaults.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function windowsOf(op: string, options: WindowOptions, axes: number): Windows {
  const { strides = 1, padding = "valid", dilationRate = 1 } = options;
  checkWindowPadding(op, padding, axes);
  return {
    strides: eachAxis(op, "strides", strides, axes),
    dilations: eachAxis(op, "dilationRate", dilationRate, axes),
    padding,
  };
}

/** The letters in messages for an operand with so many axes besides the batch and the channels. */
const letters = {
  1: { input: "[N, T, C]", kernel: "[k, C / groups, O]", axes: ["T"] },
  2: { input: "[N, H, W, C]", kernel: "[kH, kW, C / groups, O]", axes: ["H", "W"] },
  3: { input: "[N, D, H, W, C]", kernel: "[kD, kH, kW, C, O]", axes: ["D", "H", "W"] },
} as const;

/**
 * The sizes of a convolution's output, and the padding before and after each axis.
 *
 * @param op  the function that the user called     @param x  shape (N, …, C)
 * @param kernel  shape (k…, C / groups, O)          @param bias  shape, which must be (O), or undefined
 * @throws {ShapeError} when ranks, channels, groups or bias do not fit, or the window is larger than the padded input
 * @throws {UsageError} when groups is not an integer ≥ 1
 */
export function placesOf(
  op: string,
  x: Shape,
  kernel: Shape,
  bias: Shape | undefined,
  { strides, dilations, padding }: Windows,
  groups: number,
): { readonly output: number[]; readonly before: number[]; readonly after: number[] } {
  const rank = strides.length as 1 | 2 | 3;
  const names = letters[rank];
  checkRank(op, "x", x, names.input);
  checkKernel(op, kernel, names.kernel);
  checkInteger(op, "groups", groups, "[1, ∞)");
  const [C, O] = [x[rank + 1], kernel[rank + 1]];
  const shownKernel = `kernel ${names.kernel} = ${showShape(kernel)}`;
  if (C % groups !== 0 || O % groups !== 0) {
    const got = `${C} channels, ${O} filters, ${groups} groups`;
    throw new ShapeError(
      message(op, "groups do not divide the channels", { expected: "C and O multiples of groups", got }),
    );
  }
  if (kernel[rank] * groups !== C) {
    const expected = `C = ${kernel[rank] * groups} (${shownKernel}${groups === 1 ? "" : `, ${groups} groups`})`;
    throw new ShapeError(
      message(op, "input channels differ", { expected, got: `C = ${C} (x ${names.input} = ${showShape(x)})` }),
    );
  }
  checkBias(op, bias, O, shownKernel);
  const axes = names.axes.map((name, i) => {
    return { name, input: x[i + 1], window: kernel[i], stride: strides[i], dilation: dilations[i] };
  });
  const places = windowPlaces(op, axes, padding);
  const each = (name: keyof WindowPlaces): number[] => places.map((place) => place[name]);
  return { output: each("output"), before: each("before"), after: each("after") };
}

/** Checks that the kernel has an axis for each letter, none of them empty. @throws {ShapeError} when it has not */
export function checkKernel(op: string, kernel: Shape, letters: string): void {
  checkRank(op, "kernel", kernel, letters);
  if (sizeOf(kernel) > 0) return;
  const got = `kernel ${letters} = ${showShape(kernel)}`;
  throw new ShapeError(message(op, "the kernel is empty", { expected: "sizes ≥ 1", got }));
}

/**
 * Checks that the bias is a vector of O elements. @param kernel as shown in the message
 * @throws {ShapeError} when it is not
 */
export function checkBias(op: string, bias: Shape | undefined, O: number, kernel: string): void {
  if (bias === undefined || (bias.length === 1 && bias[0] === O)) return;
  const expected = `bias [O] with O = ${O} (${kernel})`;
  throw new ShapeError(message(op, "the bias does not fit", { expected, got: `bias ${showShape(bias)}` }));
}
