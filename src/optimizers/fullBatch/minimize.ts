/**
 * Minimises a function of tensors, or of a plain array of numbers, by methods that evaluate all of it at every step.
 * The iteration is descent.ts; here are options, checks and the result.
 */
import { UsageError, message, show } from "../../errors.js";
import { type Table, checkFunction, integer, number, oneOf, optional, resolve, unchecked } from "../../options.js";
import { breathe } from "../../runtime/breathe.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Bfgs } from "./bfgs.js";
import { type Beta, ConjugateGradients } from "./conjugate.js";
import { Descent } from "./descent.js";
import { LimitedMemory } from "./limitedMemory.js";
import type { Method } from "./method.js";
import { type ArrayFunction, type Problem, arrayProblem } from "./arrayProblem.js";
import type { Space } from "./space.js";
import { tensorProblem } from "./tensorProblem.js";

/** Where a minimisation stands after an iteration. */
export interface MinimizeProgress {
  /** Counted from 1. */
  readonly iteration: number;
  readonly value: number;
  /** max |∂f/∂x| */
  readonly gradientNorm: number;
  /** Of f with its gradient, so far. */
  readonly evaluations: number;
  /** α: how far it went along the direction. */
  readonly step: number;
}

/** Options of {@link minimize}. */
export interface MinimizeOptions {
  /** Default "lbfgs". "gradient" is steepest descent with a line search. */
  readonly method?: "lbfgs" | "bfgs" | "cg" | "gradient";
  /** Steps that "lbfgs" remembers. Default 10. */
  readonly memory?: number;
  /** The formula of "cg". Default "polak-ribiere", which is Polak–Ribière+. */
  readonly beta?: Exclude<Beta, "none">;
  /** Ends where no |∂f/∂x| is larger. Default 1e-5. */
  readonly gradientTolerance?: number;
  /** Ends where a step lowers f by no more than this share of max(|f|, 1). Default 0: by the gradient alone. */
  readonly valueTolerance?: number;
  /** Default 15,000. */
  readonly maxIterations?: number;
  /** Default: no limit. */
  readonly maxEvaluations?: number;
  /** Called after each iteration. Returning false ends the minimisation. */
  readonly onIteration?: (progress: MinimizeProgress) => unknown;
  /** Aborting ends it after the current iteration, with the signal's reason; tensors keep the best point. */
  readonly signal?: AbortSignal;
}

/** How a minimisation ended. */
export interface Minimum {
  readonly value: number;
  /** max |∂f/∂x| */
  readonly gradientNorm: number;
  readonly iterations: number;
  /** Of f with its gradient. */
  readonly evaluations: number;
  /** True where a tolerance was reached. */
  readonly converged: boolean;
  /**
   * The tolerance or limit that ended it; "rounding": f no longer changes by more than its rounding errors; "line
   * search": no step lowers f, as where the gradient is not that of f; "callback": onIteration returned false.
   */
  readonly reason: "gradient" | "value" | "iterations" | "evaluations" | "rounding" | "line search" | "callback";
  /** The point, where f takes an array. */
  readonly x: Float64Array;
}

/** BFGS keeps n² numbers. */
const mostForBfgs = 5000;

const table = {
  method: oneOf(["lbfgs", "bfgs", "cg", "gradient"], "lbfgs"),
  memory: integer("[1, ∞)", 10),
  beta: oneOf(["polak-ribiere", "fletcher-reeves", "hager-zhang"], "polak-ribiere"),
  gradientTolerance: number("[0, ∞)", 1e-5),
  valueTolerance: number("[0, ∞)", 0),
  maxIterations: integer("[1, ∞)", 15_000),
  maxEvaluations: optional(integer("[1, ∞)")),
  onIteration: unchecked(),
  signal: unchecked(),
} satisfies Table<MinimizeOptions>;

/**
 * Minimises f by L-BFGS, BFGS, nonlinear conjugate gradients or steepest descent, each with a line search that fulfils
 * the strong Wolfe conditions (Moré & Thuente 1994; Nocedal & Wright, algorithms 3.5 and 3.6). Where f is not finite,
 * the step is halved.
 *
 *   const w = tensor(values, [10], { requiresGrad: true });
 *   await minimize(() => mean(square(sub(matmul(x, w), y))), [w]);         // float32, gradients from the tape
 *
 *   const f = (x: Float64Array) => ({ value: x[0] ** 2, gradient: [2 * x[0]] });
 *   const { x } = await minimize(f, [3]);                                   // float64
 *
 * @param f           computes a scalar tensor from the parameters, without side effects; or, for a list of numbers, value
 *                    and gradient at x, (n) each
 * @param parameters  float32 tensors that require a gradient, which f reads and which hold the best point afterwards, also
 *                    after an error; or the first point, (n)
 * @returns how it ended. Bits do not depend on the number of threads
 * @throws {UsageError} for options out of range, parameters that cannot be trained, an f that returns something else or
 *   is not finite at the first point
 * @throws {ShapeError} where f's value is no scalar or its gradient has another length
 */
