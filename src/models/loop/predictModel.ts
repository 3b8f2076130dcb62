/** A model's method predict, for x: checks, the states that stateful layers carry, and all outputs. */
import { checkKeys } from "../../errors.js";
import type { OwnStates } from "../../layers/sequencePart.js";
import { checkInteger } from "../../options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkBatchSizes } from "../input/batchChecks.js";
import { release, toColumn } from "../input/columns.js";
import { givesExtras, inputColumns } from "../input/data.js";
import type { DataList } from "../input/samples.js";
import type { PredictOptions } from "../modelOptions.js";
import type { ModelState } from "../modelState.js";
import { checkSignal, grouping } from "./fitOptions.js";
import { interrupts } from "./interrupts.js";
import { inStates, predictBatches } from "./predict.js";

/** How many samples are computed at once by default. */
const defaultBatchSize = 256;

/** Computes every output, (N, …) each, which no scope frees. */
export async function predictModel(state: ModelState, x: DataList, options: PredictOptions): Promise<Tensor[]> {
  const op = "predict";
  checkKeys(op, options, ["batchSize", "signal", "groupByLength", "mask", "lengths"]);
  const { batchSize = defaultBatchSize, signal, groupByLength } = options;
  checkInteger(op, "batchSize", batchSize, "[1, ∞)");
  checkSignal(op, signal);
  return state.use(async () => {
    // No await without the option: the states must be claimed in this turn of the event loop.
    if (groupByLength !== undefined) (await grouping()).checkGroupByLength(op, groupByLength);
    const given = givesExtras(options) ? await import("../input/extras.js") : undefined;
    state.checkUsable(op);
    const columns = inputColumns(op, state.shapes(), x);
    let states: OwnStates | undefined;
    try {
      const inputs = columns.map(({ tensor }) => tensor);
      const masks = given?.maskColumns(op, options, columns, toColumn) ?? [];
      columns.push(...masks.filter((mask) => mask !== undefined));
      state.buildFor(inputs);
      const { layers } = state.graph(op);
      checkBatchSizes(layers, inputs[0].shape[0], batchSize);
      const outputShapes = state.shapes().outputShapes(inputs.map(({ shape }) => shape.slice(1)));
      const own = (states = state.newStates(op));
      const run = (batch: readonly Tensor[]): Tensor[] => {
        let at = inputs.length;
        const taken = masks.map((mask) => mask && batch[at++]);
        return inStates(own, () => state.run(op, batch.slice(0, inputs.length), false, taken));
      };
      const groups = groupByLength ? await import("../input/lengthGroups.js") : undefined;
      groups?.checkNotGiven(op, masks);
      const lengths = groups?.groupsFor(op, layers, inputs, [], groupByLength);
      own?.load();
      const gathered = columns.map(({ tensor }) => tensor);
      const check = interrupts(op, state, signal);
      const outputs = await predictBatches(gathered, outputShapes, batchSize, lengths, check, run);
      own?.store();
      return outputs;
    } finally {
      states?.dispose();
      release(columns);
    }
  });
}
