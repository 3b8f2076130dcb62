/**
 * Restores an optimizer's state from a checkpoint. Apart from state.ts, so that a page that only trains does not carry
 * it.
 */
import { DataError, message, show } from "../errors.js";
import type { OptimizerProgress, OptimizerState } from "./state.js";

/**
 * Restores what `state.save` returned. @throws {DataError} when it belongs to another optimizer or model; nothing has
 * changed then
 */
export function restoreOptimizer(state: OptimizerState, saved: OptimizerProgress): void {
  const { name } = state.optimizer;
  const sizes = (slots: Iterable<readonly [string, number]>): string =>
    [...slots].map(([slot, n]) => `${slot} [${n}]`).join(", ") || "no slots";
  const expected = sizes([...state.slots].map(([slot, { whole }]) => [slot, whole.size]));
  const got = sizes(Object.entries(saved.slots).map(([slot, values]) => [slot, values.length]));
  if (expected !== got) {
    throw new DataError(message(name, "the saved state belongs to another optimizer or model", { expected, got }));
  }
  const { step, momentumProduct, learningRate, seconds = 0 } = saved;
  const isTime = Number.isFinite(seconds) && seconds >= 0;
  if (!Number.isSafeInteger(step) || step < 0 || !Number.isFinite(momentumProduct) || !isTime) {
    const found = `step ${show(step)} and momentumProduct ${show(momentumProduct)}${isTime ? "" : `, seconds ${show(seconds)}`}`;
    throw new DataError(message(name, "the saved progress is invalid", { expected: "finite numbers", got: found }));
  }
  if (learningRate !== null) state.learningRate = learningRate;
  else state.replacedRate = undefined;
  state.stepCount = step;
  if (state.clock) state.clock.seconds = seconds;
  state.block.writeProgress(saved);
  for (const [slot, { whole }] of state.slots) whole.assign(saved.slots[slot]);
}
