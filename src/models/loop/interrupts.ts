/** What may end long work between two steps: the caller's signal, or the end of the model. */
import type { ModelState } from "../modelState.js";

/**
 * Throws the signal's reason, or UsageError where the model was disposed. To be called at once before a step, with no
 * await in between.
 */
export type Interrupts = () => void;

/** The interrupts of a piece of work. @param op what is being done, for the message */
export function interrupts(op: string, state: ModelState, signal: AbortSignal | undefined): Interrupts {
  return () => {
    signal?.throwIfAborted();
    state.checkUsable(op);
  };
}
