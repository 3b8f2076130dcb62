/**
 * The blocks of a recording. While a function is recorded, the heap hands out blocks through a capture: those that are freed are handed out again within the
 * recording only, because its commands will write to them at every replay. Sizes are size classes, in bytes. Does not allocate.
 */

/** Blocks that belong to one recording. */
export class Capture {
  /** Every block, by address, with its size. */
  readonly blocks = new Map<number, number>();
  /** Those that no tensor holds any more. */
  readonly released = new Set<number>();
  /** Those whose contents came from JavaScript: no command writes them again, so they are not reused. */
  readonly #pinned = new Set<number>();
  readonly #reusable = new Map<number, number[]>();

  /** A block that was freed since, to be used again. */
  take(size: number): number | undefined {
    const ptr = this.#reusable.get(size)?.pop();
    if (ptr !== undefined) this.released.delete(ptr);
    return ptr;
  }

  /** Adds a fresh block. */
  add(ptr: number, size: number): void {
    this.blocks.set(ptr, size);
  }

  /** Keeps what JavaScript wrote into a block for all replays. */
  pin(ptr: number): void {
    this.#pinned.add(ptr);
  }

  /** A block's last holder let go while the function is recorded. */
  release(ptr: number, size: number): void {
    if (this.blocks.has(ptr) && !this.#pinned.has(ptr)) {
      const list = this.#reusable.get(size);
      if (list === undefined) this.#reusable.set(size, [ptr]);
      else list.push(ptr);
    } else {
      this.blocks.set(ptr, size); // from before: earlier commands read it at every replay, so it waits, unused
    }
    this.released.add(ptr);
  }
}
