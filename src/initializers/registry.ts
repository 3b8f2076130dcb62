/** Initializers by name, for loading models. Only code that loads a model imports this file. */
import { makeFrom } from "../config.js";
import * as initializers from "./index.js";
import type { Initializer } from "./initializer.js";

/**
 * The initializer that a config describes.
 * @throws {DataError} when its className is unknown
 * @throws {UsageError} when an option is unknown or out of range
 */
export function initializerFrom(config: unknown): Initializer {
  return makeFrom<Initializer>("initializer", initializers, config);
}
