/**
 * A model's architecture as plain JSON data, and back. All models have one form: layers, and which layer call reads
 * which tensor. Tensors are numbered: inputs first, then the output of each call.
 */
import type { Config } from "../../config.js";
import { DataError, message, show } from "../../errors.js";
import { input } from "../../layers/input.js";
import type { Layer, SymbolicTensor } from "../../layers/layer.js";
import type { SampleShape } from "../../tensor/shape.js";
import { Graph } from "./graph.js";
import { isListOf } from "../../lists.js";

/** A graph as data. */
export interface Architecture {
  readonly inputs: readonly { readonly shape: SampleShape; readonly name?: string }[];
  /** The configuration of each layer with its name, and `trainable: false` where it is frozen. */
  readonly layers: readonly Config[];
  /** layer: index into `layers`; inputs: numbers of tensors. */
  readonly calls: readonly { readonly layer: number; readonly inputs: readonly number[] }[];
  readonly outputs: readonly number[];
}

/** The graph as data. @param isTrained whether the model trains the layer. Default: unless it is frozen */
export function describe(graph: Graph, isTrained = (layer: Layer): boolean => layer.trainable): Architecture {
  const symbols = [...graph.inputs, ...graph.steps.flatMap(({ call }) => call.outputs)];
  const numberOf = (symbol: SymbolicTensor): number => symbols.indexOf(symbol);
  return {
    inputs: graph.inputs.map(({ shape, name }) => ({ shape, ...(name === undefined ? {} : { name }) })),
    layers: graph.layers.map((layer) => (isTrained(layer) ? layer.config : { ...layer.config, trainable: false })),
    calls: graph.steps.map(({ call }) => ({
      layer: graph.layers.indexOf(call.layer),
      inputs: call.inputs.map(numberOf),
    })),
    outputs: graph.outputs.map(numberOf),
  };
}

/**
 * Rebuilds a graph from data.
 *
 * @param layerFrom   makes a layer from its configuration; a layer without a name gets its name here
 * @param inputShape  shape of the first input, in place of the saved one
 * @throws {DataError} when the data do not describe an architecture
 * @throws what a layer throws for options that do not fit
 */
export function rebuild(architecture: unknown, layerFrom: (config: Config) => Layer, inputShape?: SampleShape): Graph {
  const { inputs, layers, calls, outputs } = checked(architecture);
  const made = layers.map(({ trainable = true, ...config }) => {
    const layer = layerFrom(config);
    if (typeof trainable !== "boolean") fail("trainable must be true or false");
    layer.trainable = trainable;
    if (typeof config.name === "string") layer.giveName(config.name);
    return layer;
  });
  const symbols = inputs.map((config, i) => input(i === 0 && inputShape ? { ...config, shape: inputShape } : config));
  const at = (number: number): SymbolicTensor => {
    const symbol = symbols[number] as SymbolicTensor | undefined;
    if (symbol === undefined) fail(`tensor ${show(number)} is read before it is made`);
    return symbol;
  };
  const first = symbols.length;
  for (const call of calls) {
    const layer = made[call.layer] as Layer | undefined;
    if (layer === undefined) fail(`there is no layer ${show(call.layer)}`);
    symbols.push(...layer.applyMany(call.inputs.map(at)));
  }
  return new Graph(symbols.slice(0, first), outputs.map(at));
}

function checked(architecture: unknown): Architecture {
  const parts = architecture as Partial<Record<keyof Architecture, unknown>> | null;
  const isList = (list: unknown): list is readonly Record<string, unknown>[] =>
    isListOf(list, (item) => typeof item === "object" && item !== null);
  const numbers = (list: unknown): list is readonly number[] => isListOf(list, Number.isInteger);
  const isGood =
    typeof parts === "object" &&
    parts !== null &&
    isList(parts.inputs) &&
    parts.inputs.length > 0 &&
    parts.inputs.every(({ shape }) => isListOf(shape, (d) => d === null || Number.isInteger(d))) &&
    isList(parts.layers) &&
    parts.layers.every(({ className }) => typeof className === "string") &&
    isList(parts.calls) &&
    parts.calls.every((call) => Number.isInteger(call.layer) && numbers(call.inputs)) &&
    numbers(parts.outputs) &&
    parts.outputs.length > 0;
  if (!isGood) fail("inputs, layers, calls or outputs have the wrong form");
  return parts as unknown as Architecture;
}

function fail(wrong: string): never {
  throw new DataError(message("loadModel", `the architecture is damaged: ${wrong}`));
}
