/** Parameters of layers: what is asked for, and the tensor once a model has made it. Do not hold memory: a model gives each its place in a slab. */
import { UsageError, message, show } from "../errors.js";
import type { Initializer } from "../initializers/initializer.js";
import type { RowList } from "../ops/inPlace/rowList.js";
import type { Regularizer } from "../regularizers/regularizer.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** What a layer asks for when it is built. */
export interface ParameterSpec {
  /** Name within the layer: "kernel", "bias", … */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  readonly regularizer?: Regularizer | undefined;
  /** False for what training changes without a gradient, such as running means. Default true. */
  readonly trainable?: boolean;
  /** False for biases and scales, which weight decay leaves alone. Default true. */
  readonly decays?: boolean;
  /**
   * True for a table (V, D) of which a step uses few rows, which an op that is told {@link Parameter.rows} lists: the optimizer then visits these
   * alone. Default false. A regularizer touches every row, and so does the gradient of any other op, as where an output layer shares the table of an
   * embedding: then all are visited.
   */
  readonly isLazy?: boolean;
}

/** What a parameter's layer says to those who train it. */
interface Owner {
  readonly name: string | undefined;
  readonly isFrozen: boolean;
  readonly parameters: readonly Parameter[];
}

/** A parameter of a layer: what was asked for, and the tensor once a model has made it. */
export class Parameter {
  /** The layer that declared it, which may stand within another. */
  readonly layer: Owner;
  #spec: ParameterSpec;
  /** Where an op notes which rows of a lazy parameter its gradient touches; undefined where nobody asks. */
  rows: RowList | undefined;
  /** The weights of the model that trains it, and whether it may be taken from that. @internal */
  trainer: { readonly isFirm: boolean } | undefined;
  #value: Tensor | undefined;
  #users = 0;

  constructor(spec: ParameterSpec, layer: Owner) {
    this.layer = layer;
    this.#spec = spec;
  }

  /** What was asked for. */
  get spec(): ParameterSpec {
    return this.#spec;
  }

  /** Puts the name of the part of a layer that it belongs to before its own: "forward/kernel". @internal */
  putInto(part: string): void {
    this.#spec = { ...this.#spec, name: `${part}/${this.#spec.name}` };
  }

  /** True once a model has given it memory. */
  get isBound(): boolean {
    return this.#value !== undefined;
  }

  /** The tensor. Errors: UsageError before a model was made of the layer. */
  get value(): Tensor {
    if (this.#value === undefined) {
      throw new UsageError(
        message("layer", `parameter ${show(this.spec.name)} has no value yet`, {
          hint: "Make a model of the layer first.",
        }),
      );
    }
    return this.#value;
  }

  /** Gives the parameter its place. @internal */
  bind(value: Tensor): void {
    this.#value = value;
  }

  /** Notes a model that is made of it. @internal */
  retain(): void {
    this.#users++;
  }

  /** A model has ended: the last one frees the value. @internal */
  release(): void {
    if (--this.#users > 0) return;
    this.#value?.dispose();
    this.rows?.dispose();
    this.rows = undefined;
  }
}

/** A parameter, and what is to stand in its place for a while. */
export type Substitute = readonly [parameter: Parameter, value: Tensor];

/** Runs `fn`, which calls layers, with other values in the place of some parameters. */
export function withSubstitutes<T>(substitutes: readonly Substitute[], fn: () => T): T {
  const before = substitutes.map(([parameter]) => parameter.value);
  for (const [parameter, value] of substitutes) parameter.bind(value);
  try {
    return fn();
  } finally {
    for (const [i, [parameter]] of substitutes.entries()) parameter.bind(before[i]);
  }
}
