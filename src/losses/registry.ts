/** Losses by name, for loading models. Only code that loads a model imports this file. */
import { makeFrom } from "../config.js";
import * as losses from "./index.js";
import type { Loss } from "./loss.js";

/**
 * The loss that a config describes.
 * @throws {DataError} when its className is unknown
 * @throws {UsageError} when an option is unknown or out of range
 */
export function lossFrom(config: unknown): Loss {
  return makeFrom<Loss>("loss", losses, config);
}
