/**
 * The loss of one batch: outputs with their targets and weights, the mean of each output's losses, and the sum of these
 * and the penalties. Only calls kernels, since it is recorded. Letters: N samples of the batch.
 */
import { UsageError, message, show } from "../../errors.js";
import type { Loss } from "../../losses/loss.js";
import { apply } from "../../ops/defineOp.js";
import type { Weighed } from "../../ops/loss/maskedLoss.js";
import { totalLossOp } from "../../ops/loss/totalLoss.js";
import { weightedMean } from "../../ops/loss/weightedMean.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Graph, type RunContext, sourcesOf } from "../graph/graph.js";
import { checkUnweighted } from "../ownFunctions.js";

/** A batch: inputs, targets, and weights, (N) or (N, T): none, one for all outputs, or one for each. */
export interface TrainingBatch {
  readonly inputs: readonly Tensor[];
  readonly targets: readonly Tensor[];
  readonly weights: readonly Tensor[];
  /** The mask of each input for which the user gave one. */
  readonly masks: readonly (Tensor | undefined)[];
}

/** What {@link batchLoss} gives. */
export interface BatchLoss {
  /** The loss, a scalar; where outputs have masks, also its terms with their weights. */
  readonly losses: Tensor[];
  /** The mean of each output by itself. */
  readonly means: Tensor[];
}

/**
 * Goes forward and brings each output together with its target and weights.
 * @throws {UsageError} for a mask where nothing is loaded that reads it; weights come with what does
 */
export function weighedOutputs(
  graph: Graph,
  losses: readonly Loss[],
  { inputs, targets, weights: all, masks: given }: TrainingBatch,
  context: Pick<RunContext, "random" | "training">,
): Weighed[] {
  const { maskedSteps } = graph;
  if (maskedSteps === undefined && given.some((mask) => mask !== undefined)) {
    const hint = "Call fit or evaluate with a mask first.";
    throw new UsageError(message("model", "the loss with a mask is not loaded", { hint }));
  }
  const { outputs, masks } = graph.runMasked(inputs, { ...context, given });
  return outputs.map((prediction, i) => {
    const [target, mask, weights] = [targets[i], masks[i], all.at(i) ?? all.at(0)];
    const countable = losses[i].countable?.(target, prediction, mask);
    if (countable) return countable.steps.weigh(countable.target, countable.prediction, weights, countable.mask);
    if (losses[i].ofSequences || (mask === undefined && weights?.rank !== 2))
      return { target, prediction, mask, lossWeights: weights, metricWeights: weights };
    return maskedSteps!.weigh(target, prediction, weights, mask);
  });
}

/**
 * Checks that the loss of each output has a gradient where layers that are trained lie before it: the weights of
 * attention, for example, have none, and a loss on them would train nothing.
 * @param means  as {@link batchLoss} gives them
 * @throws {UsageError} for an output whose loss would train nothing, unless its factor is 0
 */
export function checkGradients({ outputs }: Graph, means: readonly Tensor[], factors?: readonly number[]): void {
  for (const [i, mean] of means.entries()) {
    if (mean.requiresGrad || factors?.[i] === 0) continue;
    const parameters = [...sourcesOf([outputs[i]])].flatMap(({ origin }) => origin?.layer.parameters ?? []);
    if (!parameters.some(({ spec, layer }) => spec.trainable !== false && !layer.isFrozen)) continue;
    const wrong = `output ${i}, of layer ${show(outputs[i].origin!.layer.name)}, has no gradient`;
    throw new UsageError(message("fit", wrong, { hint: "0 in lossWeights only measures it." }));
  }
}

/**
 * The loss of a batch.
 *
 * @param factors    of each output's loss; default 1
 * @param rows       what {@link weighedOutputs} gave
 * @param penalties  a scalar each
 * @param N          the number of samples
 */
export function batchLoss(
  losses: readonly Loss[],
  factors: readonly number[] | undefined,
  rows: readonly Weighed[],
  penalties: readonly Tensor[],
  N: number,
): BatchLoss {
  const means = losses.map((loss, i) => {
    const { target, prediction, mask, lossWeights, select } = rows[i];
    const all = loss.call(target, prediction, mask);
    if (all.rank > 0) return weightedMean(select?.(all) ?? all, lossWeights);
    checkUnweighted(loss.name, lossWeights, 0);
    return all;
  });
  const scaled = means.map((mean, i) => {
    const factor = factors?.[i] ?? 1;
    return factor === 1 ? mean : apply(totalLossOp, [mean], [factor]);
  });
  const terms = [...scaled, ...penalties];
  const loss = terms.length === 1 ? terms[0] : apply(totalLossOp, terms, Array<number>(terms.length).fill(1));
  const counts = rows.map(({ count }) => count);
  if (!counts.some(Boolean)) return { losses: [loss], means };
  const sums = rows.find(({ terms }) => terms)!.terms!(scaled, counts, penalties, N);
  return { losses: [loss, sums], means };
}
