/**
 * What the computation of gradients changes besides them: moving statistics, states that stateful layers carry,
 * the totals of metrics. Copies are taken before a batch and restored when the batch is refused, because its loss is
 * not finite or an error ended it.
 */
import { elementBytes } from "../../runtime/memory.js";
import { copyFloat32 } from "../../runtime/primitives.js";
import { empty } from "../../tensor/create.js";
import { keep } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";

/** Copies of tensors that consist of whole words of 4 bytes. No scope frees them. */
export class StepState {
  readonly #pairs: readonly (readonly [tensor: Tensor, copy: Tensor])[];

  /** @throws {MemoryError} */
  constructor(tensors: readonly Tensor[]) {
    this.#pairs = tensors
      .filter(({ size }) => size > 0)
      .map((tensor) => [tensor, keep(empty(tensor.shape, tensor.dtype))]);
  }

  /** Notes the values that stand now. */
  save(): void {
    for (const [tensor, copy] of this.#pairs) copyAll(copy, tensor);
  }

  /** Puts back what `save` noted. */
  restore(): void {
    for (const [tensor, copy] of this.#pairs) {
      copyAll(tensor, copy);
      tensor.changed();
    }
  }

  dispose(): void {
    for (const [, copy] of this.#pairs) copy.dispose();
  }
}

function copyAll(to: Tensor, from: Tensor): void {
  copyFloat32(to.ptr, from.ptr, (from.size * elementBytes[from.dtype]) / 4);
}
