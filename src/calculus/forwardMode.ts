/**
 * Forward-mode differentiation: tangents travel along with the values. While a function runs, every op that it calls is
 * followed by its rule (rules/), which computes the tangents of the op's outputs from those of its operands.
 *
 * Letters: x an operand, ẋ its tangent; y an output, ẏ = J·ẋ its tangent, with J the op's Jacobian.
 * Does not know ops: the rules do. Source: Griewank & Walther 2008, "Evaluating derivatives", chapter 3.
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { isListOf } from "../lists.js";
import { checkFunction } from "../options.js";
import { type OpWatcher, watchOps } from "../ops/defineOp.js";
import { reshape } from "../ops/shape/reshape.js";
import { zeros } from "../tensor/create.js";
import { scope, track, untrack } from "../tensor/scope.js";
import { sameShape, showShape } from "../tensor/shape.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { ruleOf } from "./rules/index.js";

/** Of a function's result: one tensor or several. */
export type Result = Tensor | readonly Tensor[];

/** What {@link jvp} returns. */
export interface ValueAndTangent<R extends Result> {
  /** f(inputs), of the same form as what f returns. */
  readonly value: R;
  /** J·tangents, of the same form. */
  readonly tangent: R;
}

/**
 * The Jacobian–vector product J·v of a function at its inputs, in one pass: how its results change when the inputs
 * move along the tangents.
 *
 *   const { value, tangent } = jvp((x) => mul(x, x), [tensor([3])], [tensor([1])]); // [9], [6]
 *
 * Every differentiable op has a rule. Linear ops are applied to the tangents, elementwise ones use their backward
 * kernel, products the product rule; fused ops (recurrent layers, attention, normalisation) go through the formula that
 * they stand for, step by step.
 * @param f         a synchronous function of tensors that returns a float32 tensor or a list of them
 * @param inputs    what it is called with; float32
 * @param tangents  v: one tensor for each input, of its shape
 * @returns value and tangent, which no gradient flows through ({@link hvp} gives second derivatives). A result that
 *   does not depend on the inputs has the tangent zero
 * Cost: two to four times that of f; with a fused recurrent op that of its formula, an op a gate and step.
 * @throws {UsageError} when an op on the way has no rule for forward mode (a gradient of `defineGradient`, weights of
 *   attention that are dropped), an argument is none, or inside the function of grad, vjp or hvp
 * @throws {ShapeError} when a tangent does not fit its input
 */
export function jvp<R extends Result>(
  f: (...inputs: Tensor[]) => R,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): ValueAndTangent<R> {
  checkNotNested("jvp");
  return noGrad(() => forward("jvp", f, inputs, tangents));
}

/** {@link jvp}, on the tape where gradients are recorded. @param op what messages call the function */
export function forward<R extends Result>(
  op: string,
  f: (...inputs: Tensor[]) => R,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): ValueAndTangent<R> {
  checkInputs(op, f, inputs);
  checkTangents(op, inputs, tangents);
  return scope(() => {
    const known = new Map<Tensor, Tensor>();
    // An operand given twice stands for two: it moves along each tangent in its own place.
    const places = inputs.map((x, i) => (inputs.indexOf(x) < i ? reshape(x, x.shape) : x));
    for (const [i, x] of places.entries()) known.set(x, tangents[i]);
    const made = new Set<Tensor>();
    let value: R;
    try {
      value = watchOps(
        (outer) => tangentWatcher(known, made, outer),
        () => f(...places),
      );
    } finally {
      for (const tangent of made) track(tangent); // from here on this scope's, whatever happened
    }
    const found = checkResults(op, value).map((y) => {
      const tangent = known.get(y) ?? zeros(y.shape);
      return tangents.includes(tangent) ? reshape(tangent, tangent.shape) : tangent;
    });
    return { value, tangent: (value instanceof Tensor ? found[0] : found) as Result as R };
  });
}

