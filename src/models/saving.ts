/**
 * Models as safetensors files. The tensors are the weights under their names; the metadata hold the architecture as JSON, and in a checkpoint also how the
 * model was compiled and where training stands, with the optimizer's slots and the metrics' totals as further tensors ("optimizer/m", "metrics/0").
 * Does not know the file format (src/io/safetensors.ts) nor where the bytes go (src/io/bytes.ts).
 */
import type { Config } from "../config.js";
import { type ByteSink, writeBytes } from "../io/bytes.js";
import { type SafetensorsEntry, safetensorsChunks } from "../io/safetensors.js";
import type { Loss } from "../losses/loss.js";
import type { RandomState } from "../tensor/randomState.js";
import type { OptimizerProgress } from "../optimizers/state.js";
import { describe } from "./architecture.js";
import type { Graph } from "./graph.js";
import type { Progress, SavedProgress } from "./progress.js";
import type { TrainingStep } from "./training.js";
import type { Weights } from "./weights.js";

/** The metadata key under which everything of lanegrad's stands, as JSON. */
export const metadataKey = "lanegrad";

/** Version of the layout described here. */
export const formatVersion = 1;

/** What is written of a model. */
export interface SavedParts {
  readonly name: string;
  readonly seed: number;
  readonly notes: Readonly<Record<string, unknown>>;
  readonly graph: Graph;
  readonly weights: Weights;
  readonly random: RandomState;
  readonly progress: Progress;
  /** Undefined where only the model itself is saved. */
  readonly step: TrainingStep | undefined;
}

/** How a model was compiled, and where training stands, as data. */
export interface SavedTraining {
  readonly compile: {
    readonly optimizer: Config;
    readonly losses: readonly Config[];
    readonly metrics: readonly Config[];
    readonly lossWeights: readonly number[] | null;
  };
  readonly optimizer: { readonly step: number; readonly momentumProduct: number; readonly learningRate: number | null };
  readonly progress: SavedProgress;
  readonly random: ReturnType<RandomState["save"]>;
}

/** What a checkpoint brings back, with the arrays that stand beside the JSON. */
export interface RestoredTraining extends Omit<SavedTraining, "optimizer" | "compile"> {
  readonly optimizer: OptimizerProgress;
  readonly totals: readonly Float32Array[];
}

/** Writes a model, and its training where `parts.step` is there. @param op the caller, for messages */
export async function writeModel(op: string, parts: SavedParts, sink: ByteSink): Promise<void> {
  const { name, seed, notes, graph, weights, step } = parts;
  const entries = weights.all.map((weight) =>
    entry(weight.name, weight.value.shape, weight.value.toTypedArray() as Float32Array),
  );
  const training = step && describeTraining(parts, step, entries);
  const architecture = describe(graph);
  const metadata = { version: formatVersion, name, seed, notes, architecture, ...(training && { training }) };
  await writeBytes(op, sink, safetensorsChunks(entries, { [metadataKey]: JSON.stringify(metadata) }));
}

/** Training as data; the arrays among it are added to `entries`. */
function describeTraining(parts: SavedParts, step: TrainingStep, entries: SafetensorsEntry[]): SavedTraining {
  const { slots, ...optimizer } = step.optimizer.save();
  for (const [slot, values] of Object.entries(slots)) entries.push(entry(`optimizer/${slot}`, [values.length], values));
  for (const [i, totals] of step.copyTotals().entries()) entries.push(entry(`metrics/${i}`, [totals.length], totals));
  const { options } = step;
  return {
    compile: {
      optimizer: options.optimizer.config,
      losses: step.losses.map(({ config }: Loss) => config),
      metrics: (options.metrics ?? []).map(({ config }) => config),
      lossWeights: options.lossWeights ?? null,
    },
    optimizer,
    progress: parts.progress.toJSON(),
    random: parts.random.save(),
  };
}

function entry(name: string, shape: readonly number[], values: Float32Array): SafetensorsEntry {
  return { name, dtype: "F32", shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}
