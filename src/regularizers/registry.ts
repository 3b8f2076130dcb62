/** Regularizers by name, for loading models. Only code that loads a model imports this file. */
import { makeFrom } from "../config.js";
import { l1l2 } from "./index.js";
import type { Regularizer } from "./regularizer.js";

/** The makers. */
export const regularizers = { l1l2 };

/**
 * The regularizer that a config describes.
 * @throws {DataError} when its className is unknown
 * @throws {UsageError} when an option is unknown or out of range
 */
export function regularizerFrom(config: unknown): Regularizer {
  return makeFrom("regularizer", regularizers, config);
}
