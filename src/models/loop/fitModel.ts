/**
 * A model's method fit, for x and y: checks options and data before anything has changed, makes columns of the data,
 * and hands both to the loop (fit.ts).
 */
import type { Logs } from "../../callbacks/callback.js";
import { checkBatchSizes, checkTraining } from "../input/batchChecks.js";
import { type DataColumns, columnsOf } from "../input/batchColumns.js";
import { type Column, toColumn } from "../input/columns.js";
import {
  type Extras, type FitData, type ModelShapes, dataColumns, fitData, givesExtras,
} from "../input/data.js"; // prettier-ignore
import type { Run } from "../input/handed.js";
import type { BatchSource, Samples } from "../input/samples.js";
import type { Validation } from "../input/validationData.js";
import { type SavedModel, modelBytes, partsOf } from "../file/saving.js";
import type { StreamOptions } from "../modelOptions.js";
import { runFit } from "./fit.js";
import { type FitOptions, checkFitOptions, grouping, rowsPerBatch } from "./fitOptions.js";
import type { History } from "./history.js";
import { interrupts } from "./interrupts.js";

/** What a fit needs of its model. */
export interface FittedModel extends SavedModel {
  evaluate(batches: BatchSource, options?: StreamOptions): Promise<Logs>;
  saveCheckpoint(path: string): Promise<void>;
}

/** Trains. @param streamed where x and y are the first batch of a stream */
export async function fitModel(
  model: FittedModel,
  ...[x, y, options, streamed]: Parameters<Run<FitOptions, History>>
): Promise<History> {
  checkFitOptions(options);
  const { callbacks, validationSplit, validationData, validationSteps, signal, groupByLength } = options;
  if (groupByLength !== undefined) (await grouping()).checkGroupByLength("fit", groupByLength);
  if (callbacks !== undefined) (await import("./callbackChecks.js")).checkCallbacks("fit", callbacks);
  const splitRows = validationSplit ? (await import("../input/validationSplit.js")).splitRows : undefined;
  const { samples, stream, taking } =
    validationData === undefined && validationSteps === undefined
      ? ({} as Validation)
      : (await import("../input/validationData.js")).validationOf(validationData, options);
  const given = givesExtras(options, samples) ? await import("../input/extras.js") : undefined;
  const { insides: state, seed } = model;
  state.checkIdle("fit");
  const compiled = state.compiled("fit", options.resume);
  const shapes = (): ModelShapes & Extras => ({ ...state.shapes(compiled), ...given });
  const data: FitData = {
    ...fitData(shapes(), compiled.losses, { x, y }, options, splitRows, samples),
    evaluate: stream && (() => model.evaluate(stream, taking)),
  };
  try {
    const [rows] = data.training.inputs[0].tensor.shape;
    // not "full", which is NaN
    if (Number(options.batchSize) > rows) (await import("../input/largeBatch.js")).refuseBatch(options, rows);
    state.buildFor(data.training.inputs.map(({ tensor }) => tensor));
    const batchSize = streamed === undefined ? rowsPerBatch(options) : Infinity;
    const graph = state.graph("fit");
    const { layers } = graph;
    const checkRows = (inputs: readonly Column[]): void => {
      const [rows] = inputs[0].tensor.shape;
      checkBatchSizes(layers, rows, batchSize);
      const shapes = inputs.map(({ tensor: { shape } }) => shape.slice(1));
      checkTraining(graph, shapes, rows, batchSize);
    };
    checkRows(data.training.inputs);
    if (data.validation !== undefined) {
      checkBatchSizes(layers, data.validation.inputs[0].tensor.shape[0], rowsPerBatch(options));
    }
    const columns = (op: string, samples: Samples): DataColumns => dataColumns(op, shapes(), compiled.losses, samples);
    const makeSteps = streamed?.({ columns, columnsOf, toColumn, checkRows });
    const trainable = {
      layers,
      step: state.step("fit", given),
      progress: state.progress,
      seed,
      checkInterrupts: interrupts("fit", state, signal),
      copyWeights: () => state.copyWeights(),
      restoreWeights: (values: readonly Float32Array[]) => state.restoreWeights(values),
      saveCheckpoint: (path: string) => model.saveCheckpoint(path),
      checkpointSize: async () => (await modelBytes("saveCheckpoint", partsOf("saveCheckpoint", model, true))).length,
    };
    return await state.train("fit", () => runFit(trainable, data, options, makeSteps));
  } finally {
    data.release();
  }
}
