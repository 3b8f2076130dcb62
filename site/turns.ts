/** Pauses, resumes and stops a lesson. */

/** Milliseconds after which a lesson lets messages arrive. */
const longestStretch = 16;

/** The turns of one run. */
export class PausableTurns {
  readonly #stopping = new AbortController();
  #lastBreath = performance.now();
  /** The present pause: when it began, a promise for its end, and the function that ends it. */
  #pause: { readonly since: number; readonly over: Promise<void>; readonly end: () => void } | undefined;
  #pausedFor = 0;

  /** Aborts when the lesson is to stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Milliseconds of all pauses so far. */
  get pausedFor(): number {
    return this.#pausedFor;
  }

  /** Makes the next turns wait. */
  pause(): void {
    if (this.#pause !== undefined) return;
    const { promise, resolve } = withResolvers();
    this.#pause = { since: performance.now(), over: promise, end: resolve };
  }

  /** Ends the pause. */
  resume(): void {
    if (this.#pause === undefined) return;
    this.#pausedFor += performance.now() - this.#pause.since;
    this.#pause.end();
    this.#pause = undefined;
  }

  /** Ends the lesson at its next turn. */
  stop(): void {
    this.#stopping.abort();
    this.resume();
  }

  /**
   * Resolves when the lesson may continue; undefined if that is at once.
   * @throws the reason of the signal when it has aborted
   */
  next(): Promise<void> | undefined {
    this.signal.throwIfAborted();
    const isShort = performance.now() - this.#lastBreath < longestStretch;
    return this.#pause === undefined && isShort ? undefined : this.#breathe();
  }

  async #breathe(): Promise<void> {
    await messagesArrived();
    while (this.#pause !== undefined) await this.#pause.over;
    this.#lastBreath = performance.now();
    this.signal.throwIfAborted();
  }
}

/** Resolves after waiting messages have been handled; a timer would take 4 ms. */
function messagesArrived(): Promise<void> {
  const { promise, resolve } = withResolvers();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(undefined);
  return promise;
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
