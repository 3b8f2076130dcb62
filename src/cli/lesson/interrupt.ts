/** Ctrl-C and SIGTERM as an AbortSignal: the first asks the work to end, the second ends it at once. */
import type { StopSignal, Surroundings } from "../surroundings.js";

/** Exit status of a process ended by a signal: 128 + its number, by convention. */
export const exitStatus: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** The reason why work ended: a person asked for it. The message is for that person. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly signal: StopSignal;

  constructor(signal: StopSignal, text = `Stopped by ${signal}.`) {
    super(text);
    this.signal = signal;
  }
}

/** Runs `work` with a signal that the first such request aborts, with {@link Interrupted} as its reason. */
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
