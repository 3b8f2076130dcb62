/**
 * Recorded steps: a function of tensors is run once, and its kernel calls are kept with their memory, to be run again on whatever the buffers hold then, with
 * no shape check, allocation or JavaScript object in between. Does not know threads: the launcher does.
 */
import { launcher } from "../runtime/runtime.js";
import type { Recording as CommandRecording } from "../runtime/recording.js";
import { scope } from "./scope.js";
import { Tensor } from "./tensor.js";

/** A function's kernel calls, and what it returned. */
export interface Recording<T> extends Disposable {
  /** What the function returned; each replay writes its tensors anew. */
  readonly result: T;
  /** Number of kernel calls. */
  readonly length: number;
  /**
   * Runs the calls again. Errors: UsageError after dispose, or where a tensor that the function used was freed;
   * ThreadError where a thread has died.
   */
  replay(): void;
  /** Frees the memory of the recording at once, not when the garbage collector finds that nobody holds it; the tensors of the result stay until they are freed themselves. */
  dispose(): void;
}

/**
 * Runs `fn` once, for real, and records it. What changes between replays must lie in memory: write inputs by `assign` before a replay, read results after it.
 * Tensors that fn makes from JavaScript values keep those values; everything else is computed anew. A `backward` inside of fn adds to `grad` in every
 * replay, as it does when it is called again.
 *
 * @param fn  synchronous; its temporary tensors are freed as in a scope
 * Errors: UsageError inside another recording, or where fn reads a value (item, toArray, …). Whatever fn throws is passed on; nothing is kept then.
 * Cost of a replay: the kernels, and about 10 ns for each.
 */
export function record<T>(fn: () => T): Recording<T> {
  const { recording, result } = launcher().record(() => {
    const made = scope(fn);
    changeAll(made);
    return made;
  });
  return new TensorRecording(recording, result, fn);
}

/** Notes that each replay writes the tensors of a result anew. */
function changeAll(result: unknown): void {
  if (result instanceof Tensor) {
    if (!result.isDisposed) result.changed();
  } else if (Array.isArray(result)) for (const item of result) changeAll(item);
}

/** Runs `fn` as if nothing were being recorded, for what is made once and outlives a recording, such as a model's weights. @internal */
export function unrecorded<T>(fn: () => T): T {
  return launcher().unrecorded(fn);
}

const abandoned = new FinalizationRegistry<CommandRecording>((recording) => recording.dispose());

class TensorRecording<T> implements Recording<T> {
  readonly result: T;
  readonly #recording: CommandRecording;
  /** Kept so that the garbage collector leaves the tensors that the function closes over. */
  readonly fn: () => T;

  constructor(recording: CommandRecording, result: T, fn: () => T) {
    this.#recording = recording;
    this.result = result;
    this.fn = fn;
    abandoned.register(this, recording, this);
  }

  get length(): number {
    return this.#recording.length;
  }

  replay(): void {
    this.#recording.replay();
  }

  dispose(): void {
    abandoned.unregister(this);
    this.#recording.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
