/** What long work does between two steps: it lets the event loop run, and ends where the caller's signal or the model's end says so. */
import { breathe } from "../runtime/breathe.js";
import type { ModelState } from "./modelState.js";

/** Resolves when the next step may begin. Rejects with the signal's reason, or with a UsageError where the model was disposed meanwhile. */
export type Pause = () => Promise<void>;

/** The pauses of a piece of work. @param op what is being done, for the message */
export function pauses(op: string, state: ModelState, signal: AbortSignal | undefined): Pause {
  return async () => {
    await breathe();
    signal?.throwIfAborted();
    state.checkUsable(op);
  };
}
