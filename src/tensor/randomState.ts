/**
 * The state of the counter-based generator that kernels draw from: a seed and a counter in linear memory. What is drawn
 * depends only on seed, counter and stream, so the state of a run is four words. Advancing the counter is a kernel too,
 * so a recorded step draws new numbers in each replay.
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox).
 */
import { UsageError, message, show } from "../errors.js";
import { advanceRandomState, copyFloat32 } from "../runtime/primitives.js";
import { heap } from "../runtime/runtime.js";
import { empty, zeros } from "./create.js";
import { keep } from "./scope.js";
import type { Tensor } from "./tensor.js";

/** The words of each generator as they were when it was first drawn from, while notes are taken. */
let noted: Map<RandomState, Tensor> | undefined;

/** Runs `fn` and notes the generators that it draws from, in `notes`. @internal */
export function noteDraws<T>(notes: Map<RandomState, Tensor>, fn: () => T): T {
  const before = noted;
  noted = notes;
  try {
    return fn();
  } finally {
    noted = before;
  }
}

/** A copy made by a kernel, so that it can be recorded: four words are copied as four float32, bit by bit. */
function copyOf(words: Tensor): Tensor {
  const copy = empty([4], "int32");
  copyFloat32(copy.ptr, words.ptr, 4);
  return copy;
}

/** Seed and counter of a generator, in linear memory. No scope frees it. */
export class RandomState {
  /** The seed (2 words) and the counter (2 words), int32. */
  readonly #words: Tensor;

  /**
   * @param seed  an integer from 0 to 2³² − 1
   * @throws {UsageError} when the seed is out of range
   * @throws {MemoryError} when the memory limit is reached
   */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new UsageError(
        message("random", "seed is out of range", { expected: "an integer from 0 to 2³² − 1", got: show(seed) }),
      );
    }
    this.#words = keep(zeros([4], { dtype: "int32" }));
    this.restore([seed, 0, 0, 0]);
  }

  /** Address of the four words. @internal */
  get ptr(): number {
    if (noted?.has(this) === false) noted.set(this, copyOf(this.#words));
    return this.#words.ptr;
  }

  /** Runs `fn` as if the words were those of a note, and puts back what they were. @internal */
  during<T>(note: Tensor, fn: () => T): T {
    if (this.#words.isDisposed) return fn(); // made and freed where it was noted, and made again
    const now = copyOf(this.#words);
    copyFloat32(this.#words.ptr, note.ptr, 4);
    try {
      return fn();
    } finally {
      copyFloat32(this.#words.ptr, now.ptr, 4);
      now.dispose();
    }
  }

  /**
   * Increments the counter, so that the same streams give other numbers. A kernel, so it is part of a recorded step.
   */
  advance(): void {
    advanceRandomState(this.ptr);
  }

  /** Seed and counter as numbers, for {@link restore}. */
  save(): number[] {
    return [...heap().view("int32", this.ptr, 4)];
  }

  /** Restores what {@link save} returned. */
  restore(words: readonly number[]): void {
    heap().view("int32", this.ptr, 4).set(words);
  }

  dispose(): void {
    this.#words.dispose();
  }
}
