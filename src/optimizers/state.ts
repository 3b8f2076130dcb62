/**
 * The state that an optimizer keeps for one model or one list of tensors (slots, step count, current learning rate),
 * and the step itself. In a step the learning rate is written first; then kernels clip, count and update. So `run` can
 * be recorded once and replayed, with `prepare` before each replay. restore.ts restores what `save` returned.
 * Letters: n, the elements of a range of the parameter slab.
 */
import { UsageError, message, show } from "../errors.js";
import { type Gradient, NormClipper, clipByValue } from "../ops/inPlace/clipGradients.js";
import { OptimizerBlock, type SlabRange } from "../ops/inPlace/optimizerSteps.js";
import type { RowList } from "../ops/inPlace/rowList.js";
import { checkNumber } from "../options.js";
import { fillFloat32 } from "../runtime/primitives.js";
import { launcher } from "../runtime/runtime.js";
import { keep } from "../tensor/scope.js";
import { Slab } from "../tensor/slab.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Clock, Optimizer, Schedule, WholeBatchSteps } from "./optimizer.js";

/** How one section of the parameter slab is trained. */
export interface SectionRule {
  /** False leaves the section unchanged. */
  readonly trainable: boolean;
  /** False for parameters that do not decay, such as biases. */
  readonly decays: boolean;
  /**
   * The rows that gradients have touched, for a section that is trained lazily: a step visits and changes only these,
   * and empties the list.
   */
  readonly rows?: RowList | undefined;
}

/** Everything that a checkpoint must hold for training to continue exactly. The numbers survive JSON. */
export interface OptimizerProgress {
  /** The number of steps made. */
  readonly step: number;
  /** Nadam's product of momenta, a float32; 0 for other optimizers before their first step. */
  readonly momentumProduct: number;
  /** The rate that replaced the optimizer's learning rate, or null. */
  readonly learningRate: number | null;
  /** Seconds of training so far, where the schedule goes by time. */
  readonly seconds?: number;
  /** Copies of the state slabs, by name. */
  readonly slots: Readonly<Record<string, Float32Array>>;
}

/** An optimizer at work on the parameters of one model. No scope frees it. */
export class OptimizerState {
  readonly optimizer: Optimizer;
  /** The values that change from step to step, in memory. */
  readonly block: OptimizerBlock;
  readonly slots: ReadonlyMap<string, Slab>;
  /** The number of steps made. */
  stepCount = 0;
  /** The rate that replaced the optimizer's learning rate. */
  replacedRate: number | undefined;
  /** The clock, if the schedule goes by time. */
  readonly clock: Clock | undefined;
  readonly #ranges: readonly SlabRange[];
  /** The gradients of the trainable parameters, one by one. */
  readonly #gradients: readonly Gradient[];
  /** The parameters that a step changes, one by one. */
  readonly #values: readonly Tensor[];
  readonly #clipper: NormClipper;

