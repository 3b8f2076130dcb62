/**
 * Back-propagation through time in windows, over sequences too long for one step. Each window is a training step. The
 * state is carried into the next window; the gradient stops at the border. A single window as long as the sequence is
 * full back-propagation through time.
 * Letters: N sequences, T steps, L steps of a window. Does not choose batches.
 * Source: Williams & Peng 1990, "An efficient gradient-based algorithm for on-line training of recurrent network
 * trajectories" (BPTT(h; h′)).
 */
import { ShapeError, UsageError, checkKeys, message } from "../../errors.js";
import type { Loss } from "../../losses/loss.js";
import { checkBoolean, checkInteger } from "../../options.js";
import { breathe } from "../../runtime/breathe.js";
import { heap } from "../../runtime/runtime.js";
import { empty } from "../../tensor/create.js";
import { type Recording, record } from "../../tensor/record.js";
import { keep } from "../../tensor/scope.js";
import { showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Column, inputColumn, made, release, targetColumn, toColumn } from "../input/columns.js";
import { type Extras, givesExtras } from "../input/data.js";
import { type LossSums, addLoss, meanLoss } from "../step/epochLoss.js";
import { checkSignal } from "./fitOptions.js";
import type { Graph } from "../graph/graph.js";
import { type Interrupts, interrupts } from "./interrupts.js";
import { checkModel } from "../checkModel.js";
import type { Model } from "../model.js";
import type { Data, GivenMasks } from "../input/samples.js";
import type { TrainingStep } from "../step/training.js";

/** Sequences, and their targets at each step. */
export interface Sequence {
  /** (N, T) tokens or (N, T, F) numbers. */
  readonly x: Data;
  /** Labels (N, T), or numbers (N, T, O). */
  readonly y: Data;
}

/** Options of {@link bptt}. */
export interface BpttOptions extends GivenMasks {
  /** L: how many steps the gradient goes back at most, 1 ≤ L ≤ T. */
  readonly window: number;
  /**
   * Steps from one window to the next, 1 ≤ stride ≤ window. If smaller than the window, windows overlap, and each
   * stride is computed once more for the state. Default window.
   */
  readonly stride?: number;
  /**
   * True: a window begins with the states at its first step, which needs stateful layers. False: with zeros. Default
   * true.
   */
  readonly carryState?: boolean;
  /**
   * True: the first window begins with the layers' present states, for a sequence in several pieces. False: with zeros.
   * Default false.
   */
  readonly continues?: boolean;
  /** Aborting rejects with the signal's reason after the current window. */
  readonly signal?: AbortSignal;
  /** Called after each window. */
  readonly onWindow?: (window: BpttWindow) => void;
}

/** What happened in one window. */
export interface BpttWindow {
  /** The window's first step. */
  readonly start: number;
  /** L; the last window may be shorter. */
  readonly length: number;
  /** Mean loss over the steps that count, before the update. */
  readonly loss: number;
  /** Norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
}

/** What {@link bptt} returns. */
export interface BpttResult {
  /** Mean loss over all steps of all windows that count. */
  readonly loss: number;
  readonly windows: readonly BpttWindow[];
}

/**
 * Trains a compiled model once along sequences, window by window.
 *
 * The model has one input, and one output for each step (returnSequences); its stateful layers have batchSize N.
 * Optimizer, clipping and learning rate are those of `compile`. A mask or lengths work as in `fit`: steps that do not
 * count leave the states unchanged and have no weight.
 * @throws {UsageError} for a wrong option, a model that is not compiled, or carryState without stateful layers
 * @throws {UsageError} when the loss is not finite; the weights are those before that window
 * @throws {ShapeError} when sequences do not fit, are shorter than a window, or have a window, such as a short last
 *   one,
 * that a layer cannot train on
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
  return state.train(async () => {
    const columns = columnsFor(op, sequence, options, given, parts);
    let walk: Walk | undefined;
    try {
      checkWindows(parts.graph, columns, window, stride);
      walk = new Walk(parts, columns, options);
      return await walk.run();
    } finally {
      walk?.dispose();
      release(columns);
    }
  });
}

/** The parts of a model that a walk needs. */
interface TrainingParts {
  readonly graph: Graph;
  readonly step: TrainingStep;
  readonly losses: readonly Loss[];
  readonly checkInterrupts: Interrupts;
}

/** x, y and, if one is given, the mask as columns of T steps. */
function columnsFor(
  op: string,
  { x, y }: Sequence,
  masks: GivenMasks,
  given: Extras | undefined,
  { graph, losses }: TrainingParts,
): Column[] {
  const [input, output] = [graph.inputs[0].shape, graph.outputs[0].shape];
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
  const built = inputs[0].shape[0];
  const last = T - stride * Math.ceil((T - window) / stride);
  for (const length of new Set([window, last]))
    for (const { call } of steps) {
      const shapes = call.inputs.map(({ shape }) => (Object.is(shape[0], built) ? [length, ...shape.slice(1)] : shape));
      call.layer.checkBatch(N, shapes);
    }
}

/** Buffers for windows of one length, and the steps recorded on them. */
interface Stage {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly mask: Tensor | undefined;
  train?: Recording<Tensor[]>;
  forward?: Recording<void>;
}

/** One pass along the sequences. */
class Walk {
  readonly #parts: TrainingParts;
  readonly #x: Tensor;
  readonly #y: Tensor;
  readonly #mask: Tensor | undefined;
  readonly #options: BpttOptions;
  readonly #stages = new Map<number, Stage>();
  readonly #sums: LossSums = [];