/** Follows every op with its rule. @param made takes the tangents, which belong to no scope of the function */
function tangentWatcher(known: Map<Tensor, Tensor>, made: Set<Tensor>, outer: OpWatcher | undefined): OpWatcher {
  const watcher: OpWatcher = (call) => {
    outer?.(call);
    const { op, inputs, outputs } = call;
    if (op.backward === undefined || !inputs.some((x) => known.has(x))) return;
    const rule = ruleOf(op);
    const isTaped = outputs.some(({ requiresGrad }) => requiresGrad) || inputs.some((x) => known.get(x)?.requiresGrad);
    const found = watchOps(
      () => outer,
      () =>
        scope(() =>
          rule({
            ...call,
            tangents: inputs.map((x) => known.get(x)),
            follow: (formula) => watchOps(() => watcher, formula),
            tangentOf: (y) => known.get(y),
            isFollowed: isTaped || outer !== undefined,
            isNested: outer !== undefined,
          }),
        ),
    );
    for (const [k, y] of outputs.entries()) {
      const tangent = found[k];
      if (tangent === undefined) continue;
      untrack(tangent);
      known.set(y, tangent);
      made.add(tangent);
    }
  };
  return watcher;
}

/** What finds a derivative just now by going back, whose function is running; undefined where none is. */
let running: string | undefined;

/** Runs the function of a derivative that goes back over it. @param op what messages call the derivative */
export function alone<T>(op: string, f: () => T): T {
  const before = running;
  running = op;
  try {
    return f();
  } finally {
    running = before;
  }
}

/**
 * Checks that no derivative is taken inside the function of one that goes back over it, for which it would be a
 * constant, and its own derivative zero.
 * @throws {UsageError} when it is
 */
export function checkNotNested(op: string): void {
  if (running === undefined) return;
  const hint = "For second derivatives use hvp(), or jvp() inside jvp().";
  throw new UsageError(
    message(op, `a derivative inside the function of ${running} would count as a constant`, { hint }),
  );
}

/** Checks a function and its inputs. @throws {UsageError} when they are none */
export function checkInputs(op: string, f: unknown, inputs: unknown): void {
  checkFunction(op, f);
  const isInput = (x: unknown): boolean => x instanceof Tensor && x.dtype === "float32";
  if (!isListOf(inputs, isInput) || inputs.length === 0) {
    const expected = "a list of float32 tensors, the arguments of the function";
    const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;
    const got = isListOf(inputs, isTensor) ? inputs.map(({ dtype }) => dtype).join(", ") || "none" : show(inputs);
    throw new UsageError(message(op, "the inputs do not fit", { expected, got }));
  }
  for (const x of inputs as readonly Tensor[]) x.checkLive();
}

/** Checks that there is a tangent of its shape for each input. @throws {UsageError | ShapeError} when there is not */
export function checkTangents(op: string, inputs: readonly Tensor[], tangents: unknown): void {
  const isTangent = (x: unknown): x is Tensor => x instanceof Tensor && x.dtype === "float32";
  if (!isListOf(tangents, isTangent) || tangents.length !== inputs.length) {
    const expected = `a list of ${inputs.length} float32 tensors, one for each input`;
    throw new UsageError(message(op, "the tangents do not fit the inputs", { expected, got: show(tangents) }));
  }
  for (const [i, tangent] of tangents.entries()) {
    tangent.checkLive();
    if (sameShape(tangent.shape, inputs[i].shape)) continue;
    const [expected, got] = [showShape(inputs[i].shape), showShape(tangent.shape)];
    throw new ShapeError(message(op, `tangent ${i} does not fit its input`, { expected, got }));
  }
}

/** The results of a function as a list. @throws {UsageError} when they are no float32 tensors */
export function checkResults(op: string, value: unknown): readonly Tensor[] {
  const list: unknown = value instanceof Tensor ? [value] : value;
  const isResult = (y: unknown): y is Tensor => y instanceof Tensor && y.dtype === "float32";
  if (isListOf(list, isResult) && list.length > 0) return list;
  const expected = "a float32 tensor, or a list of them";
  const isPromise = value instanceof Promise;
  if (isPromise) value.catch(() => undefined); // what it fails by comes of this error
  const hint = "The function must not wait for anything: model.call([x]) computes at once.";
  throw new UsageError(
    message(op, "the function returns no tensor", { expected, got: show(value), ...(isPromise && { hint }) }),
  );
}
