/**
 * Parameters of layers: what a layer asks for, and the tensor once a model has made it. They do not hold memory: a
 * model gives each a place in a slab.
 */
import type { Constraint } from "../constraints/constraint.js";
import { UsageError, message, show } from "../errors.js";
import type { Initializer } from "../initializers/initializer.js";
import type { RowList } from "../ops/inPlace/rowList.js";
import type { Regularizer } from "../regularizers/regularizer.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** What a layer asks for when it is built. */
export interface ParameterSpec {
  /** The name within the layer: "kernel", "bias", … */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  readonly regularizer?: Regularizer | undefined;
  /** What the values obey after every step. It reads and writes all of a lazy parameter, too. */
  readonly constraint?: Constraint | undefined;
  /** False for values that training changes without a gradient, such as running means. Default true. */
  readonly trainable?: boolean;
  /** False for biases and scales, which weight decay leaves alone. Default true. */
  readonly decays?: boolean;
  /**
   * The class RowList, for a table (V, D) of which a step uses only few rows: a lazy parameter. An op that is given
   * {@link Parameter.rows} lists them, and the optimizer visits only these. A regularizer touches every row, and so does
   * the gradient of any other op, for example when an output layer shares the table of an embedding; then all rows are
   * visited. Default: all rows, and a page without such tables does not carry the class.
   */
  readonly rowList?: typeof RowList;
}

/** What a parameter's layer tells those who train it. */
interface Owner {
  readonly isFrozen: boolean;
  readonly parameters: readonly Parameter[];
}

/** A parameter of a layer: what the layer asked for, and the tensor once a model has made it. */
export class Parameter {
  /** The layer that declared it, which may be part of another layer. */
  readonly layer: Owner;
  /** The parameter that holds the value: another one where this is a name for it in another model. @internal */
  readonly source: Parameter = this;
  #spec: ParameterSpec;
  /** Where an op lists the rows of a lazy parameter that its gradient touches; undefined when nobody asks. */
  rows: RowList | undefined;
  /** The weights of the model that trains it, and whether another model may take over. @internal */
  trainer: { readonly isFirm: boolean } | undefined;
  #value: Tensor | undefined;
  #users = 0;

  constructor(spec: ParameterSpec, layer: Owner) {
    this.layer = layer;
    this.#spec = spec;
  }

  /** What the layer asked for. */
  get spec(): ParameterSpec {
    return this.#spec;
  }

  /** Prefixes the name with that of the part of a layer that it belongs to: "forward/kernel". @internal */
  putInto(part: string): void {
    this.#spec = { ...this.#spec, name: `${part}/${this.#spec.name}` };
  }

  /** True once a model has given it memory. */
  get isBound(): boolean {
    return this.#value !== undefined;
  }

  /** The tensor. @throws {UsageError} when no model has been made of the layer */
  get value(): Tensor {
    if (this.#value === undefined) {
      throw new UsageError(
        message("layer", `parameter ${show(this.spec.name)} has no value yet`, {
          hint: "Put the layer into a model first.",
        }),
      );
    }
    return this.#value;
  }

  /** Assigns the parameter its tensor, or takes it away. @internal */
  bind(value: Tensor | undefined): void {
    this.#value = value;
  }

  /** Notes that a model is made of it. @internal */
  retain(): void {
    this.#users++;
  }

  /** Notes that a model has ended; the last one frees the value. @internal */
  release(): void {
    if (--this.#users > 0) return;
    this.#value?.dispose();
    this.rows?.dispose();
    this.rows = undefined;
  }
}

/** A parameter, and the value that temporarily replaces its own. */
export type Substitute = readonly [parameter: Parameter, value: Tensor];

/** Runs `fn`, which calls layers, with other values for some parameters. */
export function withSubstitutes<T>(substitutes: readonly Substitute[], fn: () => T): T {
  const before = substitutes.map(([parameter]) => parameter.value);
  for (const [parameter, value] of substitutes) parameter.bind(value);
  try {
    return fn();
  } finally {
    for (const [i, [parameter]] of substitutes.entries()) parameter.bind(before[i]);
  }
}
