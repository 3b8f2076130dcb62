/**
 * The memory of a model's parameters: one slab for all that is trained, one for its gradients, one for what training changes without a gradient.
 * Trained parameters that weight decay applies to come first, so that decay is one range. Does not know layers' formulas.
 */
import type { Layer, Parameter } from "../layers/layer.js";
import type { RandomState } from "../tensor/randomState.js";
import type { SectionRule } from "../optimizers/state.js";
import { RowList } from "../ops/rowList.js";
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

/** A weight's name in a model, and in files: "dense_1/kernel". */
export function weightName(layer: Layer, { spec }: Parameter): string {
  return `${layer.name}/${spec.name}`;
}

/** All parameters of a model. */
export class Weights {
  /** In the order of the layers. */
  readonly all: readonly Weight[];
  /** Those that gradients change, frozen ones too; those that decay first. */
  readonly #trained: readonly Parameter[];
  readonly #own: ReadonlySet<Parameter>;
  readonly #values: Slab;
  readonly #state: Slab;
  #gradients: Slab | undefined;

  /**
   * Gives every parameter of the layers that has no memory yet its place, and fills it.
   * Parameters that another model made are used as they are and not trained by this one.
   *
   * @param random   what initializers draw from
   * @param initial  values by name, in place of the initializers'
   * Errors: MemoryError; nothing has changed then.
   */
  constructor(layers: readonly Layer[], random: RandomState, initial?: ReadonlyMap<string, Float32Array>) {
    const fresh = layers.flatMap(({ parameters }) => parameters).filter((parameter) => !parameter.isBound);
    const trained = fresh.filter(({ spec }) => spec.isTrainable !== false);
    this.#trained = [
      ...trained.filter(({ spec }) => spec.decays !== false),
      ...trained.filter(({ spec }) => spec.decays === false),
    ];
    this.#own = new Set(this.#trained);
    const state = fresh.filter(({ spec }) => spec.isTrainable === false);
    this.#values = new Slab(this.#trained.map(({ spec }) => spec.shape));
    try {
      this.#state = new Slab(state.map(({ spec }) => spec.shape));
    } catch (error) {
      this.#values.dispose();
      throw error;
    }
    bind(this.#trained, this.#values);
    bind(state, this.#state);
    this.all = layers.flatMap((layer) =>
      layer.parameters.map((parameter) => {
        const { value } = parameter;
        value.name ??= weightName(layer, parameter);
        return { name: value.name, layer, parameter, value };
      }),
    );
    scope(() => {
      for (const { spec, value } of fresh) {
        if (initial === undefined) spec.initializer.fill(value, random);
        else value.assign(initial.get(value.name!)!);
      }
    });
    for (const { value } of this.#trained) value.requiresGrad = true;
  }

  /** The memory of the parameters that this model made: trained ones, and what training changes without a gradient. */
  get slabs(): readonly Slab[] {
    return [this.#values, this.#state];
  }

  /** True where this model trains the parameter, unless its layer is frozen. */
  owns(parameter: Parameter): boolean {
    return this.#own.has(parameter);
  }

  /** Weights that training changes by gradient, frozen layers left out. */
  get trainable(): Weight[] {
    return this.all.filter(({ layer, parameter }) => layer.isTrainable && this.owns(parameter));
  }

  /** Makes the gradient slab, so that every trainable parameter's gradient has its place in it; frozen ones get none. Throws MemoryError. */
  prepareTraining(): void {
    this.#gradients ??= new Slab(this.#trained.map(({ spec }) => spec.shape));
    const trainable = new Set(this.trainable.map(({ parameter }) => parameter));
    for (const [i, parameter] of this.#trained.entries()) {
      parameter.value.requiresGrad = trainable.has(parameter);
      parameter.value.grad = trainable.has(parameter) ? this.#gradients.sections[i] : undefined;
      const { isLazy = false, regularizer, shape } = parameter.spec;
      if (!isLazy || regularizer !== undefined || !trainable.has(parameter)) continue;
      const rows = (parameter.rows ??= new RowList(shape[0], shape[1]));
      parameter.value.onGradient = () => rows.addAll();
    }
  }

  /** What an optimizer needs: the slab, its gradients, and how each section is to be trained. Call it after prepareTraining. */
  forOptimizer(): { readonly values: Slab; readonly gradients: Slab; readonly rules: readonly SectionRule[] } {
    const rules = this.#trained.map(({ spec, value, rows }) => ({
      isTrainable: value.grad !== undefined,
      decays: spec.decays !== false,
      rows,
    }));
    return { values: this.#values, gradients: this.#gradients!, rules };
  }

  /** Runs `fn`, which goes forward and backward, and keeps it from reaching the parameters that another model trains. */
  isolated<T>(fn: () => T): T {
    const foreign = this.all.filter(({ parameter, value }) => value.requiresGrad && !this.owns(parameter));
    for (const { value } of foreign) value.requiresGrad = false;
    try {
      return fn();
    } finally {
      for (const { value } of foreign) value.requiresGrad = true;
    }
  }

  /** Sets all gradients to zero. */
  clearGradients(): void {
    if (this.#gradients === undefined) return;
    fillFloat32(this.#gradients.whole.ptr, 0, this.#gradients.whole.size);
    for (const { rows } of this.#trained) rows?.clear();
  }

  /** Copies of all values, in the order of `all`. */
  copy(): Float32Array[] {
    return this.all.map(({ value }) => value.toTypedArray() as Float32Array);
  }

  /** Puts values back. @param values as many as `all`, of the same sizes */
  restore(values: readonly Float32Array[]): void {
    for (const [i, { value }] of this.all.entries()) value.assign(values[i]);
  }

  /** Frees everything. */
  dispose(): void {
    for (const parameter of this.#trained) {
      parameter.value.grad = undefined;
      parameter.value.onGradient = undefined;
      parameter.rows?.dispose();
      parameter.rows = undefined;
    }
    this.#values.dispose();
    this.#state.dispose();
    this.#gradients?.dispose();
  }
}

function bind(parameters: readonly Parameter[], slab: Slab): void {
  for (const [i, parameter] of parameters.entries()) parameter.bind(slab.sections[i]);
}
