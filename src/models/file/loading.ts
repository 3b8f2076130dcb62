/**
 * Models from safetensors files. The architecture is rebuilt and the weights are checked against it before anything is
 * loaded. Apart from model.ts, so that a bundle that only trains does not carry every layer, optimizer, loss and
 * metric.
 */
import type { Config } from "../../config.js";
import { DataError, LanegradError, UsageError, checkKeys, message, show } from "../../errors.js";
import { type ByteSource, readBytes } from "../../io/bytes.js";
import { type Safetensors, decodeSafetensors } from "../../io/safetensors.js";
import type { Layer } from "../../layers/layer.js";
import { lossFrom } from "../../losses/registry.js";
import { metricFrom } from "../../metrics/registry.js";
import { writeTotals } from "../../ops/inPlace/metricTotals.js";
import { addNamedActivations } from "../../ops/pointwise/namedActivations.js";
import { optimizerFrom } from "../../optimizers/registry.js";
import { restoreOptimizer } from "../../optimizers/restore.js";
import { checkInteger, checkObject } from "../../options.js";
import type { Optimizer } from "../../optimizers/optimizer.js";
import type { Loss } from "../../losses/loss.js";
import type { Metric } from "../../metrics/metric.js";
import { checkCompileOptions } from "../compileOptions.js";
import { type SampleShape, type Shape, sameShape, showShape, sizeOf } from "../../tensor/shape.js";
import { rebuild } from "../graph/architecture.js";
import type { Graph } from "../graph/graph.js";
import { Model } from "../model.js";
import { decodeNotes } from "./notes.js";
import { checkProgress } from "../loop/progress.js";
import { type LoadOptions, forBatches, makeLayer, ownOf, withoutLength } from "./savedLayers.js";
import { type SavedTraining, formatVersion, metadataKey, rawPrefix, slotPrefix, totalsName } from "./saving.js";
import { weightName } from "../step/weights.js";
import { carriedBy } from "../../layers/sequencePart.js";

interface Saved {
  readonly name: string;
  readonly seed: number;
  readonly notes?: unknown;
  readonly architecture: unknown;
  readonly training?: SavedTraining;
}

/**
 * Reads a model or a checkpoint that `save` or `saveCheckpoint` wrote. A checkpoint comes compiled, and
 * `fit(x, y, { …, resume: true })` continues its training.
 *
 * @param source  a path or file: URL (Node), bytes, a Blob, a Response or a stream
 * @throws {DataError} when the file is damaged, was not written by lanegrad, or has weights that do not fit its
 *   architecture
 */
