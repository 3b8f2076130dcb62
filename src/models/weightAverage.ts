/**
 * An exponential moving average of all weights of a model, moving statistics included: what is evaluated, predicted with and saved in the place of the
 * weights that training changes. One pass over the slabs a step. Sources: Polyak & Juditsky 1992; the rising decay is TensorFlow's
 * ExponentialMovingAverage with num_updates.
 */
import { updateWarmAverage } from "../ops/movingAverages.js";
import type { OptimizerBlock } from "../ops/optimizerSteps.js";
import { copyFloat32 } from "../runtime/primitives.js";
import { Slab } from "../tensor/slab.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Weight, Weights } from "./weights.js";

/** The averages of one model's own weights. No scope frees them. */
export class WeightAverage {
  readonly #weights: Weights;
  readonly #decay: number;
  /** A slab of averages beside each slab of weights. */
  readonly #slabs: readonly { readonly values: Slab; readonly averages: Slab }[];
  readonly #averageOf: ReadonlyMap<Tensor, Tensor>;

  /** Begins with the weights as they are. @param decay in [0, 1) Errors: MemoryError. */
  constructor(weights: Weights, decay: number) {
    this.#weights = weights;
    this.#decay = decay;
    this.#slabs = weights.slabs.map((values) => ({
      values,
      averages: new Slab(values.sections.map(({ shape }) => shape)),
    }));
    this.#averageOf = new Map(
      this.#slabs.flatMap(({ values, averages }) =>
        values.sections.map((section, i): [Tensor, Tensor] => [section, averages.sections[i]]),
      ),
    );
    this.reset();
  }

  /** Begins anew with the weights as they are. */
  reset(): void {
    for (const { values, averages } of this.#slabs)
      copyFloat32(averages.whole.ptr, values.whole.ptr, values.whole.size);
  }

  /** The average after a step of the optimizer. A kernel: it is recorded. */
  update(block: OptimizerBlock): void {
    for (const { values, averages } of this.#slabs) updateWarmAverage(averages.whole, values.whole, block, this.#decay);
  }

  /** Runs `fn`, which calls layers, with the averages as the weights. */
  use<T>(fn: () => T): T {
    const own = this.#weights.all.filter(({ value }) => this.#averageOf.has(value));
    for (const { parameter, value } of own) parameter.bind(this.#averageOf.get(value)!);
    try {
      return fn();
    } finally {
      for (const { parameter, value } of own) parameter.bind(value);
    }
  }

  /** The average of a weight; the weight itself where another model made it. */
  of({ value }: Weight): Tensor {
    return this.#averageOf.get(value) ?? value;
  }

  /** Makes the averages the weights. */
  adopt(): void {
    for (const { values, averages } of this.#slabs)
      copyFloat32(values.whole.ptr, averages.whole.ptr, values.whole.size);
  }

  /** Copies of all averages, in the order of the slabs. */
  copy(): Float32Array[] {
    return this.#slabs.map(({ averages }) => averages.whole.toTypedArray() as Float32Array);
  }

  /** Puts copies back. */
  restore(copies: readonly Float32Array[]): void {
    for (const [i, { averages }] of this.#slabs.entries()) averages.whole.assign(copies[i]);
  }

  dispose(): void {
    for (const { averages } of this.#slabs) averages.dispose();
  }
}
