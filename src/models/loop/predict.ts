/**
 * The model's outputs for data of any length, batch by batch, without gradients. Letters: N samples, n samples of a
 * batch.
 */
import { Batches } from "../../data/batches.js";
import type { Lengths } from "../../data/lengths.js";
import { gatherInto } from "../../ops/shape/gather.js";
import { breathe } from "../../runtime/breathe.js";
import { copyFloat32 } from "../../runtime/primitives.js";
import { empty, tensor } from "../../tensor/create.js";
import { keep, scope } from "../../tensor/scope.js";
import type { Shape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Interrupts } from "./interrupts.js";
import type { OwnStates } from "../../layers/sequencePart.js";
import { Steps } from "../step/steps.js";

/**
 * Computes all outputs, batch by batch.
 *
 * @param inputs        (N, …) each
 * @param outputShapes  without the batch axis
 * @param lengths       by which rows are grouped; the results are in the order of the inputs all the same, and steps
 *                      that were not computed are 0
 * @param run           the forward pass on gathered inputs (n, …)
 * @returns             (N, …) each, which no scope frees
 */
export async function predictBatches(
  inputs: readonly Tensor[],
  outputShapes: readonly Shape[],
  batchSize: number,
  lengths: Lengths | undefined,
  checkInterrupts: Interrupts,
  run: (inputs: readonly Tensor[]) => Tensor[],
): Promise<Tensor[]> {
  const batches = new Batches(inputs, batchSize, lengths);
  const steps = new Steps(batches, (batch) => noGrad(() => run(batch)), true);
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
          const first = (b * batches.batchSize * results[i].size) / batches.rows;
          const place = results[i].section(first, [part.shape[0], ...outputShapes[i]]);
          if (part.size < place.size) lengths!.place(place, part);
          else copyFloat32(place.ptr, part.ptr, part.size);
        }
      });
    }
    if (lengths !== undefined) putBack(results, order);
    return results;
  } catch (error) {
    for (const result of results) result.dispose();
    throw error;
  } finally {
    steps.dispose();
  }
}

/** Moves row i of each result, (N, …), to row order[i], the position of its input. */
function putBack(results: Tensor[], order: Int32Array): void {
  const places = new Int32Array(order.length);
  for (const [i, row] of order.entries()) places[row] = i;
  const indices = keep(tensor(places));
  try {
    for (const [i, grouped] of results.entries()) {
      const result = keep(empty(grouped.shape));
      gatherInto(result, grouped, indices);
      results[i] = result;
      grouped.dispose();
    }
  } finally {
    indices.dispose();
  }
}

/** Runs `fn`, which calls layers, with separate states if layers carry states. */
export function inStates<T>(states: OwnStates | undefined, fn: () => T): T {
  return states === undefined ? fn() : states.use(fn);
}
