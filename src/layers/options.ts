/** The check that every layer's constructor begins with. */
import { checkKeys } from "../errors.js";
import { checkShape } from "../tensor/shape.js";
import type { LayerOptions } from "./layer.js";

/**
 * Throws UsageError for an option that the layer does not have, ShapeError for an inputShape that is none.
 *
 * @param kind     the layer's kind
 * @param options  what the user passed
 * @param known    names of the layer's own options
 */
export function checkLayerOptions(kind: string, options: LayerOptions, known: readonly string[]): void {
  checkKeys(kind, options, [...known, "name", "inputShape"]);
  if (options.inputShape !== undefined) checkShape(kind, options.inputShape);
}
