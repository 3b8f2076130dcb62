/**
 * Clips gradients in place, between the backward pass and the optimizer step. Kernels only, on scratch memory that
 * stays, so that a recorded step can be replayed. Letters: g a gradient; ‖g‖ its Euclidean norm.
 * Source: Pascanu, Mikolov & Bengio 2013.
 */
import {
  clipFactor,
  clipGradients,
  combineBlocks,
  scaleByFactor,
  sumBlocksCount,
  sumSquaresBlocks,
  sumSquaresRows,
  sumSquaresRowsCount,
} from "#wasm/kernels";
import { Slab } from "../../tensor/slab.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { OptimizerBlock } from "./optimizerSteps.js";
import { type RowList, rowsPtr } from "./rowList.js";

/** Gradients, and the list of their rows that may be nonzero if there is one. */
export interface Gradient {
  readonly gradients: Tensor;
  readonly rows?: RowList | undefined;
}

/** Clips each element to [−limit, limit]; NaN stays. */
export function clipByValue({ gradients, rows }: Gradient, limit: number): void {
  clipGradients(gradients.ptr, gradients.size, limit, rowsPtr(rows));
}

/** Measures norms of gradients and clips by them. Owns scratch memory that no scope frees. */
export class NormClipper {
  /** Σ g², the factor, partial sums. */
  readonly #scratch: Slab;

  /** @param all  everything that will be clipped or measured */
  constructor(all: readonly Gradient[]) {
    const blocks = all.map(sumsOf);
    this.#scratch = new Slab([[1], [1], [blocks.reduce((sum, count) => sum + count, 0)]]);
  }

  /** g *= min(1, limit / ‖g‖) for one gradient. */
  clip(gradient: Gradient, limit: number): void {
    this.scaleTogether([gradient], limit);
  }

  /** g *= min(1, limit / ‖g‖), where g is all these gradients together. */
  scaleTogether(all: readonly Gradient[], limit: number): void {
    const factor = this.#scratch.sections[1].ptr;
    this.#writeFactor(factor, all, limit);
    for (const { gradients, rows } of all) scaleByFactor(gradients.ptr, gradients.size, factor, rowsPtr(rows));
  }

  /** Makes the next step scale every gradient by min(1, limit / ‖g‖), where g is all gradients together. */
  clipTogether(all: readonly Gradient[], limit: number, block: OptimizerBlock): void {
    this.#writeFactor(block.scalePtr, all, limit);
  }

  #writeFactor(factor: number, all: readonly Gradient[], limit: number): void {
    this.measure(all);
    clipFactor(factor, this.#scratch.sections[0].ptr, limit);
  }

  /** ‖g‖² as it was measured last, a scalar of one element. */
  get squares(): Tensor {
    return this.#scratch.sections[0];
  }

  /** ‖g‖ as last measured by `measure` or by a clip. Not for recorded functions. */
  get norm(): number {
    return Math.sqrt(this.squares.item());
  }

  /** Computes ‖g‖, where g is all these gradients together. */
  measure(all: readonly Gradient[]): void {
    const [sum, , partials] = this.#scratch.sections;
    let count = 0;
    for (const gradient of all) {
      const { gradients, rows } = gradient;
      const to = partials.ptr + 4 * count;
      if (rows === undefined) sumSquaresBlocks(to, gradients.ptr, gradients.size);
      else sumSquaresRows(to, gradients.ptr, rows.ptr);
      count += sumsOf(gradient);
    }
    combineBlocks(sum.ptr, partials.ptr, count, 1, 0);
  }

  dispose(): void {
    this.#scratch.dispose();
  }
}

/** The number of partial sums for the squares of a gradient. */
function sumsOf({ gradients, rows }: Gradient): number {
  return rows === undefined ? sumBlocksCount(gradients.size) : sumSquaresRowsCount();
}
