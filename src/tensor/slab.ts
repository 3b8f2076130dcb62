/**
 * A slab: one block of memory for many tensors, so that an optimizer step, gradient clipping or a checkpoint is one
 * pass over it. Sections begin at multiples of 16 elements (a cache line). The gaps between them hold zeros and stay
 * zero under every op that maps 0 to 0.
 * Letters: n, the elements of the whole slab, gaps included.
 */
import { zeros } from "./create.js";
import { keep } from "./scope.js";
import { type Shape, sizeOf } from "./shape.js";
import type { Tensor } from "./tensor.js";

const grain = 16;

/** One block cut into sections of given shapes. */
export class Slab {
  /** The whole slab, (n). */
  readonly whole: Tensor;
  /** The sections, in the order of their shapes. */
  readonly sections: readonly Tensor[];

  /** Allocates a slab of zeros that no scope frees. @throws {MemoryError} when the memory limit is reached */
  constructor(shapes: readonly Shape[]) {
    const offsets: number[] = [];
    let n = 0;
    for (const shape of shapes) {
      offsets.push(n);
      n += Math.ceil(sizeOf(shape) / grain) * grain;
    }
    this.whole = keep(zeros([n]));
    this.sections = shapes.map((shape, i) => keep(this.whole.section(offsets[i], shape)));
  }

  /** Elements `begin` up to `end` of the slab as a vector that no scope frees. */
  range(begin: number, end: number): Tensor {
    return keep(this.whole.section(begin, [end - begin]));
  }

  /** The offset of section `i` in elements; for i = the number of sections, the end of the slab. */
  offsetOf(i: number): number {
    return i === this.sections.length ? this.whole.size : (this.sections[i].ptr - this.whole.ptr) / 4;
  }

  /**
   * True when tensor i of a list with the shapes of the sections follows its predecessor in memory at the same distance
   * as in this slab.
   */
  runsOn(list: readonly Tensor[], i: number): boolean {
    const step = this.sections[i].ptr - this.sections[i - 1].ptr;
    return list[i].isBeside(list[i - 1]) && list[i].ptr - list[i - 1].ptr === step;
  }

  /** Frees the slab and all its sections. */
  dispose(): void {
    for (const section of this.sections) section.dispose();
    this.whole.dispose();
  }
}