  /**
   * @param optimizer  its hyperparameters and step
   * @param values     the parameters, as sections of slabs
   * @param gradients  a slab with the same sections; a step clears what it has read
   * @param rules      one for each section. Neighbours with the same rule are updated in one pass
   */
  constructor(optimizer: Optimizer, values: readonly Tensor[], gradients: Slab, rules: readonly SectionRule[]) {
    this.optimizer = optimizer;
    this.clock = (optimizer.learningRate as Partial<Schedule>).newClock?.();
    this.#values = values.filter((_, i) => rules[i].trainable);
    const isNext = (i: number): boolean => gradients.runsOn(values, i);
    const spans = spansOf(rules, optimizer.weightDecay > 0, isNext);
    const whole = spans.map(({ begin, end }) => {
      const [from, to] = [gradients.offsetOf(begin), gradients.offsetOf(end)];
      return { values: keep(values[begin].section(0, [to - from])), gradients: gradients.range(from, to) };
    });
    const shapes = whole.map((range) => range.values.shape);
    this.slots = new Map(optimizer.slots.map(({ name, initial }) => [name, filled(new Slab(shapes), initial)]));
    this.#ranges = whole.map((range, i) => ({
      ...range,
      slots: [...this.slots.values()].map(({ sections }) => sections[i]),
      weightDecay: spans[i].decays ? optimizer.weightDecay : 0,
      rows: spans[i].rows,
    }));
    this.#gradients = rules.flatMap(({ trainable, rows }, i) =>
      trainable ? [{ gradients: gradients.sections[i], rows }] : [],
    );
    this.#clipper = new NormClipper(this.#gradients);
    this.block = new OptimizerBlock(optimizer.constants);
  }

  /** The learning rate of the next step. Assigning replaces the optimizer's number or schedule from now on. */
  get learningRate(): number {
    const { learningRate } = this.optimizer;
    if (typeof learningRate === "number") return this.replacedRate ?? learningRate;
    return this.replacedRate ?? learningRate.at(this.stepCount, this.clock?.seconds);
  }

  set learningRate(value: number) {
    checkNumber(this.optimizer.name, "learningRate", value, "[0, ∞)");
    this.replacedRate = value;
  }

  /**
   * One training step: reads and clears the gradients, updates the parameters. A recorded step takes the learning rate
   * and counts before each replay.
   * @throws {UsageError} when the schedule gives no learning rate
   */
  step(): void {
    this.prepare();
    launcher().recorder?.around(() => this.prepare());
    this.run();
  }

  /**
   * The JavaScript part of a step: writes the learning rate and counts. Call it before each `run` and before each
   * replay of one.
   */
  prepare(): void {
    this.clock?.run();
    const { learningRate } = this;
    if (!(learningRate >= 0 && learningRate < Infinity)) {
      const got = `${show(learningRate)} at step ${this.stepCount}`;
      throw new UsageError(
        message("schedule", "the schedule gave no learning rate", { expected: "a number in [0, ∞)", got }),
      );
    }
    this.block.writeLearningRate(learningRate);
    this.stepCount++;
  }

  /** The kernel part of a step: clipping, counting, updating. */
  run(): void {
    const { clipValue, clipNorm, globalClipNorm } = this.optimizer.clipping;
    if (clipValue !== undefined) for (const range of this.#ranges) clipByValue(range, clipValue);
    if (clipNorm !== undefined) for (const gradient of this.#gradients) this.#clipper.clip(gradient, clipNorm);
    if (globalClipNorm !== undefined) this.#clipper.clipTogether(this.#gradients, globalClipNorm, this.block);
    this.block.advance();
    for (const range of this.#ranges) this.optimizer.step(range, this.block);
    for (const { rows } of this.#ranges) rows?.clear();
    for (const value of this.#values) value.changed();
  }

  /**
   * The steps of an optimizer that evaluates the loss of all samples several times in each; undefined for any other.
   * @param evaluate  as for {@link Optimizer.wholeBatch}
   */
  wholeBatch(evaluate: () => number): WholeBatchSteps | undefined {
    return this.optimizer.wholeBatch?.(this.#ranges, this.slots, this.stepCount, evaluate);
  }

  /** Computes the norm of all current gradients together. Kernels only. */
  measureGradients(): void {
    this.#clipper.measure(this.#gradients);
  }

  /**
   * The norm that was measured last: by measureGradients, or by a step with globalClipNorm before it clipped. Not for
   * recorded functions.
   */
  get gradientNorm(): number {
    return this.#clipper.norm;
  }

  /** Everything that a checkpoint must hold. */
  save(): OptimizerProgress {
    const slots = [...this.slots].map(([name, { whole }]) => [name, whole.toTypedArray()]);
    return {
      ...this.block.readProgress(),
      learningRate: this.replacedRate ?? null,
      ...(this.clock && { seconds: this.clock.seconds }),
      slots: Object.fromEntries(slots) as Record<string, Float32Array>,
    };
  }

  /** Frees the state; the parameters stay. */
  dispose(): void {
    for (const { values, gradients } of this.#ranges) {
      values.dispose();
      gradients.dispose();
    }
    for (const slab of this.slots.values()) slab.dispose();
    this.#clipper.dispose();
    this.block.dispose();
  }

  /** `using optimizer = …` disposes the state at the end of the block. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A run of sections [begin, end) that one pass updates. */
interface Span extends Omit<SectionRule, "trainable"> {
  readonly begin: number;
  readonly end: number;
}

/**
 * Groups trainable sections that are neighbours in memory into runs. If `splits`, either all sections of a run decay or
 * none. A section that is trained lazily is a run of its own.
 */
function spansOf(rules: readonly SectionRule[], splits: boolean, isNext: (i: number) => boolean): readonly Span[] {
  const spans: Span[] = [];
  for (const [i, { trainable, decays, rows }] of rules.entries()) {
    if (!trainable) continue;
    const last = spans.at(-1);
    const joins =
      last?.end === i &&
      isNext(i) &&
      (!splits || last.decays === decays) &&
      last.rows === undefined &&
      rows === undefined;
    if (joins) spans[spans.length - 1] = { ...last, end: i + 1 };
    else spans.push({ begin: i, end: i + 1, decays, rows });
  }
  return spans;
}

function filled(slab: Slab, value: number): Slab {
  if (value !== 0) fillFloat32(slab.whole.ptr, value, slab.whole.size);
  return slab;
}
