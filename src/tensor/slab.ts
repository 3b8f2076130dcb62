/**
 * A slab: one block of memory for many tensors, so that an optimizer step, a clip, a checkpoint is one pass over it.
 * Sections begin at multiples of 16 elements (a cache line); the gaps between them hold zeros and stay zero under every op that maps 0 to 0.
 * Letters: n, elements of the whole slab with gaps.
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
  /** The sections, in the order they were asked for. */
  readonly sections: readonly Tensor[];

  /** Allocates a slab of zeros that no scope frees. Throws MemoryError. */
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

  /** Elements `begin` up to `end` of the slab as a tensor of rank 1 that no scope frees. */
  range(begin: number, end: number): Tensor {
    return keep(this.whole.section(begin, [end - begin]));
  }

  /** Where section `i` begins, in elements; for i = number of sections, the slab's end. */
  offsetOf(i: number): number {
    return i === this.sections.length ? this.whole.size : (this.sections[i].ptr - this.whole.ptr) / 4;
  }

  /** True where tensor i of a list of as many as the sections, of the same shapes, follows in its block on the one before it as in this slab. */
  runsOn(list: readonly Tensor[], i: number): boolean {
    const step = this.sections[i].ptr - this.sections[i - 1].ptr;
    return list[i].isBeside(list[i - 1]) && list[i].ptr - list[i - 1].ptr === step;
  }

  /** Frees the slab and all views of it. */
  dispose(): void {
    for (const section of this.sections) section.dispose();
    this.whole.dispose();
  }
}
