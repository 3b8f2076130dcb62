/**
 * Reverse mode as functions of functions: gradients, vector–Jacobian products and whole Jacobians. The tape does the
 * work (tensor/tape.ts). Letters: x the inputs, y the results, u a vector of y's shape, J = ∂y/∂x.
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { checkKeys } from "../errors.js";
import { add, mul } from "../ops/pointwise/arithmetic.js";
import { sum } from "../ops/reduce/reduce.js";
import { concat } from "../ops/shape/concat.js";
import { detach } from "../ops/shape/detach.js";
import { reshape } from "../ops/shape/reshape.js";
import { tensor, zeros } from "../tensor/create.js";
import { scope } from "../tensor/scope.js";
import { sameShape, showShape } from "../tensor/shape.js";
import { backwardTo, isGradEnabled, noGrad, tapePosition } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { type Result, alone, checkInputs, checkNotNested, checkResults, jvp } from "./forwardMode.js";

/** What {@link vjp} and {@link valueAndGrad} return. */
export interface ValueAndGradients<R extends Result> {
  /** f(inputs), of the same form as what f returns. */
  readonly value: R;
  /** One for each input, of its shape; zeros where the results do not depend on it. */
  readonly gradients: readonly Tensor[];
}

/**
 * The gradient of a function with one number as its result: ∂f/∂x for each input.
 *
 *   const [slope] = grad((x) => sum(square(x)), [tensor([1, 2])]); // [2, 4]
 *
 * @param f       a synchronous function of tensors that returns a float32 scalar
 * @param inputs  what it is called with, as leaves of their own: float32
 * @returns one gradient for each input, of its shape
 * Whatever else f uses is a constant: the gradients of weights, and a tape from before, stay as they are.
 * Cost: one forward and one backward pass, however many inputs there are.
 * @throws {UsageError} when an argument is none, inside noGrad(), or inside the function of another derivative
 * @throws {ShapeError} when f returns something else than a scalar
 */
export function grad(f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): readonly Tensor[] {
  const { value, gradients } = valueAndGrad(f, inputs);
  value.dispose();
  return gradients;
}

/** The value of a function with one number as its result, and its {@link grad}. Arguments and errors: there. */
export function valueAndGrad(f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): ValueAndGradients<Tensor> {
  return pulledBack("grad", f, inputs, undefined);
}

/**
 * The vector–Jacobian product Jᵀ·u of a function at its inputs, in one pass back.
 *
 * @param f       a synchronous function of tensors that returns a float32 tensor or a list of them
 * @param inputs  what it is called with, as leaves of their own: float32
 * @param vectors u: one tensor for each result, of its shape
 * @returns the value, and Jᵀ·u for each input
 * Whatever else f uses is a constant, as for {@link grad}. Cost: one forward and one backward pass.
 * @throws {UsageError} when an argument is none, or inside noGrad()
 * @throws {ShapeError} when a vector does not fit its result
 */
export function vjp<R extends Result>(
  f: (...inputs: Tensor[]) => R,
  inputs: readonly Tensor[],
  vectors: readonly Tensor[],
): ValueAndGradients<R> {
  if (!Array.isArray(vectors)) {
    const expected = "a list of float32 tensors, one for each result";
    throw new UsageError(message("vjp", "the vectors do not fit", { expected, got: show(vectors) }));
  }
  return pulledBack("vjp", f, inputs, vectors);
}

/** Runs f on leaves, and back. @param vectors undefined: the result is a scalar, and its seed 1 */
function pulledBack<R extends Result>(
  op: string,
  f: (...inputs: Tensor[]) => R,
  inputs: readonly Tensor[],
  vectors: readonly Tensor[] | undefined,
): ValueAndGradients<R> {
  checkInputs(op, f, inputs);
  checkNotNested(op);
  if (!isGradEnabled()) {
    throw new UsageError(message(op, "nothing is recorded inside noGrad()", { hint: "Call it outside." }));
  }
  return scope(() => {
    const leaves = inputs.map(leafOf);
    const from = tapePosition();
    const value = alone(op, () => f(...leaves));
    const results = checkResults(op, value);
    const weighed = weigh(op, results, vectors);
    if (weighed.requiresGrad) backwardTo(weighed, leaves, from);
    const gradients = leaves.map((leaf) => leaf.grad ?? zeros(leaf.shape));
    const values = results.map(detach); // the tape behind them is used up
    return { value: (value instanceof Tensor ? values[0] : values) as Result as R, gradients };
  });
}

