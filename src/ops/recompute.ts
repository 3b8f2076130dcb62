/**
 * A function of tensors that is computed twice to save memory: the forward pass keeps its inputs and results alone, and
 * the backward pass runs it again for what lies between.
 * Source: Chen, Xu, Zhang & Guestrin 2016, "Training deep nets with sublinear memory cost".
 */
import { UsageError, message, show } from "../errors.js";
import { checkFunction } from "../options.js";
import type { RandomState } from "../tensor/randomState.js";
import { backwardAgain } from "../tensor/recomputing.js";
import { during, noteDraws } from "../tensor/repeatedDraws.js";
import { scope } from "../tensor/scope.js";
import { TapeRecord, isGradEnabled, noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkTensors, watchOps } from "./defineOp.js";
import { reshape } from "./shape/reshape.js";

/** What {@link recompute} takes: a function of tensors that gives one or several. */
export type Recomputed<I extends readonly Tensor[], R extends Tensor | readonly Tensor[]> = (...inputs: I) => R;

/**
 * fn(...inputs), with less memory and more time: what fn computes on the way is freed at once and computed again when
 * the backward pass gets there. Values and gradients are the same bits as without, and random draws in fn are the same
 * again. Other tensors that fn uses, such as weights, get their gradients too.
 *
 *   const y = recompute((x) => relu(matmul(relu(matmul(x, W1)), W2)), x);
 *
 * @param fn      gives the same whenever it is called with the same inputs: one tensor or a list of them, computed by
 *                ops. It runs once in the forward and once in the backward pass, and may be part of a recording
 * @param inputs  what fn computes from; they are kept until the backward pass, as are results. A tensor that was
 *                computed before, and that fn uses without being handed it, must not be freed until then
 * @returns what fn returns. Without a gradient that anybody wants, in noGrad(), and under the functions of
 *   lanegrad/calculus that follow each op, it is fn(...inputs) and nothing else
 * Cost: a forward pass more in the backward pass. Memory: of all that fn saves for its gradients only while they are
 * computed.
 * @throws {UsageError} when fn is not a function, an input is not a tensor or was freed, or fn returns something else;
 *   the backward pass throws one where fn, called again, returns other shapes, or one of its inputs has changed
 */
export function recompute<I extends readonly Tensor[], R extends Tensor | readonly Tensor[]>(
  fn: Recomputed<I, R>,
  ...inputs: I
): R {
  checkFunction("recompute", fn);
  checkTensors("recompute", inputs, "");
  if (!isGradEnabled() || isWatched()) return fn(...inputs);
  const used = new Set<Tensor>(inputs.filter(({ requiresGrad }) => requiresGrad));
  const notes = new Map<RandomState, Tensor>();
  let isList = false;
  const { outputs, draws } = noGrad(() =>
    scope(() => {
      const returned = noting(used, () => noteDraws(notes, () => fn(...inputs)));
      isList = Array.isArray(returned);
      return { outputs: ownOutputs(returned, inputs), draws: [...notes.values()] };
    }),
  );
  if (used.size > 0) record(fn, inputs, [...used], notes, draws, outputs);
  return (isList ? outputs : outputs[0]) as unknown as R;
}

/** Whether somebody follows each op. */
function isWatched(): boolean {
  let is = false;
  watchOps(
    (before) => {
      is = before !== undefined;
      return before;
    },
    () => undefined,
  );
  return is;
}

/** Runs `fn` and adds all tensors with a gradient that its ops read, which in noGrad() come from outside. */
function noting<T>(used: Set<Tensor>, fn: () => T): T {
  return watchOps(
    () =>
      ({ inputs }) => {
        for (const x of inputs) if (x.requiresGrad) used.add(x);
      },
    fn,
  );
}

/**
 * The tensors that a function returned, each one of its own: another tensor on the same memory for what was handed in,
 * comes from outside or stands there twice.
 * @throws {UsageError} when it returned something else
 */
function ownOutputs(returned: unknown, inputs: readonly Tensor[]): Tensor[] {
  const list: unknown[] = Array.isArray(returned) ? returned : [returned];
  if (list.length === 0 || !list.every((one) => one instanceof Tensor)) {
    const [expected, got] = ["a Tensor, or a list of them", show(returned)];
    throw new UsageError(message("recompute", "the function must return tensors", { expected, got }));
  }
  return list.map((y, i) =>
    inputs.includes(y) || list.indexOf(y) !== i || (y.requiresGrad && !isGradEnabled()) ? reshape(y, y.shape) : y,
  );
}

/** Records the call on the tape. */
function record(
  fn: (...inputs: never) => unknown,
  inputs: readonly Tensor[],
  used: readonly Tensor[],
  notes: ReadonlyMap<RandomState, Tensor>,
  draws: readonly Tensor[],
  outputs: readonly Tensor[],
): void {
  const hold = (tensor: Tensor): Tensor => tensor.share(tensor.shape);
  const held = inputs.map(hold);
  const producers = inputs.map(({ producer }) => producer);
  const shapes = outputs.map((y) => y.label());
  const run = (tape: TapeRecord<Tensor>): void =>
    scope(() =>
      backwardAgain(tape, () => {
        const again = inputs.map((x, i) => {
          if (x.requiresGrad && producers[i] === undefined) return x; // a leaf, which has its gradient itself
          const copy = hold(held[i]);
          copy.requiresGrad = x.requiresGrad;
          copy.producer = producers[i];
          return copy;
        });
        const call = (): unknown => (fn as (...tensors: Tensor[]) => unknown)(...again);
        const drawing = [...notes].reduce(
          (next, [random, note]) =>
            (): unknown =>
              during(random, note, next),
          call,
        );
        const results = ownOutputs(drawing(), again);
        const got = results.map((y) => y.label());
        if (got.join() === shapes.join()) return results;
        const wrong = "the function returned something else when it ran again";
        throw new UsageError(message("recompute", wrong, { expected: shapes.join(", "), got: got.join(", ") }));
      }),
    );
  const saved = [...held, ...used.filter((x) => !inputs.includes(x)).map(hold), ...draws];
  const tape = new TapeRecord("recompute", used, outputs.length, saved, run);
  for (const [index, y] of outputs.entries()) {
    if (y.dtype !== "float32") continue;
    y.requiresGrad = true;
    y.producer = { record: tape, index };
  }
}
