/**
 * Recorded steps. A function of tensors runs once, and its kernel calls are kept together with their memory, to be run
 * again on whatever the buffers then hold, without shape checks, allocation or JavaScript objects in between. Does not
 * know threads: the launcher does.
 */
import { heap, launcher } from "../runtime/runtime.js";
import type { Recording as CommandRecording } from "../runtime/recording.js";
import { scope } from "./scope.js";
import { Tensor } from "./tensor.js";

/** The kernel calls of a function, and its result. */
export interface Recording<T> extends Disposable {
  /** What the function returned. Each replay writes its tensors again. */
  readonly result: T;
  /** The number of kernel calls. */
  readonly length: number;
  /**
   * Runs the calls again.
   * @throws {UsageError} when it was disposed, or a tensor that the function uses was freed
   * @throws {ThreadError} when a thread has died
   */
  replay(): void;
  /**
   * Frees the recording's memory at once instead of when it is garbage-collected. The tensors of the result live until
   * they are freed themselves.
   */
  dispose(): void;
}

/**
 * Runs `fn` once, for real, and records it. What changes between replays must be in linear memory: write inputs with
 * `assign` before a replay and read results after it. Tensors that fn makes from JavaScript values keep those values;
 * everything else is computed again. A `backward` inside fn adds to `grad` in every replay, as it does in every
 * ordinary call.
 *
 * @param fn  synchronous; its temporary tensors are freed as in a scope
 * Cost of a replay: the kernels, and about 10 ns for each. When fn throws, nothing is kept and the error is passed on.
 * @throws {UsageError} inside another recording, or when fn reads a value (item, toArray, …)
 */
export function record<T>(fn: () => T): Recording<T> {
  const before = heap().bytesInUse;
  const { recording, result } = launcher().record(() => {
    const made = scope(fn);
    changeAll(made);
    return made;
  });
  return new TensorRecording(recording, result, fn, heap().bytesInUse - before);
}

/** Marks the tensors of a result as changed by each replay. */
function changeAll(result: unknown): void {
  if (result instanceof Tensor) {
    if (!result.isDisposed) result.changed();
  } else if (Array.isArray(result)) for (const item of result) changeAll(item);
}

/**
 * Runs `fn` as if nothing were being recorded, for things that are made once and outlive a recording, such as a model's
 * weights. @internal
 */
export function unrecorded<T>(fn: () => T): T {
  return launcher().unrecorded(fn);
}

/** The bytes of the recordings that are neither disposed of nor collected. */
let held = 0;

const abandoned = new FinalizationRegistry<() => void>((free) => free());

/** A function that frees a recording. It does not hold the object that users hold, whose end it waits for. */
function freeing(recording: CommandRecording, bytes: number): () => void {
  held += bytes;
  return () => {
    held -= bytes;
    bytes = 0;
    recording.dispose();
  };
}

class TensorRecording<T> implements Recording<T> {
  readonly result: T;
  readonly #recording: CommandRecording;
  /** Keeps alive the tensors that the function closes over. */
  readonly fn: () => T;
  readonly #free: () => void;
  /**
   * As large as what the recording holds in linear memory, where the engine's collector does not see it, up to 16 MiB.
   * Where recordings hold much, it gives the collector a reason to look for those that were left behind.
   */
  ballast: ArrayBuffer | undefined;

  constructor(recording: CommandRecording, result: T, fn: () => T, bytes: number) {
    this.#recording = recording;
    this.result = result;
    this.fn = fn;
    this.#free = freeing(recording, Math.abs(bytes));
    abandoned.register(this, this.#free, this);
    try {
      if (held > heap().maximumBytes / 16) this.ballast = new ArrayBuffer(Math.min(Math.abs(bytes), 2 ** 24));
    } catch {
      // no room for it: the collector has reasons enough
    }
  }

  get length(): number {
    return this.#recording.length;
  }

  replay(): void {
    this.#recording.replay();
  }

  dispose(): void {
    abandoned.unregister(this);
    this.ballast = undefined;
    this.#free();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
