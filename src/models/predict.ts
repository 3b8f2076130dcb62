/** The model's outputs for data of any length, batch by batch, without gradients. Letters: N samples, n samples of a batch. */
import { Batches } from "../data/batches.js";
import { copyFloat32 } from "../runtime/primitives.js";
import { empty } from "../tensor/create.js";
import { keep, scope } from "../tensor/scope.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { breathe } from "../runtime/breathe.js";
import type { Column } from "./columns.js";
import type { Graph } from "./graph.js";

/**
 * @param columns  inputs, (N, …) each
 * @param run      the forward pass on gathered inputs (n, …)
 * @returns        (N, …) each, which no scope frees
 */
export async function predictBatches(
  columns: readonly Column[],
  { outputs }: Graph,
  batchSize: number,
  signal: AbortSignal | undefined,
  run: (inputs: readonly Tensor[]) => readonly Tensor[],
): Promise<Tensor[]> {
  const batches = new Batches(
    columns.map(({ tensor }) => tensor),
    batchSize,
  );
  const results = outputs.map(({ shape }) => keep(empty([batches.rows, ...shape])));
  try {
    const order = batches.order(false, 0, 0);
    for (let b = 0, row = 0; b < batches.count; b++) {
      await breathe();
      signal?.throwIfAborted();
      noGrad(() =>
        scope(() => {
          const made = run(batches.load(order, b));
          for (const [i, part] of made.entries()) {
            const place = results[i].section((row * results[i].size) / batches.rows, part.shape);
            copyFloat32(place.ptr, part.ptr, part.size);
          }
          row += made[0].shape[0];
        }),
      );
    }
    return results;
  } catch (error) {
    for (const result of results) result.dispose();
    throw error;
  } finally {
    batches.dispose();
  }
}
