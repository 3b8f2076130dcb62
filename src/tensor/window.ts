/**
 * How the windows of a convolution or a pooling slide along the axes of an image or a sequence: the size of the output,
 * and the padding on each side.
 * Letters, for one axis: input and window in elements; the window's extent, (window − 1) · dilation + 1; stride; window
 * o begins at o · stride − before. Numbers only: no tensors, no memory. Source of "same" and "valid": TensorFlow,
 * https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { type Option, checkInteger } from "../options.js";
import { isListOf } from "../lists.js";

/**
 * Padding as users write it: "same" or "valid" as in Keras, one number for all sides, or for each axis a number or
 * [before, after].
 */
export type WindowPadding = "same" | "valid" | number | readonly (number | readonly [before: number, after: number])[];

/** How a window slides along one axis. */
export interface WindowAxis {
  /** The axis's letter in messages, such as "H". */
  readonly name: string;
  readonly input: number;
  readonly window: number;
  readonly stride: number;
  /** Default 1. */
  readonly dilation?: number;
}

/** Where the windows of one axis lie. */
export interface WindowPlaces {
  /** The number of windows: the size of the output along this axis. */
  readonly output: number;
  /** Elements of padding before the input, and after it. */
  readonly before: number;
  readonly after: number;
}

/**
 * Number of windows and padding of each axis.
 *
 *   valid                output = ⌊(input − extent) / stride⌋ + 1, no padding
 *   same                 output = ⌈input / stride⌉, padding max(0, (output − 1) · stride + extent − input),
 *                        of which an odd element comes after the input
 *   [before, after]      output = ⌊(before + input + after − extent) / stride⌋ + 1
 *
 * @param op       the function that the user called
 * @param axes     sizes that {@link eachAxis} has checked
 * @param padding  checked by {@link checkWindowPadding}
 * @throws {ShapeError} when a window is larger than the padded input
 */
export function windowPlaces(op: string, axes: readonly WindowAxis[], padding: WindowPadding): WindowPlaces[] {
  return axes.map(({ name, input, window, stride, dilation = 1 }, i) => {
    const extent = (window - 1) * dilation + 1;
    if (padding === "same") {
      const output = Math.ceil(input / stride);
      const total = output === 0 ? 0 : Math.max(0, (output - 1) * stride + extent - input);
      const before = Math.floor(total / 2);
      return { output, before, after: total - before };
    }
    const [before, after] = sides(padding, i);
    const padded = before + input + after;
    if (extent > padded) {
      const expected = `a window of at most ${padded} along ${name} (input ${input}, padding ${before} + ${after})`;
      const got = dilation === 1 ? `${window}` : `${extent} (size ${window}, dilation ${dilation})`;
      const hint = 'Use a smaller window, more padding, or padding: "same".';
      throw new ShapeError(message(op, "the window is larger than the padded input", { expected, got, hint }));
    }
    return { output: Math.floor((padded - extent) / stride) + 1, before, after };
  });
}

/** An option for sizes ≥ 1: one number for all axes, or one for each. */
export function sizes(axes: number, initial?: number): Option<number | readonly number[]> {
  return (op, name, value = initial) => {
    eachAxis(op, name, value as number, axes);
    return value as number;
  };
}

/** An option for padding, by default "valid". */
export function windowPadding(axes: number): Option<WindowPadding> {
  return (op, _name, value = "valid") => {
    checkWindowPadding(op, value as WindowPadding, axes);
    return value as WindowPadding;
  };
}

/**
 * Checks that `padding` has one of the forms of {@link WindowPadding} for `axes` axes.
 * @throws {UsageError} when it has not
 */
export function checkWindowPadding(op: string, padding: WindowPadding, axes: number): void {
  const isSide = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  const isPair = (value: unknown): boolean => isListOf(value, isSide) && value.length === 2;
  const fits =
    padding === "same" ||
    padding === "valid" ||
    isSide(padding) ||
    (isListOf(padding, (value) => isSide(value) || isPair(value)) && padding.length === axes);
  if (fits) return;
  const list = new Array<string>(axes).fill("p or [before, after]").join(", ");
  const expected = `"same", "valid", an integer ≥ 0 or [${list}]`;
  throw new UsageError(message(op, "padding has the wrong form", { expected, got: show(padding) }));
}

/**
 * Sizes for each axis, from one number for all or a list.
 *
 * @param option  the option's name: poolSize, strides, …
 * @throws {UsageError} when they are not integers ≥ 1
 */
export function eachAxis(op: string, option: string, value: number | readonly number[], axes: number): number[] {
  if (!Array.isArray(value)) {
    checkInteger(op, option, value, "[1, ∞)");
    return new Array<number>(axes).fill(value);
  }
  if (value.length !== axes) {
    const expected = `one number or ${axes}`;
    throw new UsageError(message(op, `${option} has the wrong length`, { expected, got: show(value) }));
  }
  for (const size of value) checkInteger(op, option, size, "[1, ∞)");
  return [...(value as readonly number[])];
}

function sides(padding: Exclude<WindowPadding, "same">, axis: number): readonly [number, number] {
  if (padding === "valid") return [0, 0];
  const side = typeof padding === "number" ? padding : padding[axis];
  return typeof side === "number" ? [side, side] : side;
}
