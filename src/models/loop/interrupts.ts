/** What can end long work between two steps: the caller's signal, or the disposal of the model. */
import type { ModelState } from "../modelState.js";

/**
 * Throws the signal's reason, or a UsageError when the model was disposed. Call it directly before a step, with no
 * await in between.
 */
export type Interrupts = () => void;

/** The interrupts of a piece of work. @param op the operation, for the message */
export function interrupts(op: string, state: ModelState, signal: AbortSignal | undefined): Interrupts {
  return () => {
    signal?.throwIfAborted();
    state.checkUsable(op);
  };
}
