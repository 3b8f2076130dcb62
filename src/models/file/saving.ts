/**
 * Models as safetensors files. The tensors are the weights under their names, such as "dense_1/kernel". The metadata
 * hold the architecture as JSON. A checkpoint also says how the model was compiled and where training stands, with the
 * optimizer's slots and the metrics' totals as further tensors ("training/optimizer/m", "training/metrics/0"; no
 * layer's name has a slash).
 *
 * Where a moving average of the weights is kept, it is saved under the weights' names, and a checkpoint has the weights
 * as well ("training/raw/dense_1/kernel").
 *
 * Does not know the file format (src/io/safetensors.ts) nor where the bytes go (src/io/bytes.ts): both are imported
 * when something is saved, so that a page that only trains does not carry them. What is saved is the model at the time
 * of the call, not when the import is done.
 */
import type { Config } from "../../config.js";
import type { ByteSink } from "../../io/bytes.js";
import type { SafetensorsEntry } from "../../io/safetensors.js";
import type { Loss } from "../../losses/loss.js";
import type { OptimizerProgress } from "../../optimizers/state.js";
import type { RandomState } from "../../tensor/randomState.js";
import { describe } from "../graph/architecture.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Graph } from "../graph/graph.js";
import type { Progress, SavedProgress } from "../loop/progress.js";
import type { ModelState } from "../modelState.js";
import type { TrainingStep } from "../step/training.js";
import type { WeightAverage } from "../step/weightAverage.js";
import type { Weights } from "../step/weights.js";

/** The metadata key under which all of lanegrad's data are stored, as JSON. */
export const metadataKey = "lanegrad";

/** Version of the layout described above. */
export const formatVersion = 1;

/** The prefix of the names of the optimizer's slots. */
export const slotPrefix = "training/optimizer/";

/** The prefix of the weights' names where their averages are saved under the plain names. */
export const rawPrefix = "training/raw/";

/** The name of a metric's totals. */
export function totalsName(i: number): string {
  return `training/metrics/${i}`;
}

/** The parts of a model that are saved. */
export interface SavedParts {
  readonly name: string;
  readonly seed: number;
  readonly notes: Readonly<Record<string, unknown>>;
  readonly graph: Graph;
  readonly weights: Weights;
  /** The averages, saved in place of the weights. */
  readonly average: WeightAverage | undefined;
  readonly random: RandomState;
  readonly progress: Progress;
  /** Undefined where only the model itself is saved. */
  readonly step: TrainingStep | undefined;
}

/** What is saved of a model: its state, and what users call it. */
export interface SavedModel extends Pick<SavedParts, "name" | "seed" | "notes"> {
  readonly insides: ModelState;
}

/**
 * The parts of a model for the method `op`; with a step where a checkpoint is saved.
 * @throws {UsageError} before the model is built or, for a checkpoint, compiled, and after `dispose`
 */
export function partsOf(
  op: string,
  { insides: state, name, seed, notes }: SavedModel,
  isCheckpoint: boolean,
): SavedParts {
  state.checkUsable(op);
  const step = isCheckpoint ? state.step(op) : undefined;
  const { weights, random } = state.bound(op);
  const { progress, average } = state;
  return { name, seed, notes, graph: state.graph(op), weights, average, random, progress, step };
}

/** How a model was compiled and where its training stands, as data. */
export interface SavedTraining {
  readonly compile: {
    readonly optimizer: Config;
    readonly losses: readonly Config[];
    /** Of one output a list, of several a list for each. */
    readonly metrics: readonly Config[] | readonly (readonly Config[])[];
    readonly lossWeights: readonly number[] | null;
    readonly averageDecay?: number;
  };
  readonly optimizer: Omit<OptimizerProgress, "slots">;
  readonly progress: SavedProgress;
  readonly random: ReturnType<RandomState["save"]>;
}

/**
 * Writes a model, and its training if there is a `parts.step`.
 * @param op the caller, for messages
 * @throws {UsageError} when notes would be lost (notes.ts)
 * @throws what src/io/bytes.ts throws for the sink
 */
export async function writeModel(op: string, parts: SavedParts, sink: ByteSink): Promise<void> {
  const chunks = await modelFile(op, parts);
  const { writeBytes } = await import("../../io/bytes.js");
  await writeBytes(op, sink, chunks);
}

/** The bytes that {@link writeModel} writes. */
export async function modelBytes(op: string, parts: SavedParts): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = await modelFile(op, parts);
  const { concatenate } = await import("../../io/bytes.js");
  return concatenate(chunks);
}

async function modelFile(op: string, parts: SavedParts): Promise<Uint8Array[]> {
  const { name, seed, notes, graph, weights, average, step } = parts;
  const entries = weights.all.map((weight) => valuesOf(weight.name, average?.of(weight) ?? weight.value));
  const training = step && describeTraining(parts, step, entries);
  const architecture = describe(graph, step && ((layer) => layer.trainable && !weights.leaves(layer)));
  const copy = copyOf(notes);
  const [{ safetensorsChunks }, { encodeNotes }, { checkOwn }] = await Promise.all([
    import("../../io/safetensors.js"),
    import("./notes.js"),
    import("./ownValues.js"),
  ]);
  checkOwn("lambda", architecture);
  checkOwn("loss", training?.compile.losses);
  checkOwn("metric", training?.compile.metrics);
  const encoded = encodeNotes(op, notes, copy);
  const metadata = { version: formatVersion, name, seed, notes: encoded, architecture, ...(training && { training }) };
  return safetensorsChunks(entries, { [metadataKey]: JSON.stringify(metadata) });
}

/** A copy of the notes; undefined where they hold what cannot be saved. */
function copyOf(notes: SavedParts["notes"]): unknown {
  try {
    return structuredClone(notes);
  } catch {
    return undefined;
  }
}

/** The state of training as data; its arrays are added to `entries`. */
function describeTraining(parts: SavedParts, step: TrainingStep, entries: SafetensorsEntry[]): SavedTraining {
  const { slots, ...optimizer } = step.optimizer.save();
  for (const [slot, values] of Object.entries(slots)) entries.push(entry(slotPrefix + slot, [values.length], values));
  if (parts.average) for (const { name, value } of parts.weights.all) entries.push(valuesOf(rawPrefix + name, value));
  for (const [i, totals] of step.metrics.copy().entries()) entries.push(entry(totalsName(i), [totals.length], totals));
  const { options } = step;
  const metrics = options.metrics.map((list) => list.map(({ config }) => config));
  return {
    compile: {
      optimizer: options.optimizer.config,
      losses: step.losses.map(({ config }: Loss) => config),
      metrics: metrics.length === 1 ? metrics[0] : metrics,
      lossWeights: options.lossWeights ?? null,
      ...(options.averageDecay !== undefined && { averageDecay: options.averageDecay }),
    },
    optimizer,
    progress: parts.progress.toJSON(),
    random: parts.random.save(),
  };
}

function valuesOf(name: string, tensor: Tensor): SafetensorsEntry {
  return entry(name, tensor.shape, tensor.toTypedArray() as Float32Array);
}

function entry(name: string, shape: readonly number[], values: Float32Array | Float64Array): SafetensorsEntry {
  const dtype = values.BYTES_PER_ELEMENT === 8 ? "F64" : "F32";
  return { name, dtype, shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}
