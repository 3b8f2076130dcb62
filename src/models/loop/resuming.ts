/**
 * Whether a fit that resumes has the batches that training began with. Imported only when a fit resumes; imports only
 * the errors itself, because bundlers would move what it shared with a page into files of their own.
 */
import { UsageError, message } from "../../errors.js";
import type { SavedProgress } from "./progress.js";

/**
 * Checks that a fit can resume.
 *
 * @param progress   where training stands
 * @param rows       N
 * @param batchSize  samples of a batch
 * @param grouping   the multiple that lengths are rounded up to; false: rows are not grouped by length
 * @throws {UsageError} when the samples of the epoch so far are not whole batches, because the data or the batch size
 *   differ, or when the batches were grouped by length in another way
 */
export function checkBatches(progress: SavedProgress, rows: number, batchSize: number, grouping: number | false): void {
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
