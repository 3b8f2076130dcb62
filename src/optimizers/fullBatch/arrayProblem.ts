/** A function of an array of numbers, which gives its gradient itself. Letters: n numbers. */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import type { Objective } from "./descent.js";
import { Doubles } from "./doubles.js";
import type { Space } from "./space.js";

/** f(x) and ∂f/∂x at x, (n). */
export type ArrayFunction = (x: Float64Array) => { readonly value: number; readonly gradient: ArrayLike<number> };

/** What is minimised, and where the result goes. */
export interface Problem<V> {
  readonly space: Space<V>;
  readonly f: Objective<V>;
  /** The first point. */
  readonly x: V;
  /** Leaves the user's parameters at a point. */
  readonly keep: (x: V) => void;
  readonly dispose: () => void;
}

/** @throws {UsageError} where the first point is not a list of finite numbers */
export function arrayProblem(f: ArrayFunction, first: ArrayLike<number>): Problem<Float64Array> {
  const x = Float64Array.from(first);
  const wrong = x.findIndex((value) => !Number.isFinite(value));
  if (x.length === 0 || wrong >= 0) {
    const got = x.length === 0 ? "no numbers" : `${show(first[wrong])} at [${wrong}]`;
    throw new UsageError(message("minimize", "the first point is unusable", { expected: "finite numbers", got }));
  }
  return { space: new Doubles(x.length), f: (at, out) => evaluate(f, at, out), x, keep: () => {}, dispose: () => {} };
}

function evaluate(f: ArrayFunction, x: Float64Array, out: Float64Array): number {
  const made: Partial<ReturnType<ArrayFunction>> | null | undefined = f(x.slice());
  const { value, gradient } = made ?? {};
  if (typeof value !== "number" || typeof gradient !== "object" || gradient === null) {
    const [expected, got] = ["{ value, gradient }", show(made)];
    throw new UsageError(message("minimize", "f returned something else", { expected, got }));
  }
  if (gradient.length !== x.length) {
    const [expected, got] = [`${x.length} numbers, as x has`, `${gradient.length}`];
    throw new ShapeError(message("minimize", "the gradient has another length", { expected, got }));
  }
  for (let i = 0; i < out.length; i++) out[i] = gradient[i];
  return value;
}
