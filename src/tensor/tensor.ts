/**
 * Tensors: a shape, a type and a place in linear memory, always contiguous and row-major; with a gradient where one is wanted.
 * Arithmetic is in src/ops. This file makes tensors, reads them and ends their lives.
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

/** What a tensor can be made of. */
export type TensorValues = NestedNumbers | View;

/** An n-dimensional array in linear memory. Made by {@link tensor}, {@link zeros}, … and by ops. */
export class Tensor implements Scoped, Taped<Tensor> {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  /** What messages call it. */
  name: string | undefined;
  /** True where `backward` is to reach this tensor. */
  requiresGrad = false;
  /** The op that made this, where its gradient goes on. @internal */
  producer: OutputOf<Tensor> | undefined;
  /** Of a table that is trained lazily, and of its gradient: the rows that a step will visit. @internal */
  listed: { addAll(): void; clear(): void } | undefined;
  #grad: Tensor | undefined;
  /** Where a model that trains this keeps the gradient. */
  #place: Tensor | undefined;
  /** The count of changes of a parameter of a model, and of what shares its memory. */
  #apart: { changes: number } | undefined;
  #storage: Storage | undefined;
  /** Where it begins in the storage, in bytes. */
  readonly #offset: number;

  /** @internal */
  constructor(shape: Shape, dtype: DType, storage: Storage | undefined, offset: number) {
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.#storage = storage;
    this.#offset = offset;
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /**
   * ∂loss/∂this, of this shape, once `backward` has run; added to by each further run and each replay of one. Undefined clears it. The gradient of a weight
   * that a model trains has its place in that model: undefined makes it zeros, another tensor is copied there.
   * @throws ShapeError for another shape or dtype; UsageError for what is no tensor, or freed.
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

  /** Sets `grad` to zeros, where there is one. A kernel: it may be recorded. */
  zeroGrad(): void {
    const { grad } = this;
    if (grad === undefined) return;
    fillFloat32(grad.ptr, 0, grad.size);
    grad.changed();
    this.listed?.clear();
  }

  /** Gives the gradient its place in a model, or takes it away. @internal */
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

  /** Before each replay of a backward pass that adds to `gradient`. */
  #resume(gradient: Tensor): void {
    if (this.grad === gradient) return;
    if (this.#grad !== undefined) {
      const hint = "Set it back, or record again.";
      throw new UsageError(message("replay", `grad of ${this.label()} is another tensor than when recorded`, { hint }));
    }
    this.#grad = gradient;
    this.zeroGrad();
  }

  /** True after its memory was freed. */
  get isDisposed(): boolean {
    return this.#storage === undefined;
  }

  /** Address of the first element, in bytes, good until the next tensor is made outside of an op. Errors: UsageError after dispose; MemoryError. @internal */
  get ptr(): number {
    const storage = this.#live();
    launcher().recorder?.use(storage, this);
    return storage.ptr + this.#offset;
  }

  /** Throws UsageError where the memory was freed. @internal */
  checkLive(): void {
    this.#live();
  }

  /** The values, copied out, row-major. Errors: UsageError after dispose, or inside record(). */
  toTypedArray(): View {
    return this.#view("toTypedArray").slice();
  }

  /** The values as nested arrays of this shape; a number for a scalar. Errors: UsageError after dispose, or inside record(). */
  toArray(): NestedNumbers {
    const values = this.#view("toArray");
    let position = 0;
    const level = (axis: number): NestedNumbers =>
      axis === this.rank ? values[position++] : Array.from({ length: this.shape[axis] }, () => level(axis + 1));
    return level(0);
  }

  /** The one value of a tensor with one element. Errors: ShapeError for more or none, UsageError after dispose. */
  item(): number {
    if (this.size !== 1)
      throw new ShapeError(message("item", "not one element", { expected: "size 1", got: this.label() }));
    return this.#view("item")[0];
  }

  /**
   * Overwrites the values. @param values as many as this has, nested or flat
   * Errors: ShapeError for another number of values or one that the dtype cannot hold; UsageError after dispose, or inside record().
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

  /** ∂this/∂leaf into the `grad` of every leaf behind this. See {@link backward}. */
  backward(seed?: Tensor): void {
    backward(this, seed);
  }

  /** Frees the memory at once instead of when nobody holds the tensor. Calling it again does nothing. */
  dispose(): void {
    if (this.#storage === undefined) return;
    untrack(this);
    this.#storage.release();
    this.#storage = undefined;
  }

  /** `using x = …` disposes at the end of the block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** `Tensor(2, 3) [[1, 2, 3], …]` */
  toString(): string {
    if (this.isDisposed) return `${this.label()} (freed)`;
    return `${this.label()} ${printValues(this.#view("toString"), this.shape)}`;
  }

  /** What messages call this: `Tensor(2, 3)`, with its name where it has one. @internal */
  label(): string {
    const kind = this.dtype === "float32" ? "" : `${this.dtype} `;
    return `${kind}Tensor(${this.shape.join(", ")})${this.name === undefined ? "" : ` ${show(this.name)}`}`;
  }

  /** A float32 tensor that neither a scope nor the garbage collector frees: with undefined contents, or zeros that replays add to. @internal */
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

  /** From now on its changes, and those of what shares its memory by {@link share}, count for it alone. @internal */
  countApart(): void {
    this.#apart = { changes: 0 };
  }

  /** Another tensor on the same memory, of `shape` (as many elements). @internal */
  share(shape: Shape): Tensor {
    return this.section(0, shape);
  }

  /** Another tensor on the same memory, of `shape`, that begins `offset` elements further on and ends within this. @internal */
  section(offset: number, shape: Shape): Tensor {
    const storage = this.#live();
    const bytes = this.#offset + offset * elementBytes[this.dtype];
    const shared = new Tensor(shape, this.dtype, storage.retain(), bytes);
    shared.name = this.name;
    shared.#apart = this.#apart;
    track(shared);
    return shared;
  }

  /** A freed tensor of this shape, for where the values are not needed any more. @internal */
  shapeOnly(): Tensor {
    const shadow = new Tensor(this.shape, this.dtype, undefined, 0);
    shadow.name = this.name;
    return shadow;
  }

  /** What the backward pass from here needs, and the gradient that arrived. @internal */
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
      throw new UsageError(message(op, `${this.label()} is touched from JavaScript inside record()`, { hint }));
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

/** Errors: ShapeError, UsageError. */
function checkGradient(leaf: Tensor, gradient: unknown): void {
  const [expected, got] = [leaf.label(), gradient instanceof Tensor ? gradient.label() : show(gradient)];
  if (!(gradient instanceof Tensor)) throw new UsageError(message("grad", "not a tensor", { expected, got }));
  gradient.checkLive();
  if (gradient.dtype === "float32" && sameShape(gradient.shape, leaf.shape)) return;
  throw new ShapeError(message("grad", "the gradient does not fit", { expected, got }));
}
