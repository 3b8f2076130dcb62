/** The entrance of a functional model. */
import { checkKeys } from "../errors.js";
import { checkShape, type Shape } from "../tensor/shape.js";
import { SymbolicTensor, checkName } from "./layer.js";

/** Options of {@link input}. */
export interface InputOptions {
  /** Shape of one sample, without the batch. */
  readonly shape: Shape;
  /** What messages and the summary call it. */
  readonly name?: string;
}

/** An input of a functional model, to which layers are applied. Errors: ShapeError for what is no shape; UsageError for another option. */
export function input(options: InputOptions): SymbolicTensor {
  checkKeys("input", options, ["shape", "name"]);
  const { shape, name } = options;
  checkShape("input", shape);
  checkName("input", name);
  return new SymbolicTensor(shape, undefined, name);
}
