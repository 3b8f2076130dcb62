/**
 * Which unit's vector is nearest to each sample, block by block on kernels: the nearest w has the largest
 * x·w − ½ ‖w‖². Letters: N samples, F numbers each, K units, B samples of a block.
 */
import { topK } from "../ops/order/sort.js";
import { square } from "../ops/pointwise/unary.js";
import { dense } from "../ops/product/dense.js";
import { sum } from "../ops/reduce/reduce.js";
import { slice } from "../ops/shape/slice.js";
import { transpose } from "../ops/shape/transpose.js";
import { breathe } from "../runtime/breathe.js";
import { tensor } from "../tensor/create.js";
import { scope } from "../tensor/scope.js";
import { gatherRows } from "../ops/shape/gather.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Rows } from "./rows.js";

/** B */
const block = 2048;

/** The nearest units of a block of samples. */
export interface Winners {
  /** The first sample of the block. */
  readonly from: number;
  /** The samples, (B, F). */
  readonly x: Tensor;
  /** The nearest units of each, the nearest first, (B, count). */
  readonly units: Int32Array;
  /** How far the nearest is, (B). */
  readonly distances: Float64Array;
}

/**
 * Goes through all samples. `visit` must not keep the tensor.
 * @param units  the vectors, (K, F) @param count  how many units, 1 or 2
 */
export async function eachWinners(
  { values, count: N, width: F }: Rows,
  units: Float32Array,
  count: number,
  visit: (winners: Winners) => void,
  signal?: AbortSignal,
): Promise<void> {
  const K = units.length / F;
  const biases = Float32Array.from({ length: K }, (_, k) => {
    let squares = 0;
    for (let i = k * F; i < (k + 1) * F; i++) squares += units[i] * units[i];
    return -squares / 2;
  });
  for (let from = 0; from < N; from += block) {
    await breathe();
    signal?.throwIfAborted();
    const end = Math.min(N, from + block);
    scope(() => {
      const x = tensor(values.subarray(from * F, end * F), [end - from, F]);
      const scores = dense(x, transpose(tensor(units, [K, F])), tensor(biases));
      const { values: best, indices } = topK(scores, count);
      const [lengths, most] = [sum(square(x), -1), slice(best, [0, 0], [end - from, 1])].map((one) =>
        one.toTypedArray(),
      );
      const distances = Float64Array.from(most, (score, i) => Math.sqrt(Math.max(0, lengths[i] - 2 * score)));
      visit({ from, x, units: indices.toTypedArray() as Int32Array, distances });
    });
  }
}

/**
 * sums.grad[u] += the samples whose unit is u: the gradient of rows that are gathered by unit.
 * @param sums   (K, F), requires a gradient, which holds the sums; its values are not used
 * @param units  (B)
 */
export function sumRows(sums: Tensor, x: Tensor, units: Int32Array): void {
  scope(() => gatherRows(sums, tensor(units)).backward(x));
}
