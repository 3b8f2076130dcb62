/** Where the words of the control block lie, in bytes: Note [Control block] in launch.ts. */
export enum Control {
  /** Counts launches; workers wait here for the next. */
  Generation = 0,
  /** The list of this launch, from … to. */
  At = 4,
  End = 8,
  /** ≠ 0: a thread has died; whoever waits gives up. Phase is changed with it, so that whoever waits looks. */
  Failed = 12,
  /** Workers that have arrived for the first time. */
  Ready = 16,
  /** Where thread 0 goes on in the list after its patience has ended, and the phase that it waits to end: Note [Patience] in launch.ts. */
  Next = 20,
  Met = 24,
  /** Threads at the meeting point. A cache line of its own, as the next two have. */
  Arrived = 64,
  /** Counts meetings. */
  Phase = 128,
  /** Threads that sleep on phase, and on generation. */
  PhaseSleepers = 192,
  GenerationSleepers = 196,
  /** Launches that workers have begun, those of all workers in one number. A cache line of its own. */
  Begun = 256,
  /** Of the whole block. */
  Bytes = 320,
}
