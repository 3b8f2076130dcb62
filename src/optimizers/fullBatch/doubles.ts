/** Vectors in float64, for functions of plain arrays. */
import type { Space } from "./space.js";

/** Vectors of n numbers. */
export class Doubles implements Space<Float64Array> {
  readonly size: number;
  readonly noise = 4 * Number.EPSILON;

  constructor(size: number) {
    this.size = size;
  }

  make(): Float64Array {
    return new Float64Array(this.size);
  }

  combine(out: Float64Array, a: number, x: Float64Array, b: number, y: Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i] = a * x[i] + b * y[i];
  }

  dot(x: Float64Array, y: Float64Array): number {
    const sums = [0, 0, 0, 0]; // shorter chains of additions: less rounding, less waiting
    const end = x.length - (x.length % 4);
    for (let i = 0; i < end; i += 4) {
      sums[0] += x[i] * y[i];
      sums[1] += x[i + 1] * y[i + 1];
      sums[2] += x[i + 2] * y[i + 2];
      sums[3] += x[i + 3] * y[i + 3];
    }
    for (let i = end; i < x.length; i++) sums[0] += x[i] * y[i];
    return sums[0] + sums[1] + (sums[2] + sums[3]);
  }

  largest(x: Float64Array): number {
    let most = 0;
    for (const value of x) most = Math.max(most, Math.abs(value));
    return most;
  }

  read(x: Float64Array): Float64Array {
    return x.slice();
  }

  write(x: Float64Array, values: Float64Array): void {
    x.set(values);
  }
}
