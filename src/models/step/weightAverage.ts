/**
 * An exponential moving average of all weights of a model, including moving statistics. It is used to evaluate and
 * predict, and is saved in place of the weights that training changes. One pass over the slabs per step. Sources:
 * Polyak & Juditsky 1992; the rising decay is that of TensorFlow's ExponentialMovingAverage with num_updates.
 */
import { updateWarmAverage } from "../../ops/inPlace/movingAverages.js";
import type { OptimizerBlock } from "../../ops/inPlace/optimizerSteps.js";
import { copyFloat32 } from "../../runtime/primitives.js";
import { keep } from "../../tensor/scope.js";
import { Slab } from "../../tensor/slab.js";
import type { Tensor } from "../../tensor/tensor.js";
import { withSubstitutes } from "../../layers/parameter.js";
import type { Weight, Weights } from "./weights.js";

/** The averages of the weights that one model trains or has made, except carried states. No scope frees them. */
export class WeightAverage {
  readonly #weights: Weights;
  readonly #decay: number;
  /** Averages, in the order in which the values are in memory. */
  readonly #slabs: readonly Slab[];
  /** Values that are adjacent in memory, and their averages. */
  readonly #runs: readonly { readonly values: Tensor; readonly averages: Tensor }[];
  readonly #averageOf: ReadonlyMap<Tensor, Tensor>;

  /** Begins with the present weights. @param decay in [0, 1) @throws {MemoryError} */
  constructor(weights: Weights, decay: number) {
    this.#weights = weights;
    this.#decay = decay;
    const groups = weights.averaged;
    this.#slabs = groups.map((values) => new Slab(values.map(({ shape }) => shape)));
    this.#averageOf = new Map(
      groups.flatMap((values, k) => values.map((value, i): [Tensor, Tensor] => [value, this.#slabs[k].sections[i]])),
    );
    this.#runs = groups.flatMap((values, k) => runsOf(values, this.#slabs[k]));
    this.reset();
  }

  /** Begins again with the present weights. */
  reset(): void {
    for (const { values, averages } of this.#runs) copyFloat32(averages.ptr, values.ptr, values.size);
  }

  /** Updates the average after a step of the optimizer. Only calls a kernel, since it is recorded. */
  update(block: OptimizerBlock): void {
    for (const { values, averages } of this.#runs) updateWarmAverage(averages, values, block, this.#decay);
  }

  /** Runs `fn`, which calls layers, with the averages as the weights. */
  use<T>(fn: () => T): T {
    const own = this.#weights.all.filter(({ value }) => this.#averageOf.has(value));
    return withSubstitutes(
      own.map(({ parameter, value }) => [parameter, this.#averageOf.get(value)!]),
      fn,
    );
  }

  /**
   * The average of a weight; the weight itself if it has none, because it belongs to another model or is a carried
   * state.
   */
  of({ value }: Weight): Tensor {
    return this.#averageOf.get(value) ?? value;
  }

  /** Copies the averages into the weights. */
  adopt(): void {
    for (const { values, averages } of this.#runs) copyFloat32(values.ptr, averages.ptr, values.size);
    for (const value of this.#averageOf.keys()) value.changed();
  }

  /** Copies of all averages, in the order of the slabs. */
  copy(): Float32Array[] {
    return this.#slabs.map(({ whole }) => whole.toTypedArray() as Float32Array);
  }

  /** Restores copies. */
  restore(copies: readonly Float32Array[]): void {
    for (const [i, { whole }] of this.#slabs.entries()) whole.assign(copies[i]);
  }

  dispose(): void {
    for (const { values, averages } of this.#runs) {
      values.dispose();
      averages.dispose();
    }
    for (const slab of this.#slabs) slab.dispose();
  }
}

/** Ranges of values that are adjacent in memory, with the ranges of their averages. */
function runsOf(values: readonly Tensor[], averages: Slab): { readonly values: Tensor; readonly averages: Tensor }[] {
  const begins = values.flatMap((_, i) => (i > 0 && averages.runsOn(values, i) ? [] : [i]));
  return begins.map((begin, k) => {
    const [from, to] = [averages.offsetOf(begin), averages.offsetOf(begins[k + 1] ?? values.length)];
    return { values: keep(values[begin].section(0, [to - from])), averages: averages.range(from, to) };
  });
}
