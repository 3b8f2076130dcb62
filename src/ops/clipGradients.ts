/**
 * Limits on gradients, in place, between the backward pass and the optimizer step. Kernels only, on scratch that stays, so that a recorded step can
 * be replayed. Letters: g a gradient; ‖g‖ its Euclidean norm.
 * Source: Pascanu, Mikolov & Bengio 2013.
 */
import { kernels } from "../runtime/runtime.js";
import { Slab } from "../tensor/slab.js";
import type { Tensor } from "../tensor/tensor.js";
import type { OptimizerBlock } from "./optimizerSteps.js";

/** Each element of `gradients` becomes the nearest value in [−limit, limit]; NaN stays. */
export function clipByValue(gradients: Tensor, limit: number): void {
  kernels().clipGradients(gradients.ptr, gradients.size, limit);
}

/** Norms of gradients and what follows from them. Owns scratch that no scope frees. */
export class NormClipper {
  /** Σ g², the factor, partial sums. */
  readonly #scratch: Slab;

  /** @param gradients all that will be clipped */
  constructor(gradients: readonly Tensor[]) {
    const blocks = gradients.map(({ size }) => kernels().sumBlocksCount(size));
    this.#scratch = new Slab([[1], [1], [blocks.reduce((sum, count) => sum + count, 0)]]);
  }

  /** g *= min(1, limit / ‖g‖) for one gradient. */
  clip(gradient: Tensor, limit: number): void {
    const factor = this.#scratch.sections[1].ptr;
    this.#writeFactor(factor, [gradient], limit);
    kernels().scaleByFactor(gradient.ptr, gradient.size, factor);
  }

  /** Lets the next step scale every gradient by min(1, limit / ‖g‖), where g is all gradients together. */
  clipTogether(gradients: readonly Tensor[], limit: number, block: OptimizerBlock): void {
    this.#writeFactor(block.scalePtr, gradients, limit);
  }

  #writeFactor(factor: number, gradients: readonly Tensor[], limit: number): void {
    const [sum, , partials] = this.#scratch.sections;
    let count = 0;
    for (const { ptr, size } of gradients) {
      kernels().sumSquaresBlocks(partials.ptr + 4 * count, ptr, size);
      count += kernels().sumBlocksCount(size);
    }
    kernels().combineBlocks(sum.ptr, partials.ptr, count, 1, 0);
    kernels().clipFactor(factor, sum.ptr, limit);
  }

  dispose(): void {
    this.#scratch.dispose();
  }
}
