/** Options of layers: the rows of their tables, and the layer whose options are such a table. */
import type { Constraint } from "../constraints/constraint.js";
import type { Initializer } from "../initializers/initializer.js";
import { type Activation, checkActivation } from "../ops/pointwise/activate.js";
import { type Option, type Rows, type Table, checkMember, describe, named, optional, resolve } from "../options.js";
import type { Regularizer } from "../regularizers/regularizer.js";
import { type SampleShape, type Shape, sampleShape } from "../tensor/shape.js";
import { Layer, type LayerOptions, checkName } from "./layer.js";
import type { Parameter, ParameterSpec } from "./parameter.js";

/** A row for every option of O except those that every layer takes. */
export type LayerTable<O extends LayerOptions> = Table<Omit<O, keyof LayerOptions>>;

const common = {
  name: (op, _name, value) => {
    checkName(op, value as string);
    return value as string;
  },
  inputShape: optional((op, _name, value) => {
    sampleShape(op, value as SampleShape);
    return value as SampleShape;
  }),
} satisfies Table<LayerOptions>;

/** The names N of the options NInitializer. */
export type Initialized<V> = { [K in keyof V]: K extends `${infer N}Initializer` ? N : never }[keyof V] & string;

/**
 * A layer whose options are checked and completed by a table, and stored in a file in the table's order. V: their
 * values.
 */
export abstract class TableLayer<V extends object = object> extends Layer {
  readonly kind: string;
  /** The options, with defaults filled in. */
  protected readonly given: V;

  /**
   * @throws {UsageError} when an option is unknown or out of range, or the name is invalid
   * @throws {ShapeError} when inputShape is not a shape
   */
  constructor(kind: string, options: LayerOptions, table: Rows<V>) {
    super(options);
    this.kind = kind;
    const { name: _, inputShape: __, ...given } = resolve(kind, options, { ...table, ...common });
    this.given = given as unknown as V;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return describe(this.given);
  }

  override get isOwn(): boolean {
    return false;
  }

  /**
   * Declares a parameter with the initializer, regularizer and constraint given by the options `${name}Initializer`,
   * `${name}Regularizer` and `${name}Constraint`.
   */
  protected parameter(name: Initialized<V>, shape: Shape, spec: Partial<ParameterSpec> = {}): Parameter {
    const given = this.given as Readonly<Record<string, unknown>>;
    const initializer = given[`${name}Initializer`] as Initializer;
    const regularizer = given[`${name}Regularizer`] as Regularizer | undefined;
    const constraint = given[`${name}Constraint`] as Constraint | undefined;
    return this.declare({ name, shape, initializer, regularizer, constraint, ...spec });
  }
}

/** An option for the name of an activation. */
export function activation(initial?: Activation): Option<Activation> {
  return (op, _name, value = initial) => {
    const known = named(op, "activation", value) as Activation;
    checkActivation(op, known);
    return known;
  };
}

/** An option for an initializer. @param initial makes the default */
export function initializer(initial: () => Initializer): Option<Initializer> {
  return (op, name, value = initial()) =>
    checkMember(op, name, value, "fill", "initializers.heNormal()") as Initializer;
}

/** An option for a regularizer, by default none. */
export const regularizer = withMember<Regularizer>("penalty", "regularizers.l2(1e-4)");

/** An option for a constraint, by default none. */
export const constraint = withMember<Constraint>("constrain", "constraints.maxNorm()");

function withMember<T>(member: string, example: string): Option<T | undefined> {
  return optional((op, name, value) => checkMember(op, name, value, member, example) as T);
}
