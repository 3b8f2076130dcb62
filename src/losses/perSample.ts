/** Reduces the losses of a sample's places to one loss per sample. */
import { mean } from "../ops/reduce/reduce.js";
import { reshape } from "../ops/shape/reshape.js";
import type { Tensor } from "../tensor/tensor.js";

/** Means over all axes but the first. @param losses (N, …) @returns (N) */
export function perSample(losses: Tensor): Tensor {
  if (losses.rank === 1) return losses;
  const [N] = losses.shape;
  return mean(reshape(losses, [N, N === 0 ? 1 : losses.size / N]), 1);
}
