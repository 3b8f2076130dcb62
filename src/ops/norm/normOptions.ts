/**
 * What normalising ops share: γ, β and ε. Letters: C columns, for each of which γ and β have a value. Does not call
 * kernels.
 */
import { ShapeError, checkKeys, message } from "../../errors.js";
import { checkNumber } from "../../options.js";
import { type Shape, sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkTensors } from "../defineOp.js";

/** Options of {@link batchNorm}, {@link groupNorm}, {@link layerNorm}. */
export interface NormOptions {
  /** γ, which scales. Default: ones. */
  readonly gamma?: Tensor | undefined;
  /** β, which shifts. Default: zeros. */
  readonly beta?: Tensor | undefined;
  /** ε, added to the variance, > 0. Default 1e-3, as in Keras. */
  readonly epsilon?: number;
}

/** Which of γ and β are among an op's operands, and ε. */
export interface Affine {
  readonly hasScale: boolean;
  readonly hasOffset: boolean;
  readonly epsilon: number;
}

/**
 * γ and β, if present, as operands, and a description of which are present.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function affineOf(op: string, options: NormOptions): { readonly operands: Tensor[]; readonly affine: Affine } {
  checkKeys(op, options, ["gamma", "beta", "epsilon"]);
  const { gamma, beta, epsilon = 1e-3 } = options;
  checkNumber(op, "epsilon", epsilon, "(0, ∞)");
  const operands = [gamma, beta].filter((tensor) => tensor !== undefined);
  checkTensors(op, operands, gamma === undefined ? "beta" : "gamma beta");
  return { operands, affine: { hasScale: gamma !== undefined, hasOffset: beta !== undefined, epsilon } };
}

/** γ and β among an op's last operands. */
export function affineOperands(
  { hasScale, hasOffset }: Affine,
  operands: readonly Tensor[],
): { readonly gamma: Tensor | undefined; readonly beta: Tensor | undefined } {
  const [first, second] = operands;
  return { gamma: hasScale ? first : undefined, beta: hasOffset ? (hasScale ? second : first) : undefined };
}

/**
 * Checks that γ and β, if present, are float32 and have this shape. @param rule the shape in letters, and what they
 * mean
 * @throws {ShapeError} when they have not
 */
export function checkAffine(op: string, affine: Affine, operands: readonly Tensor[], shape: Shape, rule: string): void {
  for (const [name, tensor] of Object.entries(affineOperands(affine, operands))) {
    if (tensor === undefined || (tensor.dtype === "float32" && sameShape(tensor.shape, shape))) continue;
    const got = `${name} ${tensor.dtype} ${showShape(tensor.shape)}`;
    throw new ShapeError(
      message(op, `${name} does not fit`, { expected: `float32 ${showShape(shape)}, ${rule}`, got }),
    );
  }
}
