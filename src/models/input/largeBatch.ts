/**
 * The error for a batchSize of fit above the number of samples. Imported when that happens, and itself without imports
 * but errors: what it shared with a page, bundlers would put into files of its own.
 */
import { UsageError, message } from "../../errors.js";
import type { FitOptions } from "../loop/fitOptions.js";

/** @param rows of the data to train on @throws {UsageError} always */
export function refuseBatch({ batchSize }: FitOptions, rows: number): never {
  const expected = `at most ${rows}, the number of training samples`;
  throw new UsageError(message("fit", "batchSize is larger than the data", { expected, got: String(batchSize) }));
}
