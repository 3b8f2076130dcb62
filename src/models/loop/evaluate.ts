/**
 * Loss and metrics over a data set, batch by batch, without training. The metrics of a training in progress are not
 * touched. Imported where something is evaluated, and itself without imports but errors: what it shared with a page,
 * bundlers would put into files of its own.
 */
import type { Logs } from "../../callbacks/callback.js";
import type { Lengths } from "../../data/lengths.js";
import { checkKeys } from "../../errors.js";
import type { OwnStates } from "../../layers/sequencePart.js";
import type { checkInteger } from "../../options.js";
import type { checkBatchSizes } from "../input/batchChecks.js";
import type { DataColumns, columnsOf } from "../input/batchColumns.js";
import type { Column, release, toColumn } from "../input/columns.js";
import type { dataColumns, givesExtras } from "../input/data.js";
import { checkGroupByLength } from "../input/groupByLengthOption.js";
import type { Run } from "../input/handed.js";
import type { Samples } from "../input/samples.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { EvaluateOptions } from "../modelOptions.js";
import type { ModelState } from "../modelState.js";
import type { EpochSteps, MakeSteps } from "../step/epochSteps.js";
import type { LossSums } from "../step/epochLoss.js";
import type { RunningMetrics } from "../step/runningMetrics.js";
import type { Steps } from "../step/steps.js";
import type { TrainingStep } from "../step/training.js";
import type { evaluationTools } from "./columnSteps.js";
import type { checkSignal } from "./fitOptions.js";
import type { Interrupts, interrupts } from "./interrupts.js";

/** The evaluation of a data set, run once or after every epoch. */
export class Evaluation {
  readonly #tools: typeof evaluationTools;
  readonly #metrics: RunningMetrics;
  readonly #states: OwnStates | undefined;
  readonly #steps: EpochSteps;

  /**
   * @param makeSteps  where batches come from a stream, of which `data` is the first
   * @param isOnce     true where it is run once, on data in memory
   * @throws {MemoryError}
   */
  constructor(
    tools: typeof evaluationTools,
    step: TrainingStep,
    data: DataColumns,
    batchSize: number,
    lengths?: Lengths,
    makeSteps?: MakeSteps,
    isOnce?: boolean,
  ) {
    this.#tools = tools;
    const metrics = step.newMetrics();
    this.#metrics = metrics;
    const states = (this.#states = step.newStates());
    const stepsOn = (columns: DataColumns): Steps =>
      tools.columnSteps(
        columns,
        batchSize,
        lengths,
        (batch) => {
          const evaluate = (): Tensor[] => step.evaluate(batch, metrics);
          return states === undefined ? evaluate() : states.use(evaluate);
        },
        isOnce,
      );
    this.#steps = makeSteps?.(stepsOn) ?? stepsOn(data);
  }

  /**
   * Evaluates all batches. Carried states begin at zero; those of the model do not change.
   * @returns loss (the mean over the samples, or over the steps that count) and metrics, by name
   */
  async run(checkInterrupts: Interrupts): Promise<Logs> {
    const { batches } = this.#steps;
    const { addLoss, meanLoss, breathe } = this.#tools;
    const order = batches.order(false, 0, 0);
    this.#metrics.reset();
    this.#states?.reset();
    const sums: LossSums = [];
    for (let b = 0; b < batches.count; b++) {
      await breathe();
      checkInterrupts();
      if (this.#steps.next !== undefined) {
        if (!(await this.#steps.next({ epoch: 0, batch: b }))) break;
        checkInterrupts();
      }
      addLoss(sums, this.#steps.run(order, b), batches.sizeOf(b));
    }
    return { loss: meanLoss(sums), ...this.#metrics.results() };
  }

  dispose(): void {
    this.#steps.dispose();
    this.#metrics.dispose();
    this.#states?.dispose();
  }
}

/** Further functions that evaluateModel is handed instead of importing them. */
export interface ModelTools {
  readonly evaluationTools: typeof evaluationTools;
  readonly checkInteger: typeof checkInteger;
  readonly checkBatchSizes: typeof checkBatchSizes;
  readonly columnsOf: typeof columnsOf;
  readonly release: typeof release;
  readonly toColumn: typeof toColumn;
  readonly dataColumns: typeof dataColumns;
  readonly givesExtras: typeof givesExtras;
  readonly checkSignal: typeof checkSignal;
  readonly interrupts: typeof interrupts;
}

/** How many samples are evaluated at once by default. */
const defaultBatchSize = 256;

/** A model's method evaluate, for x and y. @param streamed where they are the first batch of a stream */
export async function evaluateModel(
  state: ModelState,
  tools: ModelTools,
  ...[x, y, options, streamed]: Parameters<Run<EvaluateOptions, Logs>>
): Promise<Logs> {
  const op = "evaluate";
  checkKeys(op, options, ["batchSize", "signal", "sampleWeight", "groupByLength", "mask", "lengths"]);
  const { batchSize = streamed ? Infinity : defaultBatchSize, signal, sampleWeight, groupByLength } = options;
  checkGroupByLength(op, groupByLength);
  const check: typeof checkInteger = tools.checkInteger;
  if (!streamed) check(op, "batchSize", batchSize, "[1, ∞)");
  tools.checkSignal(op, signal);
  const compiled = state.compiled(op);
  const given = tools.givesExtras(options) ? await import("../input/extras.js") : undefined;
  const columns = (op: string, samples: Samples): DataColumns =>
    tools.dataColumns(op, { ...state.shapes(compiled), ...given }, compiled.losses, samples);
  const data = columns(op, { x, y, sampleWeight, mask: options.mask, lengths: options.lengths });
  let evaluation: Evaluation | undefined;
  try {
    state.buildFor(data.inputs.map(({ tensor }) => tensor));
    const { layers } = state.graph(op);
    const checkRows = ([{ tensor }]: readonly Column[]): void =>
      tools.checkBatchSizes(layers, tensor.shape[0], batchSize);
    checkRows(data.inputs);
    const groups = groupByLength ? await import("../input/lengthGroups.js") : undefined;
    const lengths = groups?.groupsOf(op, layers, data, groupByLength);
    const makeSteps = streamed?.({ columns, columnsOf: tools.columnsOf, toColumn: tools.toColumn, checkRows });
    const step = state.step(op, given);
    evaluation = new Evaluation(tools.evaluationTools, step, data, batchSize, lengths, makeSteps, !makeSteps);
    return await evaluation.run(tools.interrupts(op, state, signal));
  } finally {
    evaluation?.dispose();
    tools.release(tools.columnsOf(data));
  }
}
