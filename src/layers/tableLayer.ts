/** Options of layers: the rows of their tables, and the layer whose options stand in such a table. */
import { UsageError, message, show } from "../errors.js";
import type { Initializer } from "../initializers/initializer.js";
import { type Activation, checkActivation } from "../ops/pointwise/activate.js";
import { type Option, type Rows, type Table, describe, optional, resolve } from "../options.js";
import type { Regularizer } from "../regularizers/regularizer.js";
import { type Shape, checkShape } from "../tensor/shape.js";
import { Layer, type LayerOptions, checkName } from "./layer.js";
import type { Parameter, ParameterSpec } from "./parameter.js";

/** A row for every option of O beside those that every layer takes. */
export type LayerTable<O extends LayerOptions> = Table<Omit<O, keyof LayerOptions>>;

const common = {
  name: (op, _name, value) => {
    checkName(op, value as string);
    return value as string;
  },
  inputShape: optional((op, _name, value) => {
    checkShape(op, value as Shape);
    return value as Shape;
  }),
} satisfies Table<LayerOptions>;

/** N of the options NInitializer. */
export type Initialized<V> = { [K in keyof V]: K extends `${infer N}Initializer` ? N : never }[keyof V] & string;

/** A layer whose options stand in a table: they are checked, have their defaults, and stand in a file in the table's order. V: their values. */
export abstract class TableLayer<V extends object = object> extends Layer {
  readonly kind: string;
  /** The options, with their defaults. */
  protected readonly given: V;

  /** Errors: UsageError for an option that the layer does not have, a value out of range or a name that is none; ShapeError for an inputShape that is none. */
  constructor(kind: string, options: LayerOptions, table: Rows<V>) {
    super(options);
    this.kind = kind;
    const { name: _, inputShape: __, ...given } = resolve(kind, options, { ...table, ...common });
    this.given = given as unknown as V;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return describe(this.given);
  }

  /** Declares a parameter with the initializer and the regularizer of the options `${name}Initializer` and `${name}Regularizer`. */
  protected parameter(name: Initialized<V>, shape: Shape, spec: Partial<ParameterSpec> = {}): Parameter {
    const given = this.given as Readonly<Record<string, unknown>>;
    const initializer = given[`${name}Initializer`] as Initializer;
    const regularizer = given[`${name}Regularizer`] as Regularizer | undefined;
    return this.declare({ name, shape, initializer, regularizer, ...spec });
  }
}

/** The name of an activation. */
export function activation(initial?: Activation): Option<Activation> {
  return (op, _name, value = initial) => {
    checkActivation(op, value as string);
    return value as Activation;
  };
}

/** An initializer. @param initial makes the one that there is by default */
export function initializer(initial: () => Initializer): Option<Initializer> {
  return (op, name, value = initial()) => valueOf(op, name, value, "fill", "initializers.heNormal()");
}

/** A regularizer, or none. */
export const regularizer: Option<Regularizer | undefined> = (op, name, value) =>
  value === undefined ? value : valueOf(op, name, value, "l2", "regularizers.l2(1e-4)");

/** The value, which has a member of that name. Throws UsageError where it has not. */
function valueOf<T>(op: string, option: string, value: unknown, member: string, example: string): T {
  if (typeof value === "object" && value !== null && member in value) return value as T;
  const hint = typeof value === "function" ? { hint: `Call it: ${value.name}(…).` } : {};
  throw new UsageError(
    message(op, `${option} is of another kind`, { expected: `a value as ${example}`, got: show(value), ...hint }),
  );
}
