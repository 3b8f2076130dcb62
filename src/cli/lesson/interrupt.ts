/** Ctrl-C and SIGTERM as an AbortSignal: the first asks to end, the second ends at once. */
import type { StopSignal, Surroundings } from "../surroundings.js";

/** Exit status of a process that a signal ended, by convention 128 + its number. */
export const exitStatus: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Why work ended: somebody asked for it. The message is for that person. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly signal: StopSignal;

  constructor(signal: StopSignal, text = `Stopped by ${signal}.`) {
    super(text);
    this.signal = signal;
  }
}

/** Runs `work` with a signal that the first request to end aborts, with {@link Interrupted} as its reason. */
export async function interruptible<T>(
  surroundings: Surroundings,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stopListening = surroundings.onStopSignal((signal) => {
    if (controller.signal.aborted) surroundings.exit(exitStatus[signal]);
    else controller.abort(new Interrupted(signal));
  });
  try {
    return await work(controller.signal);
  } finally {
    stopListening();
  }
}
