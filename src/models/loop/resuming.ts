/**
 * Whether a fit that resumes goes on with the batches that training began with. Imported where a fit resumes, and itself without imports but errors: what
 * it shared with a page, bundlers would put into files of its own.
 */
import type { Batches } from "../../data/batches.js";
import { UsageError, message } from "../../errors.js";
import type { SavedProgress } from "./progress.js";

/**
 * Throws UsageError where the samples of the epoch so far are not whole batches of these data, because the data or the batch size are others, and
 * where the batches so far were grouped by length in another way.
 *
 * @param progress  where training stands
 * @param batches   of N rows
 */
export function checkBatches(
  progress: SavedProgress,
  { rows, batchSize, grouping }: Pick<Batches, "rows" | "batchSize" | "grouping">,
): void {
  const known = progress.grouping ?? grouping;
  if (known !== grouping) {
    const [expected, got] = [known, grouping].map((multiple) =>
      multiple === false ? "false" : `multiples of ${multiple}`,
    );
    const hint = "Resuming needs the same groupByLength.";
    throw new UsageError(message("fit", "training began with another groupByLength", { expected, got, hint }));
  }
  const samples = Math.min(progress.batch * batchSize, rows);
  if (progress.samples === samples) return;
  const [expected, got] = [progress.samples, samples].map((count) => `${count} samples in ${progress.batch} batches`);
  const hint = "Resuming needs the same data and batchSize.";
  throw new UsageError(message("fit", "these are not the batches that training began with", { expected, got, hint }));
}
