/**
 * One pass of back-propagation through time along sequences: a training step for each window, recorded once for each
 * length of a window. Checks of options and data are in bptt.ts.
 * Letters: N sequences, T steps, L steps of a window.
 */
import { ShapeError, UsageError, message } from "../../errors.js";
import type { Loss } from "../../losses/loss.js";
import { breathe } from "../../runtime/breathe.js";
import { heap } from "../../runtime/runtime.js";
import { empty } from "../../tensor/create.js";
import { type Recording, record } from "../../tensor/record.js";
import { keep } from "../../tensor/scope.js";
import { sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Graph } from "../graph/graph.js";
import type { Column } from "../input/columns.js";
import type { GivenMasks } from "../input/samples.js";
import { type LossSums, addLoss, meanLoss } from "../step/epochLoss.js";
import type { TrainingStep } from "../step/training.js";
import type { Interrupts } from "./interrupts.js";

/** Options of bptt. */
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

/** What bptt returns. */
export interface BpttResult {
  /** Mean loss over all steps of all windows that count. */
  readonly loss: number;
  readonly windows: readonly BpttWindow[];
}

/** The parts of a model that a walk needs. */
export interface TrainingParts {
  readonly graph: Graph;
  readonly step: TrainingStep;
  readonly losses: readonly Loss[];
  readonly checkInterrupts: Interrupts;
}

/** Buffers for windows of one length, and the steps recorded on them. */
interface Stage {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly mask: Tensor | undefined;
  train?: Recording<Tensor[]>;
  forward?: Recording<void>;
}

/** One pass along the sequences, window by window. */
export class WindowWalk {
  readonly #parts: TrainingParts;
  readonly #x: Tensor;
  readonly #y: Tensor;
  readonly #mask: Tensor | undefined;
  readonly #options: BpttOptions;
  readonly #stages = new Map<number, Stage>();
  readonly #sums: LossSums = [];

  /**
   * @param columns  x, y and, if one is given, the mask: (N, T, …) each
   * @throws {UsageError} when a state is to be carried and no layer has one
   * @throws {ShapeError} when the carried states are for another N
   */
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

  /** Trains on every window. */
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

  /** Frees the buffers and recordings. */
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
            weights: [],
            masks: [stage.mask],
          });
          step.optimizer.measureGradients();
          return results;
        });
      } else stage.train.replay();
      const results = stage.train.result;
      const loss = results[0].item();
      if (!Number.isFinite(loss)) throw this.#diverged(start, `the loss became ${loss}`, "a finite loss");
      const { gradientNorm } = step.optimizer;
      if (!Number.isFinite(gradientNorm)) {
        throw this.#diverged(start, `the norm of the gradients became ${gradientNorm}`, "a finite norm");
      }
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

  #diverged(start: number, wrong: string, expected: string): UsageError {
    const hint =
      "Try a smaller learning rate or clipping (globalClipNorm: 1); the weights are those before this window.";
    return new UsageError(message("bptt", `${wrong} in the window at step ${start}`, { expected, hint }));
  }
}
