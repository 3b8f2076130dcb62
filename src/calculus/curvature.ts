/**
 * Second derivatives along a direction. Letters: H = ∂²f/∂x², v a direction of x's shape.
 * Source: Pearlmutter 1994, "Fast exact multiplication by the Hessian".
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import { add, mul, sub } from "../ops/pointwise/arithmetic.js";
import { reshape } from "../ops/shape/reshape.js";
import { zeros } from "../tensor/create.js";
import { scope } from "../tensor/scope.js";
import { backwardTo, noGrad, tapePosition } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { alone, checkInputs, checkNotNested, checkTangents, forward } from "./forwardMode.js";
import { grad, leafOf } from "./reverseMode.js";
import { SecondDerivativeError } from "./rule.js";

/** Options of {@link hvp}. */
export interface HvpOptions {
  /**
   * "exact" throws where an op on the way has no second derivative; "differences" takes the difference of two gradients
   * always. Default: exact where it can be, else differences.
   */
  readonly method?: "exact" | "differences";
}

/** The cube root of what float32 resolves: the step of a central difference with the smallest error. */
const relativeStep = 4.9e-3;

/**
 * The Hessian–vector product H·v of a function with one number as its result, without H.
 *
 * It is the gradient of the derivative along v: reverse mode over forward mode, where every op on the way has a tangent
 * that is a formula over ops (arithmetic, products, convolutions, exp, log, every activation, softmax, normalisation,
 * recurrent layers, attention, mean squares and cross-entropies of logits). For others (products along an axis, the
 * remaining losses) it is a central difference of two gradients with a step of 0.005 · max(1, ‖x‖) /
 * ‖v‖, right to three or four digits.
 * @param f        a synchronous function of tensors that returns a float32 scalar
 * @param inputs   what it is called with; float32
 * @param vectors  v: one tensor for each input, of its shape
 * @returns H·v, one tensor for each input
 * Cost: four to six times that of f; by differences two gradients.
 * @throws {UsageError} when an argument is none, or inside noGrad(); with "exact" when an op has no second derivative
 * @throws {ShapeError} when a vector does not fit its input, or f returns something else than a scalar
 */
export function hvp(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  vectors: readonly Tensor[],
  options: HvpOptions = {},
): readonly Tensor[] {
  checkInputs("hvp", f, inputs);
  checkTangents("hvp", inputs, vectors);
  checkKeys("hvp", options, ["method"]);
  checkNotNested("hvp");
  const { method } = options;
  if (method !== undefined && method !== "exact" && method !== "differences") {
    const expected = '"exact" or "differences"';
    throw new UsageError(message("hvp", "unknown method", { expected, got: show(method) }));
  }
  if (method === "differences") return byDifferences(f, inputs, vectors);
  try {
    return exactly(f, inputs, vectors);
  } catch (error) {
    if (method === "exact" || !(error instanceof SecondDerivativeError)) throw error;
    return byDifferences(f, inputs, vectors);
  }
}

function exactly(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  vectors: readonly Tensor[],
): readonly Tensor[] {
  return scope(() => {
    const leaves = inputs.map(leafOf);
    const from = tapePosition();
    const { value, tangent } = alone("hvp", () => forward("hvp", f, leaves, vectors));
    if (value.size !== 1) {
      const hint = "Reduce it with sum() or mean().";
      const got = value.label();
      throw new ShapeError(message("hvp", "the function returns no scalar", { expected: "one number", got, hint }));
    }
    if (tangent.requiresGrad) backwardTo(reshape(tangent, []), leaves, from);
    return leaves.map((leaf) => leaf.grad ?? zeros(leaf.shape));
  });
}

/** (∇f(x + h·v) − ∇f(x − h·v)) / 2h. */
function byDifferences(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  vectors: readonly Tensor[],
): readonly Tensor[] {
  const norm = (tensors: readonly Tensor[]): number => Math.hypot(...tensors.map(lengthOf));
  const length = norm(vectors);
  if (length === 0) return inputs.map((x) => zeros(x.shape));
  const h = (relativeStep * Math.max(1, norm(inputs))) / length;
  return scope(() => {
    const gradientsAt = (step: number): readonly Tensor[] =>
      grad(
        f,
        noGrad(() => inputs.map((x, i) => add(x, mul(vectors[i], step)))),
      );
    const [above, below] = [gradientsAt(h), gradientsAt(-h)];
    return noGrad(() => above.map((gradient, i) => mul(sub(gradient, below[i]), 1 / (2 * h))));
  });
}

/** √Σ x². */
function lengthOf(x: Tensor): number {
  let sum = 0;
  for (const value of x.toTypedArray()) sum += value * value;
  return Math.sqrt(sum);
}
