/** Losses by name, for loading. Only what loads a model imports this file. */
import { makeFrom } from "../config.js";
import * as losses from "./index.js";
import type { Loss } from "./loss.js";

/** The loss that a config describes. Errors: DataError for an unknown one, UsageError for an option. */
export function lossFrom(config: unknown): Loss {
  return makeFrom<Loss>("loss", losses, config, "losses");
}
