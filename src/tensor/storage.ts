/**
 * A counted block of linear memory. Tensors that share it (a reshape, what an op saved for its backward pass) each hold one count; the block goes back
 * to the heap with the last. Users never see counts: scopes, the garbage collector and the tape do the counting.
 */
import { heap } from "../runtime/runtime.js";

/** A block of `bytes` bytes with a count of its holders. */
export class Storage {
  readonly ptr: number;
  readonly bytes: number;
  /** How often its contents were changed in place, by whatever says so: Note [Changes] in tape.ts. */
  changes = 0;
  #holders = 1;

  /**
   * Allocates; the maker is the first holder. Throws MemoryError.
   * @param isConstant  JavaScript writes the contents, once: a recording under way gives it a block that none of its commands writes to
   */
  constructor(bytes: number, isConstant = false) {
    this.bytes = bytes;
    this.ptr = isConstant ? heap().allocateConstant(bytes) : heap().allocate(bytes);
  }

  /** True once the last holder has let go. */
  get isFreed(): boolean {
    return this.#holders === 0;
  }

  /** Adds a holder. */
  retain(): this {
    this.#holders++;
    return this;
  }

  /** Takes a holder away; the last one frees the block. */
  release(): void {
    if (--this.#holders === 0) heap().free(this.ptr, this.bytes);
  }
}