export async function loadModel(source: ByteSource, options: LoadOptions = {}): Promise<Model> {
  const rooms = [
    "customLayers",
    "losses",
    "metrics",
    "optimizers",
    "schedules",
    "initializers",
    "constraints",
    "functions",
  ] as const;
  checkKeys("loadModel", options, [...rooms, "batchSize", "inputShape"]);
  for (const room of rooms) checkObject("loadModel", room, options[room] ?? {});
  const { batchSize, inputShape } = options;
  if (batchSize !== undefined) checkInteger("loadModel", "batchSize", batchSize, "[1, ∞)");
  addNamedActivations();
  const file = decodeSafetensors(await readBytes("loadModel", source));
  const saved = readMetadata(file);
  const graphFor = (shape?: SampleShape): Graph => {
    const layerOf = (config: Config): Layer =>
      makeLayer(forBatches(shape === undefined ? config : withoutLength(config), batchSize), options);
    return asDataError(() => rebuild(saved.architecture, layerOf, shape));
  };
  const graph = inputShape === undefined ? graphFor() : reshaped(graphFor, inputShape);
  const weights = weightsOf(graph, file, "", batchSize !== undefined);
  const model = asDataError(() => new Model({ name: saved.name, seed: saved.seed }, graph));
  model.notes = checkedNotes(saved.notes);
  try {
    model.insides.bound("loadModel", weights);
    if (saved.training !== undefined && batchSize === undefined) resume(model, graph, file, saved.training, options);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/**
 * The graph for inputs of another shape. @throws {UsageError} when the model does not take them
 * @throws {DataError} when the file is damaged
 */
function reshaped(graphFor: (shape?: SampleShape) => Graph, inputShape: SampleShape): Graph {
  try {
    return graphFor(inputShape);
  } catch (error) {
    graphFor(); // where the file is to blame, it says so
    const { cause } = error as DataError;
    const hint = cause instanceof LanegradError ? cause.message : String(cause);
    throw new UsageError(message("loadModel", `inputShape ${show(inputShape)} does not fit the model`, { hint }), {
      cause,
    });
  }
}

/**
 * The values of all weights by name.
 * @param prefix         what precedes a name in the file
 * @param forgetsStates  whether carried states begin at zero instead of the file's values
 * @throws {DataError} before memory in proportion to a claimed shape is allocated
 */
function weightsOf(
  { layers }: Graph,
  file: Safetensors,
  prefix: string,
  forgetsStates = false,
): Map<string, Float32Array> {
  const carried = new Set(forgetsStates ? carriedBy(layers) : []);
  const all = layers.flatMap((layer) =>
    layer.parameters.map((parameter) => ({ parameter, name: weightName(layer, parameter) })),
  );
  const read = new Map<string, Float32Array>();
  for (const { parameter, name } of all) {
    if (!carried.has(parameter)) read.set(name, floats(file, prefix + name, parameter.spec.shape));
  }
  // Zeros come last: by then the sizes that the file claims have been compared with weights that exist.
  for (const { parameter, name } of all) {
    if (carried.has(parameter)) read.set(name, new Float32Array(sizeOf(parameter.spec.shape)));
  }
  return read;
}

/** The notes of a file; a file without notes has empty ones. @throws {DataError} when they are damaged */
function checkedNotes(saved: unknown = {}): Readonly<Record<string, unknown>> {
  const notes = asDataError(() => decodeNotes(saved));
  if (typeof notes === "object" && notes?.constructor === Object) return notes as Record<string, unknown>;
  throw new DataError(message("loadModel", "the notes are damaged", { expected: "an object", got: show(notes) }));
}

/**
 * Compiles the model as it was compiled and restores the state of its training.
 * @throws {DataError} before memory in proportion to a claimed size is allocated
 */
function resume(model: Model, graph: Graph, file: Safetensors, training: SavedTraining, own: LoadOptions): void {
  asDataError(() => {
    const { optimizer, losses, lossWeights, averageDecay } = training.compile;
    const saved: readonly unknown[] = training.compile.metrics;
    const nested = saved.some((one) => Array.isArray(one)) ? (saved as unknown[][]) : saved.length > 0 ? [saved] : [];
    const compiled = checkCompileOptions({
      optimizer: optimizerOf(optimizer, own),
      loss: losses.map((config) => (ownOf("losses", config, own) ?? lossFrom(config)) as Loss),
      metrics: nested.map((list) =>
        list.map((config) => (ownOf("metrics", config, own) ?? metricFrom(config)) as Metric),
      ),
      ...(lossWeights !== null && { lossWeights }),
      ...(averageDecay !== undefined && { averageDecay }),
      checkLogits: false, // was checked when the model was first compiled
    });
    const sizes = compiled.metrics.flatMap((list, i) => list.map((metric) => metric.stateSize(graph.outputs[i].sizes)));
    if (graph.outputs.length > 1 && file.tensors.has(totalsName(sizes.length)))
      sizes.push(...graph.outputs.map(() => 2));
    const totals = sizes.map((size, i) => totalsIn(file, totalsName(i), size));
    const slotNames = [...file.tensors.keys()].filter((name) => name.startsWith(slotPrefix));
    const slots = Object.fromEntries(slotNames.map((name) => [name.slice(slotPrefix.length), floats(file, name)]));
    const raw = averageDecay === undefined ? undefined : weightsOf(graph, file, rawPrefix);
    checkWords(training.random);
    const { insides } = model;
    insides.compile(compiled);
    const step = insides.step("loadModel");
    const { weights, random } = insides.bound("loadModel");
    restoreOptimizer(step.optimizer, { ...training.optimizer, slots });
    if (raw !== undefined) for (const { name, value } of weights.all) value.assign(raw.get(name)!);
    for (const [i, values] of totals.entries()) writeTotals(step.metrics.totals[i], values);
    checkProgress(training.progress);
    insides.progress.restore(training.progress);
    random.restore(training.random);
    weights.isFirm = false;
  });
}

function optimizerOf(config: Config, own: LoadOptions): Optimizer {
  const rate = ownOf("schedules", config.learningRate, own);
  const given = rate === undefined ? config : { ...config, learningRate: rate };
  return (ownOf("optimizers", given, own) as Optimizer | undefined) ?? optimizerFrom(given);
}

function readMetadata({ metadata }: Safetensors): Saved {
  const text = metadata[metadataKey];
  if (text === undefined) {
    const hint = "The file holds tensors, but not a model that lanegrad saved.";
    throw new DataError(
      message("loadModel", "no architecture", {
        expected: `metadata ${show(metadataKey)}`,
        got: show(Object.keys(metadata)),
        hint,
      }),
    );
  }
  let saved: (Saved & { readonly version: unknown }) | null;
  try {
    saved = JSON.parse(text) as Saved & { readonly version: unknown };
  } catch (cause) {
    throw new DataError(message("loadModel", "the metadata are not JSON", { got: show(text) }), { cause });
  }
  if (saved?.version !== formatVersion) {
    throw new DataError(
      message("loadModel", "unknown version of the file", {
        expected: String(formatVersion),
        got: show(saved?.version),
      }),
    );
  }
  return saved;
}

/** Checks the state of a random generator. @throws {DataError} when it is damaged */
function checkWords(words: unknown): void {
  if (Array.isArray(words) && words.length === 4 && words.every((word) => Number.isInteger(word))) return;
  throw new DataError(
    message("loadModel", "the random state is damaged", { expected: "4 integers", got: show(words) }),
  );
}

/** Totals of a metric: float64, or float32 in files of lanegrad 0.4 and earlier. */
function totalsIn(file: Safetensors, name: string, n: number): Float64Array {
  const { dtype, shape, bytes } = file.tensors.get(name) ?? {};
  if (dtype === "F64" && sameShape(shape!, [n])) return new Float64Array(bytes!.slice().buffer);
  return Float64Array.from(floats(file, name, [n]));
}

function floats({ tensors }: Safetensors, name: string, shape?: Shape): Float32Array {
  const found = tensors.get(name);
  const expected = `F32 ${shape === undefined ? "[n]" : showShape(shape)}`;
  if (found === undefined)
    throw new DataError(
      message("loadModel", `tensor ${show(name)} is missing`, { expected, got: show([...tensors.keys()]) }),
    );
  if (found.dtype !== "F32" || (shape !== undefined && !sameShape(found.shape, shape))) {
    const got = `${found.dtype} ${show([...found.shape])}`; // of any length
    throw new DataError(message("loadModel", `tensor ${show(name)} does not fit the architecture`, { expected, got }));
  }
  return new Float32Array(found.bytes.slice().buffer);
}

/** Turns any error in reading a file into a DataError. */
function asDataError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DataError) throw error;
    const hint = error instanceof LanegradError ? error.message : `The metadata are damaged (${String(error)}).`;
    throw new DataError(message("loadModel", "the file does not describe a model", { hint }), { cause: error });
  }
}
