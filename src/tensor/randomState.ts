/**
 * The state of the counter-based generator that kernels draw from: a seed and a counter in linear memory. What is drawn
 * depends only on seed, counter and stream, so the state of a run is four words. Advancing the counter is a kernel too,
 * so a recorded step draws new numbers in each replay.
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox).
 */
import { UsageError, message, show } from "../errors.js";
import { advanceRandomState } from "../runtime/primitives.js";
import { heap } from "../runtime/runtime.js";
import { zeros } from "./create.js";
import { keep } from "./scope.js";
import type { Tensor } from "./tensor.js";

/** Told of each generator that is about to be drawn from. */
let watcher: ((state: RandomState) => void) | undefined;

/** Runs `fn` and tells of each generator before it is drawn from. @internal */
export function watchDraws<T>(told: (state: RandomState) => void, fn: () => T): T {
  const before = watcher;
  watcher = told;
  try {
    return fn();
  } finally {
    watcher = before;
  }
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
    watcher?.(this);
    return this.#words.ptr;
  }

  /** The four words. @internal */
  get words(): Tensor {
    return this.#words;
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
