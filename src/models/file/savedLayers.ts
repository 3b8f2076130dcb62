/**
 * The layers of a saved model, and what the user gives that a file knows by its name alone: own layers, losses, metrics,
 * optimizers, schedules, initializers, constraints and functions. Does not read files (loading.ts).
 */
import type { Config } from "../../config.js";
import type { Constraint } from "../../constraints/constraint.js";
import { DataError, message, show } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import type { LambdaFunction } from "../../layers/core/lambda.js";
import { Layer, type LayerOptions } from "../../layers/layer.js";
import { layerFrom, withTrainable } from "../../layers/registry.js";
import type { Loss } from "../../losses/loss.js";
import type { Metric } from "../../metrics/metric.js";
import type { Optimizer, Schedule } from "../../optimizers/optimizer.js";
import type { SampleShape } from "../../tensor/shape.js";
import { rebuild } from "../graph/architecture.js";
import { ModelLayer, modelKind } from "../graph/modelLayer.js";
import type { OwnFunction } from "../ownFunctions.js";

/** Options of loadModel. */
export interface LoadOptions {
  /** Functions that make layers of your own, by their `className`. */
  readonly customLayers?: Readonly<Record<string, (config: Config & LayerOptions) => Layer>>;
  /**
   * Losses of your own, by name: functions of target and prediction as compile was given them, or, for objects of your
   * own, makers that take the options of their config. So are metrics, optimizers, schedules, initializers and constraints.
   */
  readonly losses?: Readonly<Record<string, OwnFunction | ((options: never) => Loss)>>;
  readonly metrics?: Readonly<Record<string, OwnFunction | ((options: never) => Metric)>>;
  readonly optimizers?: Readonly<Record<string, (options: never) => Optimizer>>;
  readonly schedules?: Readonly<Record<string, (options: never) => Schedule>>;
  readonly initializers?: Readonly<Record<string, (options: never) => Initializer>>;
  readonly constraints?: Readonly<Record<string, (options: never) => Constraint>>;
  /** The functions of lambda layers, by name. */
  readonly functions?: Readonly<Record<string, LambdaFunction>>;
  /**
   * Batch size of stateful layers, in place of the one they were trained with; their states begin at zero. Training
   * state in a checkpoint is then ignored.
   */
  readonly batchSize?: number;
  /**
   * Shape of one sample, in place of the one the model was built for, where its weights allow that: [1] to read a
   * sequence token by token, [null] for any length.
   */
  readonly inputShape?: SampleShape;
}

/** A layer of a file: the library's, one of the user's, or a model within the model. @throws {DataError} */
export function makeLayer(config: Config, options: LoadOptions): Layer {
  const theirs = (given: Config): Layer | undefined => innerModel(given, options) ?? ownLayer(given, options);
  const own = (inner: Config): unknown =>
    inner.isFunction === true
      ? ownOf("functions", inner, options)
      : (withTrainable(inner, theirs) ?? ownOf("initializers", inner, options) ?? ownOf("constraints", inner, options));
  return theirs(config) ?? layerFrom(config, own);
}

/** A model within the model; undefined where the config is another layer's. */
function innerModel({ className, architecture, ...given }: Config, options: LoadOptions): Layer | undefined {
  if (className !== modelKind) return undefined;
  return new ModelLayer(
    rebuild(architecture, (config) => makeLayer(config, options)),
    given,
  );
}

/**
 * A layer that the user has given a maker of; undefined for one of the library's.
 * @throws {DataError} when the maker is missing, or makes something else
 */
function ownLayer({ isOwn, ...config }: Config, { customLayers = {} }: LoadOptions): Layer | undefined {
  if (!Object.hasOwn(customLayers, config.className)) {
    if (isOwn !== true) return undefined;
    const expected = `loadModel(file, { customLayers: { ${config.className}: (config) => … } })`;
    throw new DataError(message("loadModel", `layer ${show(config.className)} is one of your own`, { expected }));
  }
  const make = customLayers[config.className];
  const { prototype } = make as { readonly prototype?: unknown };
  if (prototype instanceof Layer) {
    const [expected, got] = [`(config) => new ${make.name}(config)`, `the class ${make.name}`];
    throw new DataError(message("loadModel", `customLayers[${show(config.className)}] is a class`, { expected, got }));
  }
  const layer = make(config);
  if (layer instanceof Layer) return layer;
  const wrong = `customLayers[${show(config.className)}] did not return a layer`;
  throw new DataError(message("loadModel", wrong, { expected: "a Layer", got: show(layer) }));
}

/**
 * What the user has given for a config: a function itself where it was one, else what a maker of that name makes.
 * Undefined where there is none.
 */
export function ownOf(
  room: "losses" | "metrics" | "optimizers" | "schedules" | "initializers" | "constraints" | "functions",
  config: unknown,
  options: LoadOptions,
): unknown {
  const { className = "", isFunction, ...given } = Object(config) as Partial<Config>;
  const values: Readonly<Record<string, unknown>> = options[room] ?? {};
  if (!Object.hasOwn(values, className)) return undefined;
  const value = values[className];
  if (typeof value === "function") return isFunction ? value : (value as (options: object) => unknown)(given);
  const wrong = `${show(className)} in ${room} is no function`;
  throw new DataError(message("loadModel", wrong, { expected: "a function, or a maker", got: show(value) }));
}

/** An embedding's configuration without the length that it was built for, which another inputShape replaces. */
export function withoutLength(config: Config): Config {
  const { inputLength: _, ...others } = config;
  return config.isOwn === true ? config : others;
}

/** A layer's configuration with another batch size where the layer, or one inside it, is stateful. */
export function forBatches<T>(config: T, batchSize: number | undefined): T {
  if (batchSize === undefined || typeof config !== "object" || config === null || Array.isArray(config)) return config;
  const inner = Object.fromEntries(Object.entries(config).map(([name, value]) => [name, forBatches(value, batchSize)]));
  return { ...inner, ...("stateful" in config && config.stateful === true && { batchSize }) } as T;
}
