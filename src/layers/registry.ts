/**
 * Makes layers from their descriptions in files, the inverse of `config`. The makers are the exports of index.ts. A
 * file of its own, so that only bundles that load models carry every layer.
 */
import type { Config } from "../config.js";
import * as constraints from "../constraints/index.js";
import { constraintFrom } from "../constraints/registry.js";
import { DataError, message, show } from "../errors.js";
import * as initializers from "../initializers/index.js";
import { initializerFrom } from "../initializers/registry.js";
import { regularizerFrom, regularizers } from "../regularizers/registry.js";
import * as layers from "./index.js";
import type { Layer } from "./layer.js";

const { input: _, ...makers } = layers;

/** The kinds of layers. */
export type LayerKind = keyof typeof makers;

/** All kinds of layers. */
export const layerKinds = Object.keys(makers).sort() as readonly LayerKind[];

/**
 * Makes a layer from its config.
 *
 * @param own  makes what the user has given for an option's config: an initializer, or a layer within this one
 * @throws {DataError} when the kind is unknown
 * @throws {UsageError} or {@link ShapeError} when an option does not fit
 */
export function layerFrom({ className, ...options }: Config, own?: (config: Config) => unknown): Layer {
  if (!Object.hasOwn(makers, className)) {
    const hint = "Register your own layers with loadModel(file, { customLayers }).";
    throw new DataError(
      message("loadModel", `unknown layer ${show(className)}`, { expected: `one of ${layerKinds.join(", ")}`, hint }),
    );
  }
  const make = makers[className as LayerKind] as (options: never) => Layer;
  return make(
    Object.fromEntries(Object.entries(options).map(([name, value]) => [name, valueOf(name, value, own)])) as never,
  );
}

/**
 * The value of an option. Values of other rooms are stored as configs, whose class names differ from room to room.
 * @throws {DataError} when its className is unknown
 */
function valueOf(option: string, value: unknown, own?: (config: Config) => unknown): unknown {
  if (typeof value !== "object" || value === null || !("className" in value)) return value;
  const config = value as Config;
  const made = own?.(config);
  if (made !== undefined) return made;
  if (config.isFunction === true) {
    const name = show(config.className);
    const hint = `Give it to loadModel(file, { functions: { ${config.className} } }).`;
    throw new DataError(message("loadModel", `function ${name} of a lambda layer is missing`, { hint }));
  }
  const isOf = (room: object): boolean => Object.hasOwn(room, config.className);
  if (isOf(initializers)) return initializerFrom(config);
  if (isOf(regularizers)) return regularizerFrom(config);
  if (isOf(constraints)) return constraintFrom(config);
  if (isOf(makers)) return withTrainable(config, (plain) => layerFrom(plain, own));
  const expected = "the description of an initializer, a regularizer, a constraint or a layer";
  const hint = "Give your own to loadModel(file, { functions, initializers, constraints, customLayers }), by name.";
  throw new DataError(message("loadModel", `unknown ${option} ${show(config.className)}`, { expected, hint }));
}

/**
 * A layer within another, frozen where the file says so.
 * @param make  makes it of what is left of its config; undefined where the config is of something else
 * @throws {DataError} when `trainable` is neither true nor false
 */
export function withTrainable(
  { trainable = true, ...plain }: Config,
  make: (config: Config) => Layer | undefined,
): Layer | undefined {
  const layer = make(plain);
  if (layer === undefined) return undefined;
  if (typeof trainable !== "boolean") {
    throw new DataError(message("loadModel", "trainable must be true or false", { got: show(trainable) }));
  }
  layer.trainable = trainable;
  return layer;
}
