/**
 * The memory of a model's parameters: one slab for all that is trained, one for its gradients, one for what training changes without a gradient.
 * Trained parameters that weight decay applies to come first, so that decay is one range. Does not know layers' formulas.
 */
import type { Layer, Parameter } from "../layers/layer.js";
import type { RandomState } from "../tensor/randomState.js";
import type { SectionRule } from "../optimizers/state.js";
import { fillFloat32 } from "../runtime/primitives.js";
import { scope } from "../tensor/scope.js";
import { Slab } from "../tensor/slab.js";
import type { Tensor } from "../tensor/tensor.js";

/** A parameter of a model under its full name. */
export interface Weight {
  /** "dense_1/kernel" */
  readonly name: string;
  readonly layer: Layer;
  readonly parameter: Parameter;
  readonly value: Tensor;
}

/** All parameters of a model. */
export class Weights {
  /** In the order of the layers. */
  readonly all: readonly Weight[];
  readonly #trained: readonly Parameter[];
  readonly #values: Slab;
  readonly #state: Slab;
  #gradients: Slab | undefined;

  /**
   * Gives every parameter of the layers that has no memory yet its place, and fills it.
   * Parameters that another model made are used as they are and not trained by this one.
   */
  constructor(layers: readonly Layer[], random: RandomState) {
    const fresh = layers.flatMap(({ parameters }) => parameters).filter((parameter) => !parameter.isBound);
    const trained = fresh.filter(({ spec }) => spec.isTrainable !== false);
    this.#trained = [
      ...trained.filter(({ spec }) => spec.decays !== false),
      ...trained.filter(({ spec }) => spec.decays === false),
    ];
    const state = fresh.filter(({ spec }) => spec.isTrainable === false);
    this.#values = new Slab(this.#trained.map(({ spec }) => spec.shape));
    this.#state = new Slab(state.map(({ spec }) => spec.shape));
    bind(this.#trained, this.#values);
    bind(state, this.#state);
    scope(() => {
      for (const { spec, value } of fresh) spec.initializer.fill(value, random);
    });
    this.all = layers.flatMap((layer) =>
      layer.parameters.map((parameter) => {
        const { spec, value } = parameter;
        value.name = `${layer.name}/${spec.name}`;
        return { name: value.name, layer, parameter, value };
      }),
    );
    for (const { value } of this.#trained) value.requiresGrad = true;
  }

  /** Weights that training changes by gradient, frozen layers left out. */
  get trainable(): Weight[] {
    return this.all.filter(({ layer, parameter }) => layer.isTrainable && this.#trained.includes(parameter));
  }

  /** Makes the gradient slab, so that every trainable parameter's gradient has its place in it; frozen ones get none. Throws MemoryError. */
  prepareTraining(): void {
    this.#gradients ??= new Slab(this.#trained.map(({ spec }) => spec.shape));
    const trainable = new Set(this.trainable.map(({ parameter }) => parameter));
    for (const [i, parameter] of this.#trained.entries()) {
      parameter.value.requiresGrad = trainable.has(parameter);
      parameter.value.grad = trainable.has(parameter) ? this.#gradients.sections[i] : undefined;
    }
  }

  /** What an optimizer needs: the slab, its gradients, and how each section is to be trained. Errors: UsageError before prepareTraining. */
  forOptimizer(): { readonly values: Slab; readonly gradients: Slab; readonly rules: readonly SectionRule[] } {
    const rules = this.#trained.map(({ spec, value }) => ({
      isTrainable: value.grad !== undefined,
      decays: spec.decays !== false,
    }));
    return { values: this.#values, gradients: this.#gradients!, rules };
  }

  /** Sets all gradients to zero. */
  clearGradients(): void {
    if (this.#gradients !== undefined) fillFloat32(this.#gradients.whole.ptr, 0, this.#gradients.whole.size);
  }

  /** Copies of all values, in the order of `all`. */
  copy(): Float32Array[] {
    return this.all.map(({ value }) => value.toTypedArray() as Float32Array);
  }

  /** Puts values back. @param values as many as `all`, of the same sizes */
  restore(values: readonly Float32Array[]): void {
    for (const [i, { value }] of this.all.entries()) value.assign(values[i]);
  }

  /** Bytes of parameters, and of their gradients where there are some. */
  get bytes(): number {
    return 4 * (this.#values.whole.size + this.#state.whole.size + (this.#gradients?.whole.size ?? 0));
  }

  /** Frees everything. */
  dispose(): void {
    for (const { value } of this.#trained) value.grad = undefined;
    this.#values.dispose();
    this.#state.dispose();
    this.#gradients?.dispose();
  }
}

function bind(parameters: readonly Parameter[], slab: Slab): void {
  for (const [i, parameter] of parameters.entries()) parameter.bind(slab.sections[i]);
}
