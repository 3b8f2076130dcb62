/** Initializers by name, for loading. Only what loads a model imports this file. */
import { makeFrom } from "../config.js";
import * as initializers from "./index.js";
import type { Initializer } from "./initializer.js";

/** The initializer that a config describes. Errors: DataError for an unknown one, UsageError for an option. */
export function initializerFrom(config: unknown): Initializer {
  return makeFrom<Initializer>("initializer", initializers, config, "initializers");
}