/** A leaf with the values of x, sharing its memory. */
export function leafOf(x: Tensor): Tensor {
  const leaf = detach(x);
  leaf.requiresGrad = true;
  return leaf;
}

/** Σ u · y, whose gradient is Jᵀ·u. */
function weigh(op: string, results: readonly Tensor[], vectors: readonly Tensor[] | undefined): Tensor {
  if (vectors === undefined) {
    const [y] = results;
    if (results.length === 1 && y.size === 1) return sum(y);
    const hint = "Reduce it with sum() or mean(), or use vjp() or jacobian().";
    const got = results.map((one) => one.label()).join(", ");
    throw new ShapeError(message(op, "the function returns no scalar", { expected: "one number", got, hint }));
  }
  const isFitting = (y: Tensor, i: number): boolean =>
    vectors[i] instanceof Tensor && vectors[i].dtype === "float32" && sameShape(vectors[i].shape, y.shape);
  if (vectors.length !== results.length || !results.every(isFitting)) {
    const expected = results.map(({ shape }) => showShape(shape)).join(", ");
    const got = vectors.map((u: unknown) => (u instanceof Tensor ? u.label() : show(u))).join(", ");
    throw new ShapeError(message(op, "the vectors do not fit the results", { expected, got }));
  }
  return results.map((y, i) => sum(mul(y, vectors[i]))).reduce((a, b) => add(a, b));
}

/** Options of {@link jacobian}. */
export interface JacobianOptions {
  /**
   * "forward" takes a pass for each element of the inputs, "reverse" one for each element of the result. Default: what
   * needs fewer.
   */
  readonly mode?: "forward" | "reverse";
}

/**
 * The whole Jacobian of a function: ∂y/∂x for each input, of y's shape followed by that of x.
 *
 * @param f       a synchronous function of tensors that returns one float32 tensor
 * @param inputs  what it is called with; float32
 * Cost: as many passes as the inputs have elements, or as the result has.
 * @throws {UsageError} when an argument is none, or in forward mode an op has no rule
 */
export function jacobian(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: JacobianOptions = {},
): readonly Tensor[] {
  checkInputs("jacobian", f, inputs);
  checkKeys("jacobian", options, ["mode"]);
  const results = scope(() =>
    checkResults(
      "jacobian",
      noGrad(() => alone("jacobian", () => f(...inputs))),
    ),
  );
  if (results.length > 1) {
    const hint = "Take one of them at a time, or join them with concat().";
    throw new UsageError(message("jacobian", "the function returns several tensors", { expected: "one", got: String(results.length), hint })); // prettier-ignore
  }
  const [y] = results;
  const { shape, size } = y;
  y.dispose();
  const count = inputs.reduce((total, x) => total + x.size, 0);
  const { mode = count < size ? "forward" : "reverse" } = options;
  if (mode !== "forward" && mode !== "reverse") {
    throw new UsageError(message("jacobian", "unknown mode", { expected: '"forward" or "reverse"', got: show(mode) }));
  }
  return scope(() =>
    inputs.map((x, at) => {
      const whole = [...shape, ...x.shape];
      if (x.size === 0 || size === 0) return zeros(whole);
      if (mode === "reverse") {
        const rows = unitVectors(shape, size).map((u) => vjp(f, inputs, [u]).gradients[at]);
        return reshape(concat(rows.map((row) => reshape(row, [1, x.size])), 0), whole); // prettier-ignore
      }
      const columns = unitVectors(x.shape, x.size).map((v) => {
        const tangents = inputs.map((other, i) => (i === at ? v : zeros(other.shape)));
        return reshape(jvp(f, inputs, tangents).tangent, [size, 1]);
      });
      return reshape(concat(columns, 1), whole);
    }),
  );
}

/** A tensor of that shape for each of its elements, with 1 there and 0 elsewhere. */
function unitVectors(shape: readonly number[], size: number): Tensor[] {
  return Array.from({ length: size }, (_, i) => {
    const values = new Float32Array(size);
    values[i] = 1;
    return tensor(values, shape);
  });
}
