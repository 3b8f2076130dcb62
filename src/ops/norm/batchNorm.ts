/**
 * Batch and group normalisation: mean 0 and variance 1 for each channel, or for each group of channels of a sample,
 * then scale γ and shift β.
 * Letters: x (N, …, C); the kernels see it as (N, S, C) with D channels per group: in batch normalisation all samples
 * are one, and D = 1. The layer keeps the moving averages of the statistics. Sources: Ioffe & Szegedy 2015; Wu & He
 * 2018.
 */
import {
  blockGradientSums,
  blockMoments,
  columnFactors,
  columnGradientFactors,
  groupGradientMeans,
  joinMoments,
  momentBlockCount,
  normalizeColumns,
  normalizeColumnsBackward,
  scaleGradient,
  sumAxis,
} from "#wasm/kernels";
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { checkObject } from "../../options.js";
import { type Shape, rowsOf, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Activation, activate, checkActivation } from "../pointwise/activate.js";
import { type BackwardCall, apply, applyMany, checkDtype, checkTensors, defineOp } from "../defineOp.js";
import { type Affine, type NormOptions, affineOf, affineOperands, checkAffine } from "./normOptions.js";

/** γ, β and ε, and whether a ReLU follows. */
export interface Rectified extends Affine {
  readonly rectifies: boolean;
}

/** How channels are normalised. */
export interface ColumnNorm extends Rectified {
  /** The function that the user called. */
  readonly op: string;
  /**
   * The number of groups of channels, each with the statistics of one sample; undefined for single channels with those
   * of the whole batch.
   */
  readonly groups: number | undefined;
}

/** N, S, C and D for the kernels. */
function sizesOf(shape: Shape, groups: number | undefined): readonly [n: number, s: number, c: number, d: number] {
  const c = shape.at(-1)!;
  if (groups === undefined) return [1, rowsOf(shape), c, 1];
  return [shape[0], rowsOf(shape.slice(1)), c, c / groups];
}

function checkColumns(op: string, x: Tensor): void {
  checkDtype(op, "x", x, "float32");
  if (x.rank > 1) return;
  throw new ShapeError(
    message(op, "x has no channel axis", { expected: "x [N, …, C]", got: `x ${showShape(x.shape)}` }),
  );
}

/**
 * y = γ x̂ + β, or max(0, y), with x's own statistics. Further outputs without a gradient: mean and variance, (C), or
 * (N, C) with a value for each channel.
 */
export const columnNormOp = defineOp<ColumnNorm>({
  name: "batchNorm",
  shape([x, ...rest], norm) {
    const { op, groups } = norm;
    checkColumns(op, x);
    const [n, s, c, d] = sizesOf(x.shape, groups);
    checkAffine(op, norm, rest, [c], "a number for each channel of x");
    if (n > 0 && c > 0 && s * d < 2) {
      const what = groups === undefined ? "channel" : "group";
      const hint =
        groups === undefined
          ? "Train with at least two samples in every batch, the last of an epoch included; for prediction use moving averages."
          : "Use fewer groups.";
      const got = `${s * d} (x ${showShape(x.shape)})`;
      throw new ShapeError(
        message(op, "one value has no variance", { expected: `2 or more values in each ${what}`, got, hint }),
      );
    }
    const shape = groups === undefined ? [c] : [n, c];
    const statistics = { shape, isDifferentiable: false };
    return [{ shape: x.shape }, statistics, statistics];
  },
  forward({ inputs: [x, ...rest], outputs: [y, mean, variance], attributes: norm, scratch }) {
    const [n, s, c, d] = sizesOf(x.shape, norm.groups);
    if (x.size === 0) return;
    const { gamma, beta } = affineOperands(norm, rest);
    const bytes = 4 * n * momentBlockCount(s) * c;
    const [means, squares] = [scratch(bytes), scratch(bytes)];
    blockMoments(means, squares, x.ptr, n, s, c);
    joinMoments(mean.ptr, variance.ptr, means, squares, n, s, c, d);
    const [scale, offset] = [scratch(4 * n * c), scratch(4 * n * c)];
    columnFactors(scale, offset, variance.ptr, gamma?.ptr ?? 0, beta?.ptr ?? 0, n, c, norm.epsilon);
    normalizeColumns(y.ptr, x.ptr, mean.ptr, scale, offset, n, s, c, norm.rectifies ? 1 : 0);
  },
  backward(call) {
    const { inputs, outputs, attributes } = call;
    const [x, ...rest] = inputs;
    const [, mean, variance] = outputs;
    backward(call, { x, mean, variance, rest, first: 1, groups: attributes.groups, isOwn: true });
  },
  saved: { inputs: [0, 1, 2], outputs: [1, 2] },
});

