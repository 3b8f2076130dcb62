/**
 * The memory of a tensor: a part of a counted block, which others may share, and the count of the changes made to it in
 * place (Note [Changes] in tape.ts). Does not know values or gradients.
 */
import { UsageError, message, show } from "../errors.js";
import type { DType } from "../runtime/memory.js";
import { launcher } from "../runtime/runtime.js";
import { type Shape, sizeOf } from "./shape.js";
import type { Storage } from "./storage.js";

/** The count of changes of a parameter of a model, and of what shares its memory. */
interface Apart {
  changes: number;
}

/** A shape, a type and a place in linear memory. */
export abstract class Held {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  /** What messages call it. */
  name: string | undefined;
  #storage: Storage | undefined;
  /** Where it begins in the storage, in bytes. */
  #offset: number;
  #apart: Apart | undefined;

  /** @internal */
  constructor(shape: Shape, dtype: DType, storage: Storage | undefined, offset: number, apart?: Apart) {
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.#storage = storage;
    this.#offset = offset;
    this.#apart = apart;
  }

  /** True after its memory was freed. */
  get isDisposed(): boolean {
    return this.#storage === undefined;
  }

  /**
   * Address of the first element, in bytes, good until the next tensor is made outside of an op. @internal
   * @throws {UsageError} after dispose
   * @throws {MemoryError}
   */
  get ptr(): number {
    const storage = this.#live();
    launcher().recorder?.use(storage, this);
    return storage.ptr + this.#offset;
  }

  /** @throws {UsageError} when the memory was freed. @internal */
  checkLive(): void {
    this.#live();
  }

  /** What messages call this: `Tensor(2, 3)`, with its name where it has one. @internal */
  label(): string {
    const kind = this.dtype === "float32" ? "" : `${this.dtype} `;
    return `${kind}Tensor(${this.shape.join(", ")})${this.name === undefined ? "" : ` ${show(this.name)}`}`;
  }

  /** How often it was changed in place. @internal */
  get version(): number {
    return this.#live().changes + (this.#apart?.changes ?? 0);
  }

  /** Says that it is being changed in place. @internal */
  changed(): void {
    const counted = this.#apart ?? this.#live();
    counted.changes++;
    launcher().recorder?.change(counted);
  }

  /** From now on its changes, and those of what is made to share its memory, count for it alone. @internal */
  countApart(): void {
    this.#apart = { changes: 0 };
  }

  /** True where other tensors or recordings use the same memory. @internal */
  get isShared(): boolean {
    return this.#live().isShared;
  }

  /** True where both are parts of one block. @internal */
  isBeside(other: Held): boolean {
    return this.#live() === other.#live();
  }

  /**
   * Gives its memory up for that of `place`, of the same size, whose values are its own from now on. Not where it
   * {@link isShared}. @internal
   */
  takePlace(place: Held): void {
    this.#live().release();
    this.#storage = place.#live().retain();
    this.#offset = place.#offset;
    this.#apart = place.#apart;
  }

  /** From now on the garbage collector may free it. @internal */
  escape(): void {
    this.#storage?.watch();
  }

  /** The memory that begins `bytes` further on, for another tensor. */
  protected part(bytes: number): [storage: Storage, offset: number, apart: Apart | undefined] {
    return [this.#live().retain(), this.#offset + bytes, this.#apart];
  }

  /** Gives the memory back. */
  protected release(): void {
    this.#storage?.release();
    this.#storage = undefined;
  }

  #live(): Storage {
    if (this.#storage === undefined) {
      const hint = "It was freed by dispose(), `using` or the end of its scope(); return it from the scope to keep it.";
      throw new UsageError(message("tensor", `${this.label()} is used after it was freed`, { hint }));
    }
    return this.#storage;
  }
}
