/** Vectors in float32, as slabs in linear memory. Their products are summed in float64. */
import { combine, dot, largest } from "../../ops/inPlace/vectors.js";
import type { Shape } from "../../tensor/shape.js";
import { Slab } from "../../tensor/slab.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Space } from "./space.js";

/** Vectors that each consist of parts with these shapes; the vector is the slab, gaps of zeros included. */
export class Floats implements Space<Tensor> {
  readonly size: number;
  readonly noise = 4 * 2 ** -23;
  readonly #shapes: readonly Shape[];
  readonly #slabs: Slab[] = [];

  constructor(shapes: readonly Shape[]) {
    this.#shapes = shapes;
    this.size = shapes.flatMap((shape) => [shape.reduce((n, size) => n * size, 1)]).reduce((sum, n) => sum + n, 0);
  }

  make(): Tensor {
    return this.makeSlab().whole;
  }

  /** A vector with its parts. @throws {MemoryError} */
  makeSlab(): Slab {
    const slab = new Slab(this.#shapes);
    this.#slabs.push(slab);
    return slab;
  }

  combine(out: Tensor, a: number, x: Tensor, b: number, y: Tensor): void {
    combine(out, a, x, b, y);
  }

  dot(x: Tensor, y: Tensor): number {
    return dot(x, y);
  }

  largest(x: Tensor): number {
    return largest(x);
  }

  read(x: Tensor): Float64Array {
    return Float64Array.from(x.toTypedArray());
  }

  write(x: Tensor, values: Float64Array): void {
    x.assign(Float32Array.from(values));
  }

  /** Frees all vectors. */
  dispose(): void {
    for (const slab of this.#slabs) slab.dispose();
  }
}
