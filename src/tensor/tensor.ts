/**
 * Tensors: a shape, a type and a place in linear memory, always contiguous and row-major, and a gradient where one is
 * required. Arithmetic is in src/ops. This file makes tensors, reads them and frees them.
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { nextCall } from "../runtime/blocks.js";
import { type DType, type View, elementBytes } from "../runtime/memory.js";
import { copyFloat32, fillFloat32 } from "../runtime/primitives.js";
import { heap, launcher } from "../runtime/runtime.js";
import { checkIntegers } from "./integers.js";
import { type NestedNumbers, flatten } from "./nested.js";
import { printValues } from "./print.js";
import { type Scoped, keep, track, untrack } from "./scope.js";
import { type Shape, sameShape, sizeOf } from "./shape.js";
import { Storage } from "./storage.js";
import { type OutputOf, type Taped, backward, savedFor } from "./tape.js";

/** What a tensor can be made from. */
export type TensorValues = NestedNumbers | View;

/** An n-dimensional array in linear memory. Made by {@link tensor}, {@link zeros}, … and by ops. */
export class Tensor implements Scoped, Taped<Tensor> {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  /** The tensor's name in error messages. */
  name: string | undefined;
  /** True when `backward` is to compute the gradient of this tensor. */
  requiresGrad = false;
  /** The op output that this tensor is, for the backward pass. @internal */
  producer: OutputOf<Tensor> | undefined;
  /** For a table that is trained lazily, and for its gradient: the rows that a step will visit. @internal */
  listed: { addAll(): void; clear(): void } | undefined;
  #grad: Tensor | undefined;
  /** Where a model that trains this tensor keeps the gradient. */
  #place: Tensor | undefined;
  /** The change count of a model's parameter and of everything that shares its memory. */
  #apart: { changes: number } | undefined;
  #storage: Storage | undefined;
  /** Offset in the storage, in bytes. */
  readonly #offset: number;

