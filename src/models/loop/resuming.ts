/**
 * Whether a fit that resumes has the batches that training began with. Imported only when a fit resumes; imports only
 * the errors itself, because bundlers would move what it shared with a page into files of their own.
 */
import type { Batches } from "../../data/batches.js";
import { UsageError, message } from "../../errors.js";
import type { SavedProgress } from "./progress.js";

/**
 * Checks that a fit can resume.
 *
 * @param progress  where training stands
 * @param batches   of N rows
 * @throws {UsageError} when the samples of the epoch so far are not whole batches, because the data or the batch size
 *   differ, or when the batches were grouped by length in another way
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
    throw new UsageError(message("fit", "training began with a different groupByLength", { expected, got, hint }));
  }
  const samples = Math.min(progress.batch * batchSize, rows);
  if (progress.samples === samples) return;
  const [expected, got] = [progress.samples, samples].map((count) => `${count} samples in ${progress.batch} batches`);
  const hint = "Resuming needs the same data and batchSize.";
  throw new UsageError(
    message("fit", "the batches differ from those that training began with", { expected, got, hint }),
  );
}
