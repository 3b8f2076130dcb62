/** The entrance of a functional model. */
import { checkShape, type Shape } from "../tensor/shape.js";
import { SymbolicTensor } from "./layer.js";

/** Options of {@link input}. */
export interface InputOptions {
  /** Shape of one sample, without the batch. */
  readonly shape: Shape;
  /** What messages and the summary call it. */
  readonly name?: string;
}

/** An input of a functional model, to which layers are applied. Errors: ShapeError. */
export function input({ shape, name }: InputOptions): SymbolicTensor {
  checkShape("input", shape);
  return new SymbolicTensor(shape, undefined, name);
}
