/**
 * A reference-counted block of linear memory. Tensors that share it (a reshape, what an op saved for its backward pass)
 * hold one count each. The block returns to the heap with the last count, or when the garbage collector finds that all
 * of them are gone. Users never see counts: scopes, the garbage collector and the tape do the counting.
 */
import { Block, freeBlock, moveIn, watchBlock } from "../runtime/blocks.js";
import { heap } from "../runtime/runtime.js";

/** A block of `bytes` bytes with a count of its holders. */
export class Storage {
  /** How often its contents were changed in place: Note [Changes] in tape.ts. */
  changes = 0;
  readonly #block: Block;
  #holders = 1;
  #isWatched = false;

  /**
   * Allocates a block with one holder, the caller.
   *
   * @param isConstant  JavaScript writes the contents, once: a recording in progress then uses a block that none of its
   *                 commands writes to
   * @throws {MemoryError} when the memory limit is reached
   */
  constructor(bytes: number, isConstant = false) {
    this.#block = new Block(isConstant ? heap().allocateConstant(bytes) : heap().allocate(bytes), bytes);
  }

  /**
   * The block's address, valid for the present call. Moves the block back in when it was moved out: Note [Moving out]
   * in blocks.ts.
   * @throws {MemoryError} when there is no room to move it in
   */
  get ptr(): number {
    const block = this.#block;
    if (block.values !== undefined) moveIn(this, block);
    block.touch();
    return block.ptr;
  }

  /** True when another tensor holds it or a recording uses it, so that its values must stay. */
  get isShared(): boolean {
    return this.#holders > 1 || this.#block.pins > 0 || heap().isCaptured(this.#block.ptr);
  }

  /** True once the last holder has released it. */
  get isFreed(): boolean {
    return this.#holders === 0;
  }

  /** Keeps the block at its address, once for each call. @param count 1, or −1 to undo it */
  pin(count: number): void {
    this.#block.pins += count;
  }

  /** Lets the garbage collector free the block, and the heap move it out. */
  watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    watchBlock(this, this.#block);
  }

  /** Adds a holder. */
  retain(): this {
    this.#holders++;
    return this;
  }

  /** Removes a holder; the last one frees the block. */
  release(): void {
    if (--this.#holders === 0) freeBlock(this.#block);
  }
}
