/**
 * The loss over an epoch, from its batches.
 *
 * Note [The loss of an epoch]. It is the mean over the samples of all batches or, for an output with a mask, over all
 * steps that count. So a batch has the weight of its samples or counting steps, and the value does not depend on how
 * the data are cut into batches. A training step gives its loss and, where outputs have masks, also the loss's terms
 * (one for each output, one for the penalties) with their weights, (l + 1, 2). An epoch in which nothing counts has a
 * loss of 0.
 *
 * Sums are float64. Does not know what a term consists of (ops/loss/maskedLoss.ts).
 */
import type { Tensor } from "../../tensor/tensor.js";

/** Sums of an epoch: a weighted term, its weight, and so on for each term. */
export type LossSums = number[];

/**
 * Adds a batch.
 * @param results  of a step: the loss, and its terms if there are any
 * @param samples  N
 * @param value    of the loss, if it was read already
 */
export function addLoss(sums: LossSums, [loss, terms]: readonly Tensor[], samples: number, value?: number): void {
  const pairs = terms === undefined ? [value ?? loss.item(), samples] : terms.toTypedArray();
  for (let i = 0; i < pairs.length; i += 2) {
    sums[i] = (sums[i] ?? 0) + pairs[i] * pairs[i + 1];
    sums[i + 1] = (sums[i + 1] ?? 0) + pairs[i + 1];
  }
}

/** The mean loss. */
export function meanLoss(sums: LossSums): number {
  let mean = 0;
  for (let i = 0; i < sums.length; i += 2) mean += sums[i] / (sums[i + 1] || 1);
  return mean;
}
