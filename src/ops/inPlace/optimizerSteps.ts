/**
 * Optimizer steps over parts of a slab, and the block of memory with their learning rate, step count and constants (its
 * layout is OptimizerBlock in assembly/optim/layout.ts). Kernels do everything, on memory that stays, so that a
 * recorded step can be replayed; JavaScript only writes what the `write…` methods write.
 *
 * The formulas are beside the kernels in assembly/optim. Not differentiable.
 */
import {
  adadeltaStep as adadeltaStepKernel,
  adagradStep as adagradStepKernel,
  adamStep as adamStepKernel,
  adamaxStep as adamaxStepKernel,
  adamwStep as adamwStepKernel,
  advanceStep,
  lionStep as lionStepKernel,
  momentumStep as momentumStepKernel,
  nadamStep as nadamStepKernel,
  rmspropStep as rmspropStepKernel,
  sgdStep as sgdStepKernel,
} from "#wasm/kernels";
import { optimizerBlock } from "#wasm/layout-optim";
import { heap } from "../../runtime/runtime.js";
import { Slab } from "../../tensor/slab.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type RowList, rowsPtr } from "./rowList.js";

/** A part of the parameter slab with its gradients and the optimizer's slots, all (n). */
export interface SlabRange {
  /** In and out. */
  readonly values: Tensor;
  /** Read and cleared. */
  readonly gradients: Tensor;
  /** In and out; which slots there are depends on the optimizer. */
  readonly slots: readonly Tensor[];
  /** λ ≥ 0 of the weight decay; 0 for parameters that do not decay, such as biases. */
  readonly weightDecay: number;
  /**
   * The rows that gradients have touched, if the range is a table that is updated lazily. All others stay as they are,
   * including their states.
   */
  readonly rows?: RowList | undefined;
}

/** Constants that an optimizer step reads from memory. Those that a step does not use may be left out. */
export interface OptimizerConstants {
  readonly epsilon?: number;
  readonly momentum?: number;
  /** β₁ */
  readonly beta1?: number;
  /** β₂, and ρ of RMSProp and Adadelta. */
  readonly beta2?: number;
}

/** The step count and Nadam's product of momenta: what must be saved to continue exactly. */
export interface BlockProgress {
  /** The number of steps made. */
  readonly step: number;
  /** Π μₜ, a float32. */
  readonly momentumProduct: number;
}

const { at } = optimizerBlock;

/** An optimizer block in memory. No scope frees it. */
export class OptimizerBlock {
  readonly #slab = new Slab([[optimizerBlock.bytes / 4]]);
  /** What stands in the block. */
  #learningRate = 0;

  /** Writes the constants; step 0, gradients unscaled. */
  constructor({ epsilon = 0, momentum = 0, beta1 = 0, beta2 = 0 }: OptimizerConstants) {
    this.#float(at.gradientScale)[0] = 1;
    this.#float(at.epsilon)[0] = epsilon;
    this.#float(at.momentum)[0] = momentum;
    this.#writeDouble(at.beta1, beta1);
    this.#writeDouble(at.beta2, beta2);
  }

  /** Address, in bytes. */
  get ptr(): number {
    return this.#slab.whole.ptr;
  }

  /** The address of the number of steps made, a float64, in bytes. */
  get stepPtr(): number {
    return this.ptr + at.step;
  }

  /** The address of the clip factor, in bytes; every gradient is multiplied by it as it is read. */
  get scalePtr(): number {
    return this.ptr + at.gradientScale;
  }

  /** Writes the learning rate of the next step. */
  writeLearningRate(learningRate: number): void {
    if (learningRate === this.#learningRate) return;
    this.#learningRate = learningRate;
    this.#float(at.learningRate)[0] = learningRate;
  }

  /** Reads what must be saved to continue exactly. */
  readProgress(): BlockProgress {
    return {
      step: new Float64Array(heap().view("uint8", this.stepPtr, 8).slice().buffer)[0],
      momentumProduct: this.#float(at.momentumProduct)[0],
    };
  }

  /** Restores what {@link readProgress} returned. */
  writeProgress({ step, momentumProduct }: BlockProgress): void {
    this.#writeDouble(at.step, step);
    this.#float(at.momentumProduct)[0] = momentumProduct;
  }

  /** Begins a step: increments the count and computes everything that depends on it. */
  advance(): void {
    advanceStep(this.ptr);
  }

  dispose(): void {
    this.#slab.dispose();
  }

  /** The field at this offset, a float32. */
  #float(offset: number): Float32Array {
    return heap().view("float32", this.ptr + offset, 1);
  }

