/** The checks that every layer's constructor begins with, and those of options that are values of other rooms. */
import { UsageError, checkKeys, message, show } from "../errors.js";
import type { Initializer } from "../initializers/initializer.js";
import type { Regularizer } from "../regularizers/regularizer.js";
import { checkShape } from "../tensor/shape.js";
import { type LayerOptions, checkName } from "./layer.js";

/**
 * Throws UsageError for an option that the layer does not have or a name that is none, ShapeError for an inputShape that is none.
 *
 * @param kind     the layer's kind
 * @param options  what the user passed
 * @param known    names of the layer's own options
 */
export function checkLayerOptions(kind: string, options: LayerOptions, known: readonly string[]): void {
  checkKeys(kind, options, [...known, "name", "inputShape"]);
  checkName(kind, options.name);
  if (options.inputShape !== undefined) checkShape(kind, options.inputShape);
}

/** Throws UsageError unless the option is an initializer or left out. */
export function checkInitializer(kind: string, option: string, value: Initializer | undefined): void {
  checkValue(kind, option, value, "fill", "initializers.heNormal()");
}

/** Throws UsageError unless the option is a regularizer or left out. */
export function checkRegularizer(kind: string, option: string, value: Regularizer | undefined): void {
  checkValue(kind, option, value, "l2", "regularizers.l2(1e-4)");
}

function checkValue(kind: string, option: string, value: unknown, member: string, example: string): void {
  if (value === undefined || (typeof value === "object" && value !== null && member in value)) return;
  const hint = typeof value === "function" ? { hint: `Call it: ${value.name}(…).` } : {};
  throw new UsageError(
    message(kind, `${option} is of another kind`, { expected: `a value as ${example}`, got: show(value), ...hint }),
  );
}
