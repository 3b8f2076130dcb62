/**
 * From a network's outputs to classes and their probabilities. Letters: N samples, K classes, C columns of the output.
 */
import { type Classified, classifyLogits, normalize, secondOfTwo } from "../../../course/support/probabilities.js";
import type { Model } from "../../index.js";
import { activatedLayer, givesProbabilities } from "../../models/graph/logits.js";

/**
 * Probabilities of the classes from a model's outputs.
 *
 * C ≥ 2 columns are K = C classes; one column is the second of K = 2. If the last activation gives probabilities, they
 * stay as they are, except those of several sigmoids, which are divided by their sum. Other outputs are logits: softmax
 * is applied, or the sigmoid function to one column. If the layers do not say what they give, outputs count as
 * probabilities when they look like it: in [0, 1] and, for several columns, with sum 1.
 *
 * @param outputs (N, C) row-major, which is overwritten
 */
export function classify(model: Model, outputs: Float32Array, columns: number): Classified {
  const { outputActivation } = activatedLayer(model.layers.toReversed()) ?? {};
  const areProbabilities = givesProbabilities(outputActivation) ?? lookLikeProbabilities(outputs, columns);
  if (!areProbabilities) return classifyLogits(outputs, columns);
  if (columns === 1) return secondOfTwo(outputs, (value) => value);
  for (let start = 0; start < outputs.length; start += columns)
    if (outputActivation !== "softmax") normalize(outputs.subarray(start, start + columns));
  return { classes: columns, probabilities: outputs };
}

function lookLikeProbabilities(outputs: Float32Array, columns: number): boolean {
  if (!outputs.every((value) => value >= 0 && value <= 1)) return false;
  const sumOf = (row: number): number =>
    outputs.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value, 0);
  return columns === 1 || outputs.every((_, i) => i % columns > 0 || Math.abs(sumOf(i / columns) - 1) < 1e-3);
}