  #writeDouble(offset: number, value: number): void {
    const bytes = new Uint8Array(Float64Array.of(value).buffer);
    heap()
      .view("uint8", this.ptr + offset, bytes.length)
      .set(bytes);
  }
}

/** Gradient descent. No slots. */
export function sgdStep({ values, gradients, weightDecay, rows }: SlabRange, block: OptimizerBlock): void {
  sgdStepKernel(values.ptr, gradients.ptr, values.size, block.ptr, weightDecay, rowsPtr(rows));
}

/** Gradient descent with momentum. Slots: velocity. */
export function momentumStep(range: SlabRange, block: OptimizerBlock, nesterov: boolean): void {
  const { values, gradients, slots, weightDecay, rows } = range;
  momentumStepKernel(
    values.ptr,
    gradients.ptr,
    slots[0].ptr,
    values.size,
    block.ptr,
    weightDecay,
    nesterov ? 1 : 0,
    rowsPtr(rows),
  );
}

/** Adagrad. Slots: square. */
export function adagradStep({ values, gradients, slots, weightDecay, rows }: SlabRange, block: OptimizerBlock): void {
  adagradStepKernel(values.ptr, gradients.ptr, slots[0].ptr, values.size, block.ptr, weightDecay, rowsPtr(rows));
}

/** RMSProp. Slots: square, then average when centered, then velocity when there is momentum. */
export function rmspropStep(range: SlabRange, block: OptimizerBlock, centered: boolean, momentum: boolean): void {
  const { values, gradients, slots, weightDecay, rows } = range;
  const average = centered ? slots[1].ptr : 0;
  const velocity = momentum ? slots[centered ? 2 : 1].ptr : 0;
  rmspropStepKernel(
    values.ptr,
    gradients.ptr,
    slots[0].ptr,
    average,
    velocity,
    values.size,
    block.ptr,
    weightDecay,
    rowsPtr(rows),
  );
}

/** Adadelta. Slots: square, updates. */
export function adadeltaStep({ values, gradients, slots, weightDecay, rows }: SlabRange, block: OptimizerBlock): void {
  const [square, updates] = slots;
  adadeltaStepKernel(
    values.ptr,
    gradients.ptr,
    square.ptr,
    updates.ptr,
    values.size,
    block.ptr,
    weightDecay,
    rowsPtr(rows),
  );
}

/** Adam, or AMSGrad when there is a third slot. Slots: mean, square, largest square. */
export function adamStep(range: SlabRange, block: OptimizerBlock): void {
  const { values, gradients, slots, weightDecay, rows } = range;
  const [mean, square, largest] = slots;
  adamStepKernel(
    values.ptr,
    gradients.ptr,
    mean.ptr,
    square.ptr,
    slots.length > 2 ? largest.ptr : 0,
    values.size,
    block.ptr,
    weightDecay,
    rowsPtr(rows),
  );
}

/** As {@link adamStep} with decoupled weight decay. */
export function adamwStep(range: SlabRange, block: OptimizerBlock): void {
  const { values, gradients, slots, weightDecay, rows } = range;
  const [mean, square, largest] = slots;
  adamwStepKernel(
    values.ptr,
    gradients.ptr,
    mean.ptr,
    square.ptr,
    slots.length > 2 ? largest.ptr : 0,
    values.size,
    block.ptr,
    weightDecay,
    rowsPtr(rows),
  );
}

/** Adam with Nesterov momentum. Slots: mean, square. */
export function nadamStep({ values, gradients, slots, weightDecay, rows }: SlabRange, block: OptimizerBlock): void {
  const [mean, square] = slots;
  nadamStepKernel(values.ptr, gradients.ptr, mean.ptr, square.ptr, values.size, block.ptr, weightDecay, rowsPtr(rows));
}

/** Adamax. Slots: mean, largest. */
export function adamaxStep({ values, gradients, slots, weightDecay, rows }: SlabRange, block: OptimizerBlock): void {
  const [mean, largest] = slots;
  adamaxStepKernel(
    values.ptr,
    gradients.ptr,
    mean.ptr,
    largest.ptr,
    values.size,
    block.ptr,
    weightDecay,
    rowsPtr(rows),
  );
}

/** Lion, with decoupled weight decay. Slots: mean. */
export function lionStep({ values, gradients, slots, weightDecay, rows }: SlabRange, block: OptimizerBlock): void {
  lionStepKernel(values.ptr, gradients.ptr, slots[0].ptr, values.size, block.ptr, weightDecay, rowsPtr(rows));
}
