/** Options common to all ready-made networks. */
import { checkKeys } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { checkShape } from "../../tensor/shape.js";
import type { Shape } from "../../tensor/shape.js";
import type { ModelOptions } from "../modelOptions.js";

/** Options of every ready network. */
export interface NetworkOptions extends ModelOptions {
  /** Shape of a sample. Default [28, 28, 1], a digit of MNIST. */
  readonly inputShape?: Shape;
  /** Size of the output. Default 10. */
  readonly classes?: number;
}

/**
 * The options with defaults, those of the model apart.
 * @param further names of options of the network itself.
 * @throws {UsageError | ShapeError}
 */
export function networkOptions(
  op: string,
  options: NetworkOptions,
  further: readonly string[],
): { readonly inputShape: Shape; readonly classes: number; readonly model: ModelOptions } {
  checkKeys(op, options, ["inputShape", "classes", ...further, "name", "seed"]);
  const { inputShape = [28, 28, 1], classes = 10, name = op, seed = 0 } = options;
  checkShape(op, inputShape);
  checkInteger(op, "classes", classes, "[1, ∞)");
  return { inputShape, classes, model: { name, seed } };
}
