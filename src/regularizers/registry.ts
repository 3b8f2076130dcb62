/** Regularizers by name, for loading. Only what loads a model imports this file. */
import { makeFrom } from "../config.js";
import { l1l2 } from "./index.js";
import type { Regularizer } from "./regularizer.js";

/** The makers. */
export const regularizers = { l1l2 };

/** The regularizer that a config describes. Errors: DataError for an unknown one, UsageError for an option. */
export function regularizerFrom(config: unknown): Regularizer {
  return makeFrom("regularizer", regularizers, config);
}