  /** @internal */
  constructor(shape: Shape, dtype: DType, storage: Storage | undefined, offset: number) {
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.#storage = storage;
    this.#offset = offset;
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /**
   * ∂loss/∂this, with this shape, once `backward` has run. Each further run and each replay adds to it; undefined
   * clears it. The gradient of a weight that a model trains is stored in that model: setting undefined zeroes it,
   * setting a tensor copies the values.
   *
   * @throws {ShapeError} when the shape or dtype differs
   * @throws {UsageError} when it is not a tensor, or was freed
   */
  get grad(): Tensor | undefined {
    if (this.#grad?.isDisposed) {
      this.#grad = this.#place && keep(this.#place.share(this.shape));
      if (this.#grad !== undefined) this.#grad.listed = this.listed;
    }
    return this.#grad;
  }

  set grad(gradient: Tensor | undefined) {
    if (gradient !== undefined) checkGradient(this, gradient);
    const place = this.#place && this.grad;
    if (place === undefined) this.#grad = gradient;
    else if (gradient === undefined) this.zeroGrad();
    else if (gradient !== place) {
      this.listed?.addAll();
      copyFloat32(place.ptr, gradient.ptr, this.size);
      place.changed();
    }
  }

  /** Sets `grad` to zeros, if there is one. A kernel, so it can be recorded. */
  zeroGrad(): void {
    const { grad } = this;
    if (grad === undefined) return;
    fillFloat32(grad.ptr, 0, grad.size);
    grad.changed();
    this.listed?.clear();
  }

  /** Assigns the gradient its place in a model, or removes it. @internal */
  holdGradient(place: Tensor | undefined): void {
    if (this.#place !== undefined) this.#grad?.dispose();
    this.#place = place;
    this.#grad = place && keep(place.share(this.shape));
  }

  /** @internal */
  added(gradient: Tensor): void {
    gradient.changed();
    if (this.#place === undefined) launcher().recorder?.around(() => this.#resume(gradient));
  }

  /** Runs before each replay of a backward pass that adds to `gradient`. */
  #resume(gradient: Tensor): void {
    if (this.grad === gradient) return;
    if (this.#grad !== undefined) {
      const hint = "Set it back, or record again.";
      throw new UsageError(message("replay", `grad of ${this.label()} is another tensor than when recorded`, { hint }));
    }
    this.#grad = gradient;
    this.zeroGrad();
  }

  /** True once the memory was freed. */
  get isDisposed(): boolean {
    return this.#storage === undefined;
  }

  /**
   * Address of the first element in bytes, valid until the next tensor is made outside an op. @internal
   * @throws {UsageError} when the tensor was freed
   * @throws {MemoryError} when the memory limit is reached
   */
  get ptr(): number {
    const storage = this.#live();
    launcher().recorder?.use(storage, this);
    return storage.ptr + this.#offset;
  }

  /**
   * Checks that the memory was not freed. @internal
   * @throws {UsageError} when it was
   */
  checkLive(): void {
    this.#live();
  }

  /** A copy of the values, row-major. @throws {UsageError} when the tensor was freed, or inside record() */
  toTypedArray(): View {
    return this.#view("toTypedArray").slice();
  }

  /**
   * The values as nested arrays of this shape; a number for a scalar.
   * @throws {UsageError} when the tensor was freed, or inside record()
   */
  toArray(): NestedNumbers {
    const values = this.#view("toArray");
    let position = 0;
    const level = (axis: number): NestedNumbers =>
      axis === this.rank ? values[position++] : Array.from({ length: this.shape[axis] }, () => level(axis + 1));
    return level(0);
  }

  /**
   * The value of a tensor with exactly one element.
   * @throws {ShapeError} when it has more elements or none
   * @throws {UsageError} when the tensor was freed, or inside record()
   */
  item(): number {
    if (this.size !== 1)
      throw new ShapeError(message("item", "the tensor must have exactly one element", { got: this.label() }));
    return this.#view("item")[0];
  }

  /**
   * Overwrites the values.
   *
   * @param values  as many as the tensor has elements, nested or flat
   * @throws {ShapeError} when the number of values differs, or the dtype cannot hold one of them
   * @throws {UsageError} when the tensor was freed, or inside record()
   */
  assign(values: TensorValues): void {
    const flat = ArrayBuffer.isView(values) ? values : flatten("assign", values).values;
    if (flat.length !== this.size) {
      throw new ShapeError(
        message("assign", "number of values differs", {
          expected: `${this.size} for ${this.label()}`,
          got: String(flat.length),
        }),
      );
    }
    const view = this.#view("assign");
    this.changed();
    if (!this.requiresGrad) this.listed?.addAll(); // where this is a gradient
    if (this.dtype !== "float32" && flat.constructor !== view.constructor) checkIntegers("assign", flat, this.dtype);
    view.set(flat);
  }

  /** Computes ∂this/∂leaf into the `grad` of every leaf that this depends on. See {@link backward}. */
  backward(seed?: Tensor): void {
    backward(this, seed);
  }

  /** Frees the memory at once instead of when the tensor is garbage-collected. Calling it again does nothing. */
  dispose(): void {
    if (this.#storage === undefined) return;
    untrack(this);
    this.#storage.release();
    this.#storage = undefined;
  }

  /** `using x = …` disposes the tensor at the end of the block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** `Tensor(2, 3) [[1, 2, 3], …]` */
  toString(): string {
    if (this.isDisposed) return `${this.label()} (freed)`;
    return `${this.label()} ${printValues(this.#view("toString"), this.shape)}`;
  }

  /** The tensor in error messages: `Tensor(2, 3)`, with its name if it has one. @internal */
  label(): string {
    const kind = this.dtype === "float32" ? "" : `${this.dtype} `;
    return `${kind}Tensor(${this.shape.join(", ")})${this.name === undefined ? "" : ` ${show(this.name)}`}`;
  }

  /**
   * A float32 tensor that neither a scope nor the garbage collector frees: with undefined contents, or zeros that
   * replays add to. @internal
   */
  gradientOf(shape: Shape, isReplayed = false): Tensor {
    if (isReplayed) {
      return launcher().unrecorded(() => {
        const made = this.gradientOf(shape);
        fillFloat32(made.ptr, 0, made.size);
        return made;
      });
    }
    return new Tensor(shape, "float32", new Storage(4 * sizeOf(shape)), 0);
  }

  /** @internal */
  get version(): number {
    return this.#live().changes + (this.#apart?.changes ?? 0);
  }

  /** @internal */
  changed(): void {
    const counted = this.#apart ?? this.#live();
    counted.changes++;
    launcher().recorder?.change(counted);
  }

  /**
   * Counts changes of this tensor, and of those that {@link share} its memory, separately from others in the same
   * block. @internal
   */
  countApart(): void {
    this.#apart = { changes: 0 };
  }

  /** Another tensor on the same memory, with `shape` (the same number of elements). @internal */
  share(shape: Shape): Tensor {
    return this.section(0, shape);
  }

  /**
   * Another tensor on the same memory, with `shape`, beginning `offset` elements further on and ending within this one.
   * @internal
   */
  section(offset: number, shape: Shape): Tensor {
    const storage = this.#live();
    const bytes = this.#offset + offset * elementBytes[this.dtype];
    const shared = new Tensor(shape, this.dtype, storage.retain(), bytes);
    shared.name = this.name;
    shared.#apart = this.#apart;
    track(shared);
    return shared;
  }

  /** A freed tensor of this shape, for use where the values are no longer needed. @internal */
  shapeOnly(): Tensor {
    const shadow = new Tensor(this.shape, this.dtype, undefined, 0);
    shadow.name = this.name;
    return shadow;
  }

  /** What the backward pass from here needs, and the gradient if there is one. @internal */
  dependencies(): readonly Scoped[] {
    const saved = this.producer === undefined ? [] : savedFor(this.producer.record);
    return this.grad === undefined ? saved : [...saved, this.grad];
  }

  /** @internal */
  escape(): void {
    this.#storage?.watch();
  }

  /** The values themselves, for JavaScript to read or write at once; never kept. */
  #view(op: string): View {
    if (launcher().recorder !== undefined) {
      const hint = "A replay runs kernels only. Return the tensor from record() and read or write it between replays.";
      throw new UsageError(message(op, `${this.label()} is read or written from JavaScript inside record()`, { hint }));
    }
    nextCall();
    const { ptr } = this; // first: it may grow the memory
    return heap().view(this.dtype, ptr, this.size);
  }

  #live(): Storage {
    if (this.#storage === undefined) {
      const hint = "It was freed by dispose(), `using` or the end of its scope(); return it from the scope to keep it.";
      throw new UsageError(message("tensor", `${this.label()} is used after it was freed`, { hint }));
    }
    return this.#storage;
  }
}

/**
 * Checks that a value can be the gradient of a leaf.
 * @throws {ShapeError} when its shape or dtype differs
 * @throws {UsageError} when it is not a tensor, or was freed
 */
function checkGradient(leaf: Tensor, gradient: unknown): void {
  const [expected, got] = [leaf.label(), gradient instanceof Tensor ? gradient.label() : show(gradient)];
  if (!(gradient instanceof Tensor))
    throw new UsageError(message("grad", "the gradient is not a tensor", { expected, got }));
  gradient.checkLive();
  if (gradient.dtype === "float32" && sameShape(gradient.shape, leaf.shape)) return;
  throw new ShapeError(message("grad", "the gradient does not fit", { expected, got }));
}
