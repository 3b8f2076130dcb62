/**
 * Tensors: a shape, a type and a place in linear memory, always contiguous and row-major; with a gradient where one is
 * wanted. Arithmetic is in src/ops, the place in memory in held.ts. This file makes tensors, reads and overwrites them
 * and ends their lives.
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { nextCall } from "../runtime/blocks.js";
import { type DType, type View, elementBytes } from "../runtime/memory.js";
import { addFloat32, copyFloat32, fillFloat32 } from "../runtime/primitives.js";
import { heap, launcher } from "../runtime/runtime.js";
import { checkIntegers } from "./integers.js";
import { type NestedNumbers, flatten } from "./nested.js";
import { printValues } from "./print.js";
import { type Scoped, keep, track, untrack } from "./scope.js";
import { type Shape, sameShape, sizeOf } from "./shape.js";
import { Storage } from "./storage.js";
import { Held } from "./held.js";
import { type OutputOf, type Taped, backward, savedFor } from "./tape.js";

/** What a tensor can be made from. */
export type TensorValues = NestedNumbers | View;

/** An n-dimensional array in linear memory. Made by {@link tensor}, {@link zeros}, … and by ops. */
export class Tensor extends Held implements Scoped, Taped<Tensor> {
  /** True where `backward` is to reach this tensor. */
  requiresGrad = false;
  /** The op output that this tensor is, for the backward pass. @internal */
  producer: OutputOf<Tensor> | undefined;
  /** For a table that is trained lazily, and for its gradient: the rows that a step will visit. @internal */
  listed: { addAll(): void; clear(): void } | undefined;
  #grad: Tensor | undefined;
  /** Where the model or the optimizer that trains this keeps the gradient. */
  #place: Tensor | undefined;
  /** Number of axes. */
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
    if (gradient !== undefined) checkSame("grad", "gradient does", this, gradient, "float32");
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

  /** Where a model or an optimizer keeps the gradient. @internal */
  get gradientPlace(): Tensor | undefined {
    return this.#place;
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

  /**
   * The values, copied out, row-major.
   * @throws {UsageError} after dispose, or inside record()
   */
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
   * Overwrites the values. @param values as many as this has, nested or flat; or a tensor of this shape and dtype,
   * which may be recorded
   * @throws {ShapeError} for another number of values or one that the dtype cannot hold
   * @throws {UsageError} after dispose, or inside record()
   */
  assign(values: TensorValues | Tensor): void {
    if (values instanceof Tensor) {
      this.#change("assign", values, copyFloat32, (this.size * elementBytes[this.dtype]) / 4);
      return;
    }
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

  /**
   * this += scale · x, in place; no gradient flows. Kernels only: it may be recorded. @param x float32, of this shape
   * @throws {ShapeError} for another shape or dtype
   * @throws {UsageError} when it is not a tensor, or freed
   */
  addAssign(x: Tensor, scale = 1): void {
    this.#change("addAssign", x, (to, from, n) => addFloat32(to, from, scale, n));
  }

  /** this −= scale · x, as {@link addAssign}: `w.subAssign(w.grad, 0.1)` is a step of gradient descent. */
  subAssign(x: Tensor, scale = 1): void {
    this.#change("subAssign", x, (to, from, n) => addFloat32(to, from, -scale, n));
  }

  /** Changes the values in place by those of x, n words. */
  #change(op: string, x: Tensor, change: (to: number, from: number, n: number) => void, n = this.size): void {
    checkSame(op, "values do", this, x, op === "assign" ? this.dtype : "float32");
    nextCall();
    const [to, from] = [this.ptr, x.ptr];
    this.changed();
    if (!this.requiresGrad) this.listed?.addAll(); // where this is a gradient
    change(to, from, n);
  }

  /** ∂this/∂leaf into the `grad` of every leaf behind this. See {@link backward}. */
  backward(seed?: Tensor): void {
    if (seed !== undefined) checkSame("backward", "starting gradient does", this, seed, "float32");
    backward(this, seed);
  }

  /** Frees the memory at once instead of when the tensor is garbage-collected. Calling it again does nothing. */
  dispose(): void {
    if (this.isDisposed) return;
    untrack(this);
    this.release();
  }

  /** `using x = …` disposes the tensor at the end of the block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** `Tensor(2, 3) [[1, 2, 3], …]` */
  override toString(): string {
    if (this.isDisposed) return `${this.label()} (freed)`;
    return `${this.label()} ${printValues(this.#view("toString"), this.shape)}`;
  }

  /** What `console.log` shows in Node: the values, or inside record() the shape alone. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return launcher().recorder ? this.label() : this.toString();
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

  /** Another tensor on the same memory, of `shape` (as many elements). @internal */
  share(shape: Shape): Tensor {
    return this.section(0, shape);
  }

  /**
   * Another tensor on the same memory, with `shape`, beginning `offset` elements further on and ending within this one.
   * @internal
   */
  section(offset: number, shape: Shape): Tensor {
    const shared = new Tensor(shape, this.dtype, ...this.part(offset * elementBytes[this.dtype]));
    shared.name = this.name;
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
}

/**
 * @throws {ShapeError} when x has not the other's shape and the dtype, which the other must have, too
 * @throws {UsageError} when it is not a tensor, or freed
 */
function checkSame(op: string, what: string, other: Tensor, x: unknown, dtype: DType): void {
  const [expected, got] = [other.label(), x instanceof Tensor ? x.label() : show(x)];
  if (!(x instanceof Tensor)) throw new UsageError(message(op, "not a tensor", { expected, got }));
  x.checkLive();
  if (x.dtype === dtype && other.dtype === dtype && sameShape(x.shape, other.shape)) return;
  throw new ShapeError(message(op, `the ${what} not fit`, { expected, got }));
}
