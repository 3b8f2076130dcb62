/**
 * From a layer as it stands in a file to the layer: the inverse of `config`. The makers are what index.ts exports. Apart from it, so that only bundles that
 * load models carry every layer.
 */
import type { Config } from "../config.js";
import { DataError, message, show } from "../errors.js";
import * as initializers from "../initializers/index.js";
import { initializerFrom } from "../initializers/registry.js";
import { regularizerFrom, regularizers } from "../regularizers/registry.js";
import * as layers from "./index.js";
import type { Layer } from "./layer.js";

const { input: _, ...makers } = layers;

/** The kinds of layers that there are. */
export type LayerKind = keyof typeof makers;

/** All of them. */
export const layerKinds = Object.keys(makers).sort() as readonly LayerKind[];

/**
 * Makes the layer again.
 * @param own  the user's own of what an option may describe, where it is one: an initializer, or a layer within this
 * Errors: DataError for an unknown kind; UsageError or ShapeError for options that do not fit.
 */
export function layerFrom({ className, ...options }: Config, own?: (config: Config) => unknown): Layer {
  if (!Object.hasOwn(makers, className)) {
    const hint = "Pass loadModel the makers of your own layers: { customLayers }.";
    throw new DataError(
      message("loadModel", "unknown layer", { expected: layerKinds.join(", "), got: show(className), hint }),
    );
  }
  const make = makers[className as LayerKind] as (options: never) => Layer;
  return make(
    Object.fromEntries(Object.entries(options).map(([name, value]) => [name, valueOf(name, value, own)])) as never,
  );
}

/** An option's value. Those of other rooms stand in a file by their configs, whose class names differ from room to room. Errors: DataError for an unknown one. */
function valueOf(option: string, value: unknown, own?: (config: Config) => unknown): unknown {
  if (typeof value !== "object" || value === null || !("className" in value)) return value;
  const config = value as Config;
  const made = own?.(config);
  if (made !== undefined) return made;
  const isOf = (room: object): boolean => Object.hasOwn(room, config.className);
  if (isOf(initializers)) return initializerFrom(config);
  if (isOf(regularizers)) return regularizerFrom(config);
  if (isOf(makers)) return innerLayer(config, own);
  const expected = "the description of an initializer, a regularizer or a layer";
  const hint = "Give your own to loadModel(file, { initializers, customLayers }), by name.";
  throw new DataError(message("loadModel", `${option} is unknown`, { expected, got: show(config.className), hint }));
}

/** A layer within another. Errors: those of {@link layerFrom}; DataError where `trainable` is neither true nor false. */
function innerLayer({ trainable = true, ...config }: Config, own?: (config: Config) => unknown): Layer {
  const layer = layerFrom(config, own);
  if (typeof trainable !== "boolean") {
    throw new DataError(message("loadModel", "trainable is out of range", { expected: "true or false", got: show(trainable) })); // prettier-ignore
  }
  layer.trainable = trainable;
  return layer;
}
