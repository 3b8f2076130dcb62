/** The inputs of a functional model. */
import { checkKeys } from "../errors.js";
import { type SampleShape, sampleShape } from "../tensor/shape.js";
import { SymbolicTensor, checkName } from "./layer.js";

/** Options of {@link input}. */
export interface InputOptions {
  /** Shape of one sample, without the batch; null is an axis of any size, such as the steps of a sequence. */
  readonly shape: SampleShape;
  /** The input's name in messages and in the summary. */
  readonly name?: string;
}

/**
 * An input of a functional model, to which layers are applied.
 * @throws {ShapeError} when the shape is invalid
 * @throws {UsageError} when an option is unknown
 */
export function input(options: InputOptions): SymbolicTensor {
  checkKeys("input", options, ["shape", "name"]);
  const { shape, name } = options;
  const known = sampleShape("input", shape);
  checkName("input", name);
  return new SymbolicTensor(known, undefined, name);
}