/** y = γ (x − mean) / √(variance + ε) + β with given statistics; operands x, mean (C), variance (C), γ, β. */
export const givenNormOp = defineOp<Rectified>({
  name: "batchNorm",
  shape([x, mean, variance, ...rest], affine) {
    checkColumns("batchNorm", x);
    const c = x.shape.at(-1)!;
    for (const [name, tensor] of Object.entries({ mean, variance })) {
      if (tensor.dtype === "float32" && tensor.rank === 1 && tensor.shape[0] === c) continue;
      const expected = `float32 ${showShape([c])}, a number for each channel of x`;
      const got = `${name} ${tensor.dtype} ${showShape(tensor.shape)}`;
      throw new ShapeError(message("batchNorm", `${name} does not fit`, { expected, got }));
    }
    checkAffine("batchNorm", affine, rest, [c], "a number for each channel of x");
    return [{ shape: x.shape }];
  },
  forward({ inputs: [x, mean, variance, ...rest], outputs: [y], attributes: affine, scratch }) {
    const { gamma, beta } = affineOperands(affine, rest);
    const [n, s, c] = sizesOf(x.shape, undefined);
    const [scale, offset] = [scratch(4 * c), scratch(4 * c)];
    columnFactors(scale, offset, variance.ptr, gamma?.ptr ?? 0, beta?.ptr ?? 0, n, c, affine.epsilon);
    normalizeColumns(y.ptr, x.ptr, mean.ptr, scale, offset, n, s, c, affine.rectifies ? 1 : 0);
  },
  backward(call) {
    const [x, mean, variance, ...rest] = call.inputs;
    backward(call, { x, mean, variance, rest, first: 3, groups: undefined, isOwn: false });
  },
  saved: { inputs: [0, 1, 2, 3, 4] },
  constants: [1, 2],
});

/** The inputs of both backward passes. */
interface Normalized {
  readonly x: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** γ and β, if present; they are operands number `first` and following. */
  readonly rest: readonly Tensor[];
  readonly first: number;
  readonly groups: number | undefined;
  /** True when the statistics are x's own, so that the gradient flows through them. */
  readonly isOwn: boolean;
}

function backward<A extends Rectified>(call: BackwardCall<A>, from: Normalized): void {
  const { attributes: affine, dOutputs, gradient, wants, scratch } = call;
  const { x, mean, variance, rest, first, groups, isOwn } = from;
  const [n, s, c, d] = sizesOf(x.shape, groups);
  const { gamma, beta } = affineOperands(affine, rest);
  const gammaPtr = gamma?.ptr ?? 0;
  const dY = dOutputs[0]!.ptr;
  const rectified = affine.rectifies ? 1 : 0;
  let [scale, offset] = [0, 0];
  if (rectified) {
    [scale, offset] = [scratch(4 * n * c), scratch(4 * n * c)];
    columnFactors(scale, offset, variance.ptr, gammaPtr, beta?.ptr ?? 0, n, c, affine.epsilon);
  }
  const [dySums, products] = [scratch(4 * n * c), scratch(4 * n * c)]; // (N, C) each
  if (isOwn || rest.some((_, i) => wants(first + i))) {
    const blocks = momentBlockCount(s);
    const [sums, partials] = [scratch(4 * n * blocks * c), scratch(4 * n * blocks * c)];
    blockGradientSums(sums, partials, dY, x.ptr, mean.ptr, scale, offset, n, s, c, rectified);
    sumAxis(dySums, sums, n, blocks, c, 1, 0);
    sumAxis(products, partials, n, blocks, c, 1, 0);
  }
  gradient(0, (dX, accumulate) => {
    let [meanG, meanGX] = [0, 0];
    if (isOwn) {
      [meanG, meanGX] = [scratch(4 * n * c), scratch(4 * n * c)];
      groupGradientMeans(meanG, dySums, gammaPtr, n, c, d, 1 / (s * d));
      groupGradientMeans(meanGX, products, gammaPtr, n, c, d, 1 / (s * d));
    }
    const factors = scratch(12 * n * c);
    columnGradientFactors(factors, variance.ptr, gammaPtr, meanG, meanGX, n, c, affine.epsilon);
    normalizeColumnsBackward(
      ...([dX, dY, x.ptr, mean.ptr, scale, offset, factors, n, s, c, rectified, accumulate] as const),
    );
  });
  if (gamma !== undefined) {
    gradient(first, (dGamma, accumulate) =>
      scaleGradient(dGamma, products, variance.ptr, n, c, affine.epsilon, accumulate),
    );
  }
  if (beta !== undefined) {
    const place = gamma === undefined ? first : first + 1;
    gradient(place, (dBeta, accumulate) => sumAxis(dBeta, dySums, 1, n, c, 1, accumulate));
  }
}