export async function minimize(
  f: () => Tensor,
  parameters: readonly Tensor[],
  options?: MinimizeOptions,
): Promise<Minimum>;
export async function minimize(
  f: ArrayFunction,
  parameters: ArrayLike<number>,
  options?: MinimizeOptions,
): Promise<Minimum>;
export async function minimize(
  f: ArrayFunction | (() => Tensor),
  parameters: ArrayLike<number> | readonly Tensor[],
  options: MinimizeOptions = {},
): Promise<Minimum> {
  checkFunction("minimize", f);
  const chosen = resolve("minimize", options, table) as Chosen;
  if (chosen.onIteration !== undefined) checkFunction("minimize: onIteration", chosen.onIteration);
  if (chosen.signal !== undefined && typeof chosen.signal?.throwIfAborted !== "function") {
    const got = show(chosen.signal);
    throw new UsageError(
      message("minimize", "signal must be an AbortSignal", { got, hint: "Pass controller.signal." }),
    );
  }
  chosen.signal?.throwIfAborted();
  const isNumbers = ArrayBuffer.isView(parameters) || typeof (parameters as ArrayLike<unknown>)?.[0] === "number";
  return isNumbers
    ? run(arrayProblem(f as ArrayFunction, parameters as ArrayLike<number>), chosen)
    : run(tensorProblem(f as () => Tensor, parameters as readonly Tensor[]), chosen);
}

type Chosen = Required<Omit<MinimizeOptions, "maxEvaluations" | "onIteration" | "signal">> &
  Pick<MinimizeOptions, "maxEvaluations" | "onIteration" | "signal">;

async function run<V>(problem: Problem<V>, options: Chosen): Promise<Minimum> {
  const { space, f, x, keep, dispose } = problem;
  try {
    const descent = new Descent(space, methodOf(space, options), f, x);
    try {
      descent.begin();
      if (!Number.isFinite(descent.value) || Number.isNaN(descent.gradientNorm)) {
        const got = `value ${descent.value}, largest element of the gradient ${descent.gradientNorm}`;
        throw new UsageError(message("minimize", "f is not finite at the first point", { got }));
      }
      const reason = await descend(descent, options);
      const { value, gradientNorm, iterations, evaluations } = descent;
      const converged = reason === "gradient" || reason === "value";
      return { value, gradientNorm, iterations, evaluations, converged, reason, x: space.read(descent.x) };
    } finally {
      keep(descent.x);
    }
  } finally {
    dispose();
  }
}

async function descend<V>(descent: Descent<V>, options: Chosen): Promise<Minimum["reason"]> {
  const { gradientTolerance, valueTolerance, maxIterations, maxEvaluations, onIteration, signal } = options;
  while (descent.gradientNorm > gradientTolerance) {
    if (descent.iterations >= maxIterations) return "iterations";
    await breathe();
    signal?.throwIfAborted();
    const before = descent.value;
    const ended = descent.iterate(maxEvaluations);
    if (ended === "no descent") return "line search";
    const { iterations: iteration, value, gradientNorm, evaluations, step } = descent;
    const isOver = onIteration?.({ iteration, value, gradientNorm, evaluations, step }) === false;
    if (gradientNorm <= gradientTolerance) return "gradient";
    if (ended === "evaluations") return ended;
    if (isOver) return "callback";
    if (before - value <= valueTolerance * Math.max(Math.abs(before), Math.abs(value), 1) && valueTolerance > 0)
      return "value";
    if (descent.isStalled) return "rounding";
  }
  return "gradient";
}

function methodOf<V>(space: Space<V>, { method, memory, beta, gradientTolerance }: Chosen): Method<V> {
  if (method === "bfgs") {
    if (space.size <= mostForBfgs) return new Bfgs(space);
    const hint = 'It keeps a matrix of n × n. Choose method: "lbfgs".';
    const [expected, got] = [`at most ${mostForBfgs} numbers`, `${space.size}`];
    throw new UsageError(message("minimize", "too many parameters for bfgs", { expected, got, hint }));
  }
  if (method === "lbfgs") {
    const pairs = Array.from({ length: memory }, () => ({ s: space.make(), y: space.make() }));
    return new LimitedMemory(space, pairs);
  }
  const isSmall = (gradient: V): boolean => space.largest(gradient) <= gradientTolerance;
  return new ConjugateGradients(space, method === "cg" ? beta : "none", isSmall);
}
