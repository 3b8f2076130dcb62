/**
 * What all pooling ops share: options, checks, and the position of windows. Letters: x (N, H, W, C), y (N, oH, oW, C),
 * window kH × kW, strides sH sW, padding pH pW in front. A sequence (N, T, C) is pooled as an image of T rows and one
 * column, a volume (N, D, H, W, C) frame by frame and then as a sequence. Does not call kernels.
 */
import type { PoolShape } from "#wasm/layout-pool";
import { UsageError, message, show } from "../../errors.js";
import { type Table, type Values, optional, resolve } from "../../options.js";
import { type Shape, checkRank } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type WindowPadding, eachAxis, sizes, windowPadding, windowPlaces } from "../../tensor/window.js";
import { checkDtype, checkTensors } from "../defineOp.js";
import { reshape } from "../shape/reshape.js";

/** Options of pooling; a list has one number for each axis. */
export interface PoolOptions {
  /** Size of the window. Default 2. */
  readonly poolSize?: number | readonly number[];
  /** The steps of the window. Default: its size, so that windows lie side by side. */
  readonly strides?: number | readonly number[];
  /**
   * "valid" (windows inside x only), "same" (⌈size / stride⌉ windows), or a number of padding elements less than the
   * window's size. Default "valid".
   */
  readonly padding?: WindowPadding;
}

/** The options of pooling along so many axes: 2 for images, 1 for sequences, 3 for volumes. */
export function poolTable(axes: number) {
  return {
    poolSize: sizes(axes, 2),
    strides: optional(sizes(axes)),
    padding: windowPadding(axes),
  } satisfies Table<PoolOptions>;
}

/** The type of the option table. */
export type PoolTable = ReturnType<typeof poolTable>;

/** Checked options, one number per axis. */
export interface Pooling {
  /** The function that the user called. */
  readonly op: string;
  readonly poolSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: WindowPadding;
}

/** The letters of the axes, by how many there are. */
const letters = { 1: ["T"], 2: ["H", "W"], 3: ["D", "H", "W"] } as const;

/** Elements of a window at most: positions are uint16. */
const mostElements = 65536;

/**
 * Checks options. @param axes 2 for images, 1 for sequences, 3 for volumes
 * @throws {UsageError} when an option is out of range, or the padding is as large as the window, so that there is
 *   nothing to pool
 */
export function poolingOf(op: string, options: PoolOptions | Values<PoolTable>, axes: number): Pooling {
  const { padding, ...given } = resolve(op, options, poolTable(axes));
  const poolSize = eachAxis(op, "poolSize", given.poolSize, axes);
  const strides = given.strides === undefined ? poolSize : eachAxis(op, "strides", given.strides, axes);
  const isEmpty = (window: number, axis: number): boolean =>
    typeof padding !== "string" &&
    [typeof padding === "number" ? padding : padding[axis]].flat().some((p) => p >= window);
  if (poolSize.some(isEmpty)) {
    const expected = `less than the window, poolSize ${show(poolSize)}`;
    throw new UsageError(message(op, "the padding is as large as the window", { expected, got: show(padding) }));
  }
  if (poolSize.reduce((product, size) => product * size, 1) > mostElements) {
    const hint = "To pool whole images, use globalMaxPool2d or globalAveragePool2d.";
    const expected = `at most ${mostElements} elements`;
    throw new UsageError(message(op, "the window is too large", { expected, got: show(poolSize), hint }));
  }
  return { op, poolSize, strides, padding };
}

/**
 * The shape of the output without the batch. @param sample (H, W, C), (T, C) or (D, H, W, C)
 * @throws {ShapeError} when the sample has another rank or the window is too large
 */
export function pooledShape({ op, poolSize, strides, padding }: Pooling, sample: Shape): Shape {
  const axes = poolSize.length;
  checkRank(op, "x", ["N", ...sample], `[N, ${letters[axes as 1 | 2 | 3].join(", ")}, C]`);
  return [...placesOf(op, sample, poolSize, strides, padding).map(({ output }) => output), sample[axes]];
}

function placesOf(
  op: string,
  sample: Shape,
  poolSize: readonly number[],
  strides: readonly number[],
  padding: WindowPadding,
) {
  const names = letters[poolSize.length as 1 | 2 | 3];
  const axes = poolSize.map((window, i) => ({ name: names[i], input: sample[i], window, stride: strides[i] }));
  return windowPlaces(op, axes, padding);
}

/** Where the windows of x (N, H, W, C) lie. */
export function geometryOf({ shape: [n, h, w, c] }: Tensor, { op, poolSize, strides, padding }: Pooling): PoolShape {
  const [vertical, horizontal] = placesOf(op, [h, w, c], poolSize, strides, padding);
  const [kH, kW] = poolSize;
  const [sH, sW] = strides;
  const [oH, oW, pH, pW] = [vertical.output, horizontal.output, vertical.before, horizontal.before];
  return { n, h, w, c, oH, oW, kH, kW, sH, sW, pH, pW };
}

/** Runs the pooling of an image. */
export function pool2d(
  op: string,
  x: Tensor,
  options: PoolOptions,
  run: (x: Tensor, pooling: Pooling) => Tensor,
): Tensor {
  checkTensors(op, [x]);
  return run(x, poolingOf(op, options, 2));
}

/** Runs the pooling of a sequence (N, T, C) as that of an image (N, T, 1, C). */
export function pool1d(
  op: string,
  x: Tensor,
  options: PoolOptions,
  run: (x: Tensor, pooling: Pooling) => Tensor,
): Tensor {
  checkTensors(op, [x]);
  const pooling = poolingOf(op, options, 1);
  checkDtype(op, "x", x, "float32");
  const shape = pooledShape(pooling, x.shape.slice(1));
  const { poolSize, strides, padding } = pooling;
  const asImage: Pooling = {
    op,
    poolSize: [...poolSize, 1],
    strides: [...strides, 1],
    padding: typeof padding === "string" ? padding : [typeof padding === "number" ? padding : padding[0], 0],
  };
  const [n, t, c] = x.shape;
  return reshape(run(reshape(x, [n, t, 1, c]), asImage), [n, ...shape]);
}

/**
 * Runs the pooling of a volume (N, D, H, W, C): in each frame, then over the frames, which is the same for maxima, and
 * for means, since all frames of a window have as many elements in it.
 */
export function pool3d(
  op: string,
  x: Tensor,
  options: PoolOptions,
  run: (x: Tensor, pooling: Pooling) => Tensor,
): Tensor {
  checkTensors(op, [x]);
  const pooling = poolingOf(op, options, 3);
  checkDtype(op, "x", x, "float32");
  const [oD, oH, oW] = pooledShape(pooling, x.shape.slice(1));
  const { poolSize, strides, padding } = pooling;
  const [N, D, H, W, C] = x.shape;
  const sides = typeof padding === "number" ? [padding, padding, padding] : padding;
  const [overTime, inSpace] = typeof sides === "string" ? [sides, sides] : [[sides[0], 0], sides.slice(1)];
  const frames = { op, poolSize: poolSize.slice(1), strides: strides.slice(1), padding: inSpace };
  const pooled = run(reshape(x, [N * D, H, W, C]), frames);
  const along = { op, poolSize: [poolSize[0], 1], strides: [strides[0], 1], padding: overTime };
  return reshape(run(reshape(pooled, [N, D, 1, oH * oW * C]), along), [N, oD, oH, oW, C]);
}
