/**
 * Back-propagation through time in windows, over sequences too long for one step. Each window is a training step. The
 * state is carried into the next window; the gradient stops at the border. A single window as long as the sequence is
 * full back-propagation through time.
 * Letters: N sequences, T steps, L steps of a window. Does not choose batches.
 * Source: Williams & Peng 1990, "An efficient gradient-based algorithm for on-line training of recurrent network
 * trajectories" (BPTT(h; h′)).
 */
import { ShapeError, checkKeys, message } from "../../errors.js";
import { checkBoolean, checkInteger } from "../../options.js";
import { showShape } from "../../tensor/shape.js";
import { type Column, inputColumn, made, release, targetColumn, toColumn } from "../input/columns.js";
import { type Extras, givesExtras } from "../input/data.js";
import { checkSignal } from "./fitOptions.js";
import type { Graph } from "../graph/graph.js";
import { interrupts } from "./interrupts.js";
import { checkModel } from "../checkModel.js";
import type { Model } from "../model.js";
import { type BpttOptions, type BpttResult, type TrainingParts, WindowWalk } from "./windowWalk.js";
import type { Data, GivenMasks } from "../input/samples.js";

export type { BpttOptions, BpttResult, BpttWindow } from "./windowWalk.js";

/** Sequences, and their targets at each step. */
export interface Sequence {
  /** (N, T) tokens or (N, T, F) numbers. */
  readonly x: Data;
  /** Labels (N, T), or numbers (N, T, O). */
  readonly y: Data;
}

/**
 * Trains a compiled model once along sequences, window by window.
 *
 * The model has one input, and one output for each step (returnSequences); its stateful layers have batchSize N.
 * Optimizer, clipping and learning rate are those of `compile`. A mask or lengths work as in `fit`: steps that do not
 * count leave the states unchanged and have no weight.
 * @throws {UsageError} for a wrong option, a model that is not compiled, carryState without stateful layers, and while
 *   fit or bptt trains this model or another one that has layers of it
 * @throws {UsageError} when the loss is not finite; the weights are those before that window
 * @throws {ShapeError} when sequences do not fit, are shorter than a window, or have a window, such as a short last
 *   one, that a layer cannot train on
 */
export async function bptt(model: Model, sequence: Sequence, options: BpttOptions): Promise<BpttResult> {
  const op = "bptt";
  checkModel(op, model);
  checkKeys(op, options, ["window", "stride", "carryState", "continues", "signal", "onWindow", "mask", "lengths"]);
  checkKeys(`${op} sequence`, sequence, ["x", "y"]);
  const { window, stride = window, carryState = true, continues = false, signal } = options;
  checkInteger(op, "window", window, "[1, ∞)");
  checkInteger(op, "stride", stride, `[1, ${window}]`);
  checkBoolean(op, "carryState", carryState);
  checkBoolean(op, "continues", continues);
  checkSignal(op, signal);
  const given = givesExtras(options) ? await import("../input/extras.js") : undefined;
  const first = made((columns) =>
    columns.push(inputColumn(op, "x", sequence.x, { shape: undefined, tokens: undefined })),
  );
  const { shape } = first[0].tensor;
  release(first);
  if (shape.length < 2 || shape[1] < window) {
    const expected = `[N, T, …] with T ≥ window = ${window}`;
    throw new ShapeError(message(op, "the sequences are shorter than a window", { expected, got: showShape(shape) }));
  }
  const state = model.insides;
  state.checkIdle(op);
  const { losses } = state.compiled(op);
  if (!state.isBuilt) state.build([window, ...shape.slice(2)]);
  const step = state.step(op, given);
  step.checkTrainable(op);
  step.discard();
  const parts = { graph: state.graph(op), step, losses, checkInterrupts: interrupts(op, state, signal) };
  return state.train(op, async () => {
    const columns = columnsFor(op, sequence, options, given, parts);
    let walk: WindowWalk | undefined;
    try {
      checkWindows(parts.graph, columns, window, stride);
      walk = new WindowWalk(parts, columns, options);
      return await walk.run();
    } finally {
      walk?.dispose();
      release(columns);
    }
  });
}

/** x, y and, if one is given, the mask as columns of T steps. */
function columnsFor(
  op: string,
  { x, y }: Sequence,
  masks: GivenMasks,
  given: Extras | undefined,
  { graph, losses }: TrainingParts,
): Column[] {
  const [input, output] = [graph.inputs[0].sizes, graph.outputs[0].sizes];
  const isPerStep =
    graph.inputs.length === 1 && graph.outputs.length === 1 && output.length >= 2 && Object.is(output[0], input[0]);
  if (!isPerStep) {
    const got = `${graph.inputs.length} inputs, outputs ${graph.outputShapes.map((shape) => showShape(["N", ...shape])).join(", ")}`;
    const hint = "Give the recurrent layers returnSequences: true.";
    throw new ShapeError(
      message(op, "the model has no output for each step", { expected: "one input, one output [N, T, O]", got, hint }),
    );
  }
  return made((columns) => {
    columns.push(inputColumn(op, "x", x, { shape: undefined, tokens: graph.tokenRules[0] }));
    const [N, T, ...rest] = columns[0].tensor.shape;
    if (showShape(rest) !== showShape(input.slice(1))) {
      const [expected, got] = [showShape(["N", "T", ...input.slice(1)]), columns[0].tensor.label()];
      throw new ShapeError(message(op, "x does not fit the model", { expected, got }));
    }
    if (columns[0].tensor.dtype === "uint8") {
      const [expected, got] = ["tokens or float32", columns[0].tensor.label()];
      throw new ShapeError(
        message(op, "x holds bytes", { expected, got, hint: 'Scale them: mul(cast(x, "float32"), 1 / 255).' }),
      );
    }
    const outputShape = [T, ...output.slice(1)];
    columns.push(targetColumn(op, "y", y, N, outputShape));
    if (columns[1].tensor.shape[0] !== N) {
      const got = `x ${columns[0].tensor.label()} and y ${columns[1].tensor.label()}`;
      throw new ShapeError(message(op, "x and y differ in the number of sequences", { expected: "the same N", got }));
    }
    losses[0].checkTargets(columns[1].tensor, outputShape);
    for (const mask of given?.maskColumns?.(op, masks, [columns[0]], toColumn) ?? []) columns.push(mask!);
  });
}

/** @throws {ShapeError} when a layer cannot train on a window, the last and shortest one included */
function checkWindows({ steps, inputs }: Graph, [{ tensor }]: readonly Column[], window: number, stride: number): void {
  const [N, T] = tensor.shape;
  const built = inputs[0].sizes[0];
  const last = T - stride * Math.ceil((T - window) / stride);
  for (const length of new Set([window, last]))
    for (const { call } of steps) {
      const shapes = call.inputs.map(({ sizes }) => (Object.is(sizes[0], built) ? [length, ...sizes.slice(1)] : sizes));
      call.layer.checkBatch(N, shapes);
    }
}