/** Options of {@link batchNorm} and {@link batchNormWith}. */
export interface BatchNormOptions extends NormOptions {
  /** f. "relu" needs no extra pass, forward or backward. Default "linear". */
  readonly activation?: Activation;
}

/** The results of {@link batchNorm}: y, and the statistics for moving averages. */
export interface BatchNormResult {
  /** As x. */
  readonly y: Tensor;
  /** (C), without a gradient. */
  readonly mean: Tensor;
  /** (C), Σ(x − mean)² / count, without a gradient. */
  readonly variance: Tensor;
}

/**
 * Normalises each channel to mean 0 and variance 1 over the batch, then scales and shifts it: y = f(γ
 * (x − mean) / √(variance + ε) + β).
 *
 * @param x        (N, …, C) float32, channels last
 * @param options  gamma (C), beta (C), epsilon; default 1e-3; activation
 * Accuracy: mean and variance to about 1e-6 of their magnitude; the order of their sums never depends on threads. The
 * mean that is subtracted is a float32, as in PyTorch, so the error of y is up to 6e-8 · |mean| / deviation: columns of
 * 1e7 and 1e7 + 1 give 0 and 1.4 instead of ±1. Scale such data first:
 * datasets.standardize is exact.
 * @throws {ShapeError} when operands do not fit, or the batch has a single value in each channel
 * @throws {UsageError} when an option is unknown or out of range
 */
export function batchNorm(x: Tensor, options: BatchNormOptions = {}): BatchNormResult {
  checkTensors("batchNorm", [x]);
  checkObject("batchNorm", "the options", options);
  const { activation = "linear", ...norms } = options;
  checkActivation("batchNorm", activation);
  const { operands, affine } = affineOf("batchNorm", norms);
  const rectifies = activation === "relu";
  const norm = { ...affine, rectifies, op: "batchNorm", groups: undefined };
  const [y, mean, variance] = applyMany(columnNormOp, [x, ...operands], norm);
  return { y: rectifies ? y : activate(y, activation), mean, variance };
}

/**
 * As {@link batchNorm} with given statistics: for prediction, and for layers that are not trained.
 *
 * @param mean      (C), constant
 * @param variance  (C), constant
 */
export function batchNormWith(x: Tensor, mean: Tensor, variance: Tensor, options: BatchNormOptions = {}): Tensor {
  checkTensors("batchNorm", [x, mean, variance], "x mean variance");
  checkObject("batchNorm", "the options", options);
  const { activation = "linear", ...norms } = options;
  checkActivation("batchNorm", activation);
  const { operands, affine } = affineOf("batchNorm", norms);
  const rectifies = activation === "relu";
  const y = apply(givenNormOp, [x, mean, variance, ...operands], { ...affine, rectifies });
  return rectifies ? y : activate(y, activation);
}

/**
 * Normalises each group of channels of each sample to mean 0 and variance 1, then scales and shifts each channel. One
 * group is layer normalisation over all axes with γ and β per channel; as many groups as channels are instance
 * normalisation.
 *
 * @param x        (N, …, C) float32, channels last
 * @param groups   a divisor of C
 * @param options  gamma (C), beta (C), epsilon; default 1e-3
 * @throws {ShapeError} when operands do not fit, or a group has a single value
 * @throws {UsageError} when an option is unknown or out of range, or groups does not divide C
 */
export function groupNorm(x: Tensor, groups: number, options: NormOptions = {}): Tensor {
  checkTensors("groupNorm", [x]);
  const { operands, affine } = affineOf("groupNorm", options);
  checkColumns("groupNorm", x);
  checkGroups("groupNorm", groups, x.shape.at(-1)!);
  const [y, mean, variance] = applyMany(columnNormOp, [x, ...operands], {
    ...affine,
    ...{ op: "groupNorm", groups, rectifies: false },
  });
  mean.dispose();
  variance.dispose();
  return y;
}

/** Checks that `groups` divides C. @throws {UsageError} when it does not */
export function checkGroups(op: string, groups: number, channels: number): void {
  if (Number.isSafeInteger(groups) && groups >= 1 && channels % groups === 0) return;
  const expected = `a divisor of C = ${channels}`;
  throw new UsageError(message(op, "groups do not divide the channels", { expected, got: show(groups) }));
}
