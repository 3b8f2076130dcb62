/**
 * Pruning: the smallest weights of a trained network are deleted, and the rest is trained on, or not. Deleted weights are
 * held at zero after each batch. Source: Han, Pool, Tran & Dally 2015, "Learning both weights and connections".
 */
import { type Callback, type Dataset, type Model } from "lanegrad";
import type { Stage } from "../../stage.js";
import { fitOn } from "../../support/comparison.js";
import type { Training as Settings } from "./remedies.js";

/** Shares of the weights that are kept. */
export const kept = [1, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02] as const;
/** Epochs of training on. */
const more = 4;

/** The errors of a network of which a share of the weights was kept. */
export interface Pruned {
  readonly kept: number;
  /** Test error without training on, and after it. */
  readonly before: number;
  readonly after: number;
}

/**
 * Prunes a trained network: at once, from the weights that it was trained to, and step by step, from those that training
 * on left at the step before.
 */
export async function prune(
  stage: Stage,
  model: Model,
  { batch, lr }: Settings,
  train: Dataset,
  errorOf: (model: Model) => Promise<number>,
  report: (pruned: Pruned) => void,
): Promise<Pruned[]> {
  const isKernel = model.weights.map(({ name }) => name.endsWith("/kernel"));
  const trained = valuesOf(model);
  const results: Pruned[] = [];
  for (const share of kept) {
    const now = valuesOf(model);
    const [atOnce, further] = [smallest(trained, isKernel, share), smallest(now, isKernel, share)]; // prettier-ignore
    let before = NaN;
    const watch: Callback = {
      async onTrainBegin(training) {
        training.restoreWeights(without(trained, atOnce));
        before = await errorOf(model);
        training.restoreWeights(without(now, further));
      },
      onBatchEnd: (_batch, _logs, training) => training.restoreWeights(without(training.copyWeights(), further)),
    };
    model.learningRate = lr / 3;
    const options = { epochs: more, batchSize: batch, seed: stage.seed, callbacks: [watch] };
    await fitOn(stage, `${Math.round(100 * share)} % of the weights`, model, train, options);
    results.push({ kept: share, before, after: await errorOf(model) });
    report(results.at(-1)!);
  }
  return results;
}

const valuesOf = (model: Model): Float32Array[] =>
  model.weights.map(({ value }) => Float32Array.from(value.toTypedArray()));

/** Marks all but a share of the weights, the smallest ones of all kernels together; biases stay. */
export function smallest(
  weights: readonly Float32Array[],
  isKernel: readonly boolean[],
  share: number,
): readonly (Uint8Array | undefined)[] {
  const kernels = weights.filter((_, k) => isKernel[k]);
  const sizes = new Float32Array(kernels.reduce((sum, all) => sum + all.length, 0));
  let at = 0;
  for (const all of kernels) for (const w of all) sizes[at++] = Math.abs(w);
  sizes.sort();
  const least = share === 1 ? 0 : sizes[Math.floor((1 - share) * sizes.length)];
  return weights.map((all, k) => (isKernel[k] ? Uint8Array.from(all, (w) => Number(Math.abs(w) < least)) : undefined));
}

/** The weights with the marked ones at zero. */
export function without(weights: readonly Float32Array[], marks: readonly (Uint8Array | undefined)[]): Float32Array[] {
  return weights.map((all, k) => all.map((w, i) => (marks[k]?.[i] === 1 ? 0 : w)));
}
