/**
 * The blocks of a recording. While a function is recorded, the heap allocates through a capture: a block that is freed
 * is reused only within the recording, because its commands will write to it in every replay. Sizes are size classes,
 * in bytes. Does not allocate.
 */

/** Blocks that belong to one recording. */
export class Capture {
  /** Every block, by address, with its size. */
  readonly blocks = new Map<number, number>();
  /** Blocks that no tensor holds any more. */
  readonly released = new Set<number>();
  /** Blocks whose contents came from JavaScript: no command writes them again, so they are not reused. */
  readonly #pinned = new Set<number>();
  readonly #reusable = new Map<number, number[]>();

  /** A block of this size that was freed since, for reuse. */
  take(size: number): number | undefined {
    const ptr = this.#reusable.get(size)?.pop();
    if (ptr !== undefined) this.released.delete(ptr);
    return ptr;
  }

  /** Adds a new block. */
  add(ptr: number, size: number): void {
    this.blocks.set(ptr, size);
  }

  /** Keeps what JavaScript wrote into a block for all replays. */
  pin(ptr: number): void {
    this.#pinned.add(ptr);
  }

  /** Notes that the last holder of a block released it while the function was being recorded. */
  release(ptr: number, size: number): void {
    if (this.blocks.has(ptr) && !this.#pinned.has(ptr)) {
      const list = this.#reusable.get(size);
      if (list === undefined) this.#reusable.set(size, [ptr]);
      else list.push(ptr);
    } else {
      // Older than the recording: its commands may read it in every replay, so it is not reused.
      this.blocks.set(ptr, size);
    }
    this.released.add(ptr);
  }
}
