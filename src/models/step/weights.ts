/**
 * The memory of a model's parameters: one slab for all that is trained, one for its gradients, one for what training
 * changes without a gradient. Trained parameters with weight decay come first, so that decay is one range. Does not
 * know layers' formulas.
 *
 * Note [Shared parameters]. A parameter's memory is allocated by the first model that needs it, and freed with the last
 * model that uses its layer. It is trained by the first model that is compiled with it; other models use it as it is. A
 * model loaded with its training hands a parameter over to a model that is compiled before it trains again, and so does
 * a model that is disposed, or compiled with the layer frozen.
 */
import { initialize } from "../../initializers/initializer.js";
import type { Layer } from "../../layers/layer.js";
import type { Parameter } from "../../layers/parameter.js";
import type { RandomState } from "../../tensor/randomState.js";
import type { SectionRule } from "../../optimizers/state.js";
import { fillFloat32 } from "../../runtime/primitives.js";
import { scope } from "../../tensor/scope.js";
import { Slab } from "../../tensor/slab.js";
import type { Tensor } from "../../tensor/tensor.js";
import { carriedBy } from "../../layers/sequencePart.js";

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
  /** False while another model may take over the training of these parameters. */
  isFirm = true;
  /**
   * Parameters that gradients change, including frozen ones and those of other models; those with weight decay first.
   */
  readonly #differentiable: readonly Parameter[];
  /** Those of them that this model may train, including frozen ones. */
  #trained: readonly Parameter[] = [];
  /** Whatever else training changes, except carried states; including those of other models. */
  readonly #statistics: readonly Parameter[];
  readonly #values: Slab;
  readonly #state: Slab;
  #gradients: Slab | undefined;

  /**
   * Allocates every parameter of the layers that has no memory yet, and fills it. Parameters that another model made
   * stay where they are: Note [Shared parameters].
   *
   * @param random   the source for initializers
   * @param initial  values by name, used in place of the initializers'
   * @throws {MemoryError}, and what an own initializer throws, before anything has changed
   */
  constructor(layers: readonly Layer[], random: RandomState, initial?: ReadonlyMap<string, Float32Array>) {
    const parameters = layers.flatMap((layer) => layer.parameters);
    const fresh = parameters.filter((parameter) => !parameter.isBound);
    const differentiable = parameters.filter(({ spec }) => spec.trainable !== false);
    this.#differentiable = [
      ...differentiable.filter(({ spec }) => spec.decays !== false),
      ...differentiable.filter(({ spec }) => spec.decays === false),
    ];
    const trained = this.#differentiable.filter((parameter) => !parameter.isBound);
    const carried = new Set(carriedBy(layers));
    const state = fresh.filter(({ spec }) => spec.trainable === false);
    this.#statistics = parameters.filter((one) => one.spec.trainable === false && !carried.has(one));
    this.#values = new Slab(trained.map(({ spec }) => spec.shape));
    try {
      this.#state = new Slab(state.map(({ spec }) => spec.shape));
      bind(trained, this.#values);
      bind(state, this.#state);
      this.all = layers.flatMap((layer) =>
        layer.parameters.map((parameter) => {
          const { value } = parameter;
          value.name ??= weightName(layer, parameter);
          return { name: weightName(layer, parameter), layer, parameter, value };
        }),
      );
      scope(() => {
        for (const { spec, value } of fresh) {
          if (initial === undefined) initialize(value, spec.initializer, random);
          else value.assign(initial.get(value.name!)!);
        }
      });
    } catch (error) {
      for (const parameter of fresh) parameter.bind(undefined); // else the next model would find zeros in them
      this.#values.dispose();
      throw error;
    }
    for (const { value } of trained) value.requiresGrad = true;
  }

  /**
   * The averaged weights, in the order in which they are in memory: those that this model trains or has made, and its
   * moving statistics.
   */
  get averaged(): readonly Tensor[][] {
    const made = new Set([...this.#values.sections, ...this.#state.sections]);
    const trains = ({ layer }: Parameter): boolean => layer.parameters.some(({ trainer }) => trainer === this);
    return [this.#differentiable, this.#statistics].map((parameters) =>
      parameters.filter((parameter) => made.has(parameter.value) || trains(parameter)).map(({ value }) => value),
    );
  }

  /**
   * What a forward pass in training changes: moving statistics and carried states, including those of layers that
   * another model made.
   */
  get changedInForward(): Tensor[] {
    const made = new Set(this.#state.sections);
    const foreign = this.all.filter(({ parameter, value }) => parameter.spec.trainable === false && !made.has(value));
    return [this.#state.whole, ...foreign.map(({ value }) => value)];
  }

  /** Weights that this model changes by gradient: those it took on when it was compiled and that are not frozen now. */
  get trainable(): Weight[] {
    return this.all.filter(
      ({ parameter }) => this.#trained.includes(parameter) && !parameter.layer.isFrozen && mayTrain(this, parameter),
    );
  }

  /** True where another model trains all of the layer that can be trained. */
  leaves({ parameters }: Layer): boolean {
    const differentiable = parameters.filter(({ spec }) => spec.trainable !== false);
    return differentiable.length > 0 && !differentiable.some((parameter) => mayTrain(this, parameter));
  }

  /**
   * Makes the gradient slab, in which every parameter that this model trains from now on has its gradient. @throws
   * {MemoryError}
   */
  prepareTraining(): void {
    const trained = this.#differentiable.filter((parameter) => mayTrain(this, parameter));
    const isAsBefore = trained.length === this.#trained.length && trained.every((one, i) => one === this.#trained[i]);
    if (this.#gradients === undefined || !isAsBefore) {
      const gradients = new Slab(trained.map(({ spec }) => spec.shape));
      this.#gradients?.dispose();
      this.#gradients = gradients;
    }
    this.#trained = trained;
    this.isFirm = true;
    for (const [i, parameter] of trained.entries()) {
      const { layer, value, trainer } = parameter;
      value.requiresGrad = !layer.isFrozen;
      if (layer.isFrozen) {
        if (trainer === this) this.#giveAway(parameter);
        continue;
      }
      parameter.trainer = this;
      value.holdGradient(this.#gradients.sections[i]);
      const { rowList: RowList, regularizer, shape } = parameter.spec;
      if (RowList === undefined || regularizer !== undefined) continue;
      const rows = (parameter.rows ??= new RowList(shape[0], shape[1]));
      value.listed = value.grad!.listed = rows;
    }
  }

  /**
   * The parts that an optimizer needs: the slab, its gradients, and how each section is trained. Call it after
   * prepareTraining.
   */
  forOptimizer(): {
    readonly values: readonly Tensor[];
    readonly gradients: Slab;
    readonly rules: readonly SectionRule[];
  } {
    const rules = this.#trained.map(({ spec, layer, rows }) => ({
      trainable: !layer.isFrozen,
      decays: spec.decays !== false,
      rows,
    }));
    return { values: this.#trained.map(({ value }) => value), gradients: this.#gradients!, rules };
  }

  /**
   * Runs `fn`, which goes forward and backward, without changing the gradients of parameters that another model trains.
   */
  isolated<T>(fn: () => T): T {
    const foreign = this.all.filter(({ parameter, value }) => value.requiresGrad && parameter.trainer !== this);
    for (const { value } of foreign) value.requiresGrad = false;
    try {
      return fn();
    } finally {
      for (const { value } of foreign) value.requiresGrad = true;
    }
  }

  /** Counts the changes of the gradients. */
  get gradientVersion(): number {
    return this.#gradients?.whole.version ?? 0;
  }

  /** Sets all gradients to zero. */
  clearGradients(): void {
    if (this.#gradients === undefined) return;
    fillFloat32(this.#gradients.whole.ptr, 0, this.#gradients.whole.size);
    this.#gradients.whole.changed();
    for (const { rows } of this.#trained) rows?.clear();
  }

  /** Copies of all values, in the order of `all`. */
  copy(): Float32Array[] {
    return this.all.map(({ value }) => value.toTypedArray() as Float32Array);
  }

  /** Restores values. @param values as many as `all`, of the same sizes */
  restore(values: readonly Float32Array[]): void {
    for (const [i, { value }] of this.all.entries()) value.assign(values[i]);
  }

  /** Frees everything except the values of parameters, which are freed with the last model that uses them. */
  dispose(): void {
    for (const parameter of this.#trained) if (parameter.trainer === this) this.#giveAway(parameter);
    this.#values.whole.dispose();
    this.#state.whole.dispose();
    this.#gradients?.dispose();
  }

  /** Stops training the parameter. */
  #giveAway(parameter: Parameter): void {
    parameter.trainer = undefined;
    parameter.value.holdGradient(undefined);
    parameter.value.listed = undefined;
  }
}

/**
 * True where that model, or one without weights yet, trains the parameter once it is compiled, unless the layer is
 * frozen.
 */
export function mayTrain(model: Weights | undefined, parameter: Parameter): boolean {
  const { trainer } = parameter;
  return trainer === undefined || trainer === model || !trainer.isFirm;
}

function bind(parameters: readonly Parameter[], slab: Slab): void {
  for (const [i, parameter] of parameters.entries()) {
    slab.sections[i].countApart();
    parameter.bind(slab.sections[i]);
  }
}