  constructor(parts: TrainingParts, [x, y, mask]: readonly Column[], options: BpttOptions) {
    this.#parts = parts;
    this.#x = x.tensor;
    this.#y = y.tensor;
    this.#mask = (mask as Column | undefined)?.tensor;
    this.#options = options;
    if ((options.carryState ?? true) && this.#states.length === 0) {
      const hint = "Give the recurrent layers stateful: true and batchSize, or pass carryState: false.";
      throw new UsageError(
        message("bptt", "there is no state to carry", { expected: "stateful layers", got: "none", hint }),
      );
    }
    const wrong = this.#states.find(({ shape }) => shape[0] !== this.#x.shape[0]);
    if (wrong !== undefined) {
      const [expected, got] = [`N = ${wrong.shape[0]} (batchSize of the layers)`, this.#x.label()];
      throw new ShapeError(message("bptt", "the carried states belong to another batch size", { expected, got }));
    }
  }

  async run(): Promise<BpttResult> {
    const { window, stride = window, carryState = true, continues = false, onWindow } = this.#options;
    const { graph, checkInterrupts } = this.#parts;
    const T = this.#x.shape[1];
    const windows: BpttWindow[] = [];
    const reset = (): void => {
      for (const layer of graph.layers) layer.sequences?.resetStates();
    };
    if (!continues || !carryState) reset();
    for (let start = 0; ; start += stride) {
      await breathe();
      checkInterrupts();
      const length = Math.min(window, T - start);
      const isLast = start + length === T;
      const before = stride < window && carryState && !isLast ? this.#states.map((state) => state.toTypedArray()) : [];
      windows.push({ start, length, ...this.#train(start, length) });
      onWindow?.(windows.at(-1)!);
      if (isLast) break;
      if (!carryState) reset();
      if (before.length === 0) continue;
      for (const [i, state] of this.#states.entries()) state.assign(before[i]);
      this.#forward(start, stride);
    }
    return { loss: meanLoss(this.#sums), windows };
  }

  dispose(): void {
    this.#parts.step.rest();
    for (const { x, y, mask, train, forward } of this.#stages.values()) {
      for (const result of train?.result ?? []) result.dispose();
      train?.dispose();
      forward?.dispose();
      x.dispose();
      y.dispose();
      mask?.dispose();
    }
  }

  get #states(): Tensor[] {
    return this.#parts.graph.layers.flatMap(({ sequences }) => sequences?.carried ?? []).map(({ value }) => value);
  }

  #train(start: number, length: number): Pick<BpttWindow, "loss" | "gradientNorm"> {
    const { step } = this.#parts;
    const stage = this.#load(start, length);
    step.begin();
    try {
      if (stage.train === undefined) {
        stage.train = record(() => {
          const results = step.gradients({
            inputs: [stage.x],
            targets: [stage.y],
            weights: undefined,
            masks: [stage.mask],
          });
          step.optimizer.measureGradients();
          return results;
        });
      } else stage.train.replay();
      const results = stage.train.result;
      const loss = results[0].item();
      if (!Number.isFinite(loss)) throw this.#diverged(start, loss);
      const { gradientNorm } = step.optimizer;
      step.update();
      addLoss(this.#sums, results, length);
      return { loss, gradientNorm };
    } catch (error) {
      step.refuse();
      throw error;
    }
  }

  /** Advances the carried states by `length` steps with the present weights. */
  #forward(start: number, length: number): void {
    const stage = this.#load(start, length);
    if (stage.forward !== undefined) {
      stage.forward.replay();
      return;
    }
    stage.forward = record(() => this.#parts.step.forward([stage.x], [stage.mask]));
  }

  /** The buffers for windows of that length, filled from step `start` on. */
  #load(start: number, length: number): Stage {
    const [N, T] = this.#x.shape;
    let stage = this.#stages.get(length);
    if (stage === undefined) {
      const buffer = (of: Tensor): Tensor =>
        keep(empty([N, length, ...of.shape.slice(2)], of.dtype === "int32" ? "int32" : "float32"));
      stage = { x: buffer(this.#x), y: buffer(this.#y), mask: this.#mask && buffer(this.#mask) };
      this.#stages.set(length, stage);
    }
    for (const [to, from] of [
      [stage.x, this.#x],
      [stage.y, this.#y],
      [stage.mask, this.#mask],
    ] as const) {
      if (to === undefined || from === undefined) continue;
      const size = sizeOf(from.shape.slice(2));
      const values = heap().view(from.dtype, from.ptr, from.size);
      const part = to.dtype === "int32" ? new Int32Array(to.size) : new Float32Array(to.size);
      for (let n = 0; n < N; n++) {
        const begin = (n * T + start) * size;
        part.set(values.subarray(begin, begin + length * size), n * length * size);
      }
      to.assign(part);
    }
    return stage;
  }

  #diverged(start: number, loss: number): UsageError {
    const hint =
      "Try a smaller learning rate or clipping (globalClipNorm: 1); the weights are those before this window.";
    return new UsageError(
      message("bptt", `the loss became ${loss} in the window at step ${start}`, { expected: "a finite loss", hint }),
    );
  }
}
