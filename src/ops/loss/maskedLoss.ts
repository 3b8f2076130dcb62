/**
 * How masks affect losses and metrics: each step is a sample of its own, and padded steps have weight 0; over an epoch
 * the loss is the mean over the steps that count. Networks that are given masks import this file late, so it uses only
 * kernels that every page has, and imports nothing: bundlers would put whatever it shared with the page into separate
 * files. Letters: N samples, T steps, l outputs of a model.
 */
import type { clearPadding, fill, scaleByFactor, stepWeights } from "#wasm/kernels";
import type { empty } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { copyRow } from "../shape/copy.js";
import type { BackwardCall, Op, apply } from "../defineOp.js";

/** What this file needs from others: `maskTools` in weightedMean.ts. */
export interface MaskTools {
  readonly clearPadding: typeof clearPadding;
  readonly fill: typeof fill;
  /** Not for masks: accumulated gradients are weighed with it (models/step/accumulation.ts). */
  readonly scaleByFactor: typeof scaleByFactor;
  readonly stepWeights: typeof stepWeights;
  readonly empty: typeof empty;
  readonly apply: typeof apply;
  readonly copyRow: typeof copyRow;
}

/** Targets and predictions of (N, …) or (N·T, …), and the weights of these rows. */
export interface Weighed {
  readonly target: Tensor;
  readonly prediction: Tensor;
  /** Weights for the loss, which is divided by the number of rows. */
  readonly lossWeights: Tensor | undefined;
  /** Weights for metrics, which are divided by the sum of weights. */
  readonly metricWeights: Tensor | undefined;
  /** The number of steps that count, a scalar; undefined when the rows are samples. */
  readonly count?: Tensor;
  /** {@link MaskedSteps.terms}, where the rows are steps. */
  readonly terms?: MaskedSteps["terms"];
  /** For a loss that takes it: the mask of its sequences. */
  readonly mask?: Tensor | undefined;
  /** For losses of rows that are steps: replaces those of padding by 0. */
  readonly select?: (losses: Tensor) => Tensor;
}

/** What training and evaluation need when an input or an output has a mask. */
export interface MaskedSteps {
  /**
   * Inputs with zeros in the padding, whatever stands there: ±∞ and NaN would spoil the gradients of weights, which are
   * sums over all steps. Kernels only; returns x itself if it is not float32.
   *
   * @param x     (N, T, …)
   * @param mask  (N, T) int32: 0 where a step is padding
   */
  clear(x: Tensor, mask: Tensor): Tensor;
  /**
   * An output per step, as rows that are steps. Kernels only.
   *
   * The metric weight of a step is that of its sample if it counts, else 0. The loss weight is the same times
   * N·T / (steps that count), so that the mean over all steps becomes one over those that count. Because weight 0 times
   * an infinite loss is not 0, the losses and gradients of padding are replaced by 0.
   *
   * @param target      (N, T, …)
   * @param prediction  (N, T, …)
   * @param weights     (N) of the samples or (N, T) of the steps, or undefined: all 1
   * @param mask        (N, T) int32: 0 where a step is padding. Undefined where there are weights of steps: all count
   */
  weigh(target: Tensor, prediction: Tensor, weights: Tensor | undefined, mask: Tensor | undefined): Weighed;
  /**
   * The terms of a batch's loss with their weights in the mean over an epoch. An output is weighted by its steps that
   * count, or by its samples; the sum of the penalties, which comes last, by the samples. Not differentiable.
   *
   * @param means      of each output, scalars
   * @param counts     of each output; undefined for an output without a mask
   * @param penalties  scalars
   * @param samples    N
   * @returns          (l + 1, 2): terms and weights
   */
  terms(
    means: readonly Tensor[],
    counts: readonly (Tensor | undefined)[],
    penalties: readonly Tensor[],
    samples: number,
  ): Tensor;
}

/** {@link MaskedSteps} of these tools. */
// @__NO_SIDE_EFFECTS__
export function maskedStepsWith({ clearPadding, fill, stepWeights, empty, apply, copyRow }: MaskTools): MaskedSteps {
  /** Sets the rows of x that are padding to zero. */
  const clearRows = (x: Tensor, mask: Tensor): void =>
    clearPadding(x.ptr, mask.ptr, mask.size, mask.size === 0 ? 0 : x.size / mask.size);

  /** dX = mask ≠ 0 ? dY : 0, in dY's own memory where nobody has written dX yet. */
  const backward = ({ inputs: [, mask], dOutputs: [dY], adopt, gradient }: BackwardCall<unknown>): void => {
    clearRows(dY!, mask);
    if (!adopt(0, dY!)) gradient(0, (dX, accumulate) => copyRow(dX, dY!.ptr, dY!.size, accumulate));
  };

  const common = { backward, saved: { inputs: [1] }, constants: [1], operands: "x mask" } as const;

  /**
   * Inputs (N, T, …) or losses (N·T) with their mask: 0 where a step is padding, whatever stands there, including ±∞
   * and NaN.
   */
  const stepsThatCount: Op = {
    name: "stepsThatCount",
    shape: ([x]) => [{ shape: x.shape }],
    forward({ inputs: [x, mask], outputs: [y] }) {
      copyRow(y.ptr, x.ptr, x.size, 0);
      clearRows(y, mask);
    },
    ...common,
  };

  /**
   * Predictions (N, T, …) as rows (N·T, …), sharing their memory. Padding gets gradient 0, whatever the loss says. The
   * attribute is the shape of the rows.
   */
  const rowsThatCount: Op<readonly number[]> = {
    name: "rowsThatCount",
    shape: (_, shape) => [{ shape }],
    isView: true,
    forward: () => undefined,
    ...common,
  };

  const terms: MaskedSteps["terms"] = (means, counts, penalties, samples) => {
    const table = empty([means.length + 1, 2]);
    const last = table.ptr + 8 * means.length;
    fill(table.ptr, samples, table.size);
    fill(last, 0, 1);
    for (const [i, mean] of means.entries()) {
      copyRow(table.ptr + 8 * i, mean.ptr, mean.size, 0);
      const count = counts[i];
      if (count !== undefined) copyRow(table.ptr + 8 * i + 4, count.ptr, count.size, 0);
    }
    for (const penalty of penalties) copyRow(last, penalty.ptr, penalty.size, 1);
    return table;
  };

  return {
    clear: (x, mask) => (x.dtype === "float32" ? apply(stepsThatCount, [x, mask], undefined) : x),

    weigh(target, prediction, weights, given) {
      const [N, T] = (given ?? weights!).shape;
      const mask = given ?? empty([N, T]);
      if (mask !== given) fill(mask.ptr, 1, mask.size); // which is not 0 as an integer
      const [samples, steps] = weights?.rank === 2 ? [N * T, 1] : [N, T];
      const single = prediction.rank === 2 ? [1] : [];
      const rows = ({ shape }: Tensor): number[] => [mask.size, ...shape.slice(2), ...single];
      const [plain, scaled, count] = [empty([N * T]), empty([N * T]), empty([])];
      stepWeights(plain.ptr, scaled.ptr, count.ptr, mask.ptr, weights?.ptr ?? 0, samples, steps);
      return {
        target: target.share(rows(target)),
        prediction: apply(rowsThatCount, [prediction, mask], rows(prediction)),
        metricWeights: plain,
        lossWeights: scaled,
        count,
        select: (losses) => apply(stepsThatCount, [losses, mask], undefined),
        terms,
      };
    },
    terms,
  };
}
