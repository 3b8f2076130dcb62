/** The model's outputs for data of any length, batch by batch, without gradients. Letters: N samples, n samples of a batch. */
import { Batches } from "../data/batches.js";
import { breathe } from "../runtime/breathe.js";
import { copyFloat32 } from "../runtime/primitives.js";
import { empty } from "../tensor/create.js";
import { keep, scope } from "../tensor/scope.js";
import type { Shape } from "../tensor/shape.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Interrupts } from "./interrupts.js";
import { Steps } from "./steps.js";

/**
 * @param inputs        (N, …) each
 * @param outputShapes  without the batch axis
 * @param run           the forward pass on gathered inputs (n, …)
 * @returns             (N, …) each, which no scope frees
 */
export async function predictBatches(
  inputs: readonly Tensor[],
  outputShapes: readonly Shape[],
  batchSize: number,
  checkInterrupts: Interrupts,
  run: (inputs: readonly Tensor[]) => Tensor[],
): Promise<Tensor[]> {
  const batches = new Batches(inputs, batchSize);
  const steps = new Steps(batches, (batch) => noGrad(() => run(batch)));
  const results: Tensor[] = [];
  try {
    for (const shape of outputShapes) results.push(keep(empty([batches.rows, ...shape])));
    const order = batches.order(false, 0, 0);
    for (let b = 0; b < batches.count; b++) {
      await breathe();
      checkInterrupts();
      const parts = steps.run(order, b);
      scope(() => {
        for (const [i, part] of parts.entries()) {
          const place = results[i].section((b * batches.batchSize * results[i].size) / batches.rows, part.shape);
          copyFloat32(place.ptr, part.ptr, part.size);
        }
      });
    }
    return results;
  } catch (error) {
    for (const result of results) result.dispose();
    throw error;
  } finally {
    steps.dispose();
  }
}
