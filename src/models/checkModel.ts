/** The check of functions that take a model. */
import { UsageError, message, show } from "../errors.js";
import { Model } from "./model.js";

/** @throws {UsageError} when the value is not a model */
export function checkModel(op: string, value: unknown): asserts value is Model {
  if (value instanceof Model) return;
  const expected = "a model, made by sequential, model or loadModel";
  throw new UsageError(message(op, "the first argument is not a model", { expected, got: show(value) }));
}
