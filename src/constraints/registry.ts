/** Constraints by name, for loading models. Only code that loads a model imports this file. */
import { makeFrom } from "../config.js";
import type { Constraint } from "./constraint.js";
import * as constraints from "./index.js";

/**
 * The constraint that a config describes.
 * @throws {DataError} when its className is unknown
 * @throws {UsageError} when an option is unknown or out of range
 */
export function constraintFrom(config: unknown): Constraint {
  return makeFrom<Constraint>("constraint", constraints, config, "constraints");
}
