/**
 * A counted block of linear memory. Tensors that share it (a reshape, what an op saved for its backward pass) each hold one count; the block goes back
 * to the heap with the last, or when the garbage collector finds that none of them is left. Users never see counts: scopes, the garbage collector and
 * the tape do the counting.
 */
import { Block, freeBlock, moveIn, watchBlock } from "../runtime/blocks.js";
import { heap } from "../runtime/runtime.js";

/** A block of `bytes` bytes with a count of its holders. */
export class Storage {
  /** How often its contents were changed in place, by whatever says so: Note [Changes] in tape.ts. */
  changes = 0;
  readonly #block: Block;
  #holders = 1;
  #isWatched = false;

  /**
   * Allocates; the maker is the first holder. Throws MemoryError.
   * @param isConstant  JavaScript writes the contents, once: a recording under way gives it a block that none of its commands writes to
   */
  constructor(bytes: number, isConstant = false) {
    this.#block = new Block(isConstant ? heap().allocateConstant(bytes) : heap().allocate(bytes), bytes);
  }

  /** Where it lies, for the present call. Moves it in where it was moved out, and may throw MemoryError then. Note [Moving out] in blocks.ts */
  get ptr(): number {
    const block = this.#block;
    if (block.values !== undefined) moveIn(this, block);
    block.touch();
    return block.ptr;
  }

  /** True where another tensor holds it, or a recording uses it, so that its values must stay in it. */
  get isShared(): boolean {
    return this.#holders > 1 || this.#block.pins > 0 || heap().isCaptured(this.#block.ptr);
  }

  /** True once the last holder has let go. */
  get isFreed(): boolean {
    return this.#holders === 0;
  }

  /** Keeps the block where it is, once for each time it is asked. @param count 1, or −1 for no longer */
  pin(count: number): void {
    this.#block.pins += count;
  }

  /** From now on the garbage collector may free it, and it may be moved out. */
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

  /** Takes a holder away; the last one frees the block. */
  release(): void {
    if (--this.#holders === 0) freeBlock(this.#block);
  }
}
