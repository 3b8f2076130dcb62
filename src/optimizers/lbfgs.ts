/**
 * L-BFGS as an optimizer of models: an epoch is one iteration, which evaluates the loss of all samples as often as its
 * line search needs. The iteration is fullBatch/descent.ts; here it meets the slabs of a model's parameters.
 */
import { copyFloat32 } from "../runtime/primitives.js";
import { UsageError, message } from "../errors.js";
import { integer, resolve } from "../options.js";
import type { SlabRange } from "../ops/inPlace/optimizerSteps.js";
import type { Slab } from "../tensor/slab.js";
import type { Tensor } from "../tensor/tensor.js";
import { Descent } from "./fullBatch/descent.js";
import { Floats } from "./fullBatch/floats.js";
import { LimitedMemory } from "./fullBatch/limitedMemory.js";
import type { Optimizer, WholeBatchResult, WholeBatchSteps } from "./optimizer.js";

/** Options of {@link lbfgs}. */
export interface LbfgsOptions {
  /** m ≥ 1: how many steps it remembers. Default 10. */
  readonly memory?: number;
  /** Evaluations of the loss in one epoch, after which it takes the best step it has seen. Default 25. */
  readonly maxEvaluations?: number;
}

/**
 * L-BFGS with a line search that fulfils the strong Wolfe conditions: for networks and data that are small enough for
 * all samples in one batch, `fit(x, y, { batchSize: "full", epochs: 100 })`. An epoch is one iteration. The loss in the
 * history is that of the new weights; it never rises by more than rounding. Training ends before the last epoch where no
 * step lowers the loss any more, and the history says so in `stopped`. Penalties count as part of the loss. Dropout drops
 * the same elements in each evaluation. Memory: 2 m + 7 vectors of all parameters.
 *
 * Source: Liu & Nocedal 1989; Moré & Thuente 1994. To minimise a function of your own: `minimize`.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function lbfgs(options: LbfgsOptions = {}): Optimizer {
  const values = resolve("lbfgs", options, {
    memory: integer("[1, 1000]", 10),
    maxEvaluations: integer("[2, ∞)", 25),
  });
  const slots = Array.from({ length: values.memory }, (_, i) => [`step${i}`, `change${i}`]).flat();
  const refuse = (): never => {
    const hint = 'Train a model by fit(x, y, { batchSize: "full" }); for tensors of your own, see minimize.';
    throw new UsageError(message("lbfgs", "a step needs the loss of all samples more than once", { hint }));
  };
  return {
    ...{ name: "lbfgs", learningRate: 1, weightDecay: 0, clipping: {}, constants: {} },
    slots: slots.map((name) => ({ name, initial: 0 })),
    step: refuse,
    for: refuse,
    wholeBatch: (ranges, slots, steps, evaluate) =>
      new WholeBatchDescent(ranges, slots, steps, evaluate, values.maxEvaluations),
    config: { className: "lbfgs", ...values },
  };
}

/** A descent on the slabs of a model. */
class WholeBatchDescent implements WholeBatchSteps {
  readonly #ranges: readonly SlabRange[];
  readonly #space: Floats;
  readonly #offsets: readonly number[];
  readonly #descent: Descent<Tensor>;
  /** From where the descent stands to the weights. */
  readonly #distance: Tensor;
  readonly #maxEvaluations: number;

  constructor(
    ranges: readonly SlabRange[],
    slots: ReadonlyMap<string, Slab>,
    steps: number,
    evaluate: () => number,
    maxEvaluations: number,
  ) {
    this.#ranges = ranges;
    this.#maxEvaluations = maxEvaluations;
    const space = (this.#space = new Floats(ranges.map(({ values }) => values.shape)));
    const point = space.makeSlab();
    this.#offsets = ranges.map((_, i) => 4 * point.offsetOf(i));
    this.#distance = space.make();
    const whole = (name: string): Tensor => slots.get(name)!.whole;
    const pairs = Array.from({ length: slots.size / 2 }, (_, i) => ({ s: whole(`step${i}`), y: whole(`change${i}`) }));
    const f = (x: Tensor, gradient: Tensor): number => {
      this.#write(x);
      const loss = evaluate();
      this.#read(gradient, "gradients");
      return loss;
    };
    this.#descent = new Descent(space, new LimitedMemory(space, pairs, steps), f, point.whole);
  }

  run(): WholeBatchResult {
    const descent = this.#descent;
    try {
      this.#goToWeights();
      const before = descent.iterations;
      if (Number.isFinite(descent.value)) {
        descent.iterate(descent.evaluations + this.#maxEvaluations);
        descent.returnToBest();
      }
      const isStep = descent.iterations > before;
      return { loss: descent.value, isStep, isOver: !isStep || descent.isStalled };
    } catch (error) {
      this.#write(descent.x);
      throw error;
    }
  }

  /** Begins anew where the weights are other ones than those that the last step left. */
  #goToWeights(): void {
    const descent = this.#descent;
    const space = this.#space;
    this.#read(this.#distance, "values");
    space.combine(this.#distance, 1, this.#distance, -1, descent.x);
    if (space.largest(this.#distance) === 0 && Number.isFinite(descent.value)) return;
    this.#read(descent.x, "values");
    descent.begin();
  }

  #write(x: Tensor): void {
    for (const [i, { values }] of this.#ranges.entries()) {
      copyFloat32(values.ptr, x.ptr + this.#offsets[i], values.size);
      values.changed();
    }
  }

  #read(out: Tensor, what: "values" | "gradients"): void {
    for (const [i, range] of this.#ranges.entries())
      copyFloat32(out.ptr + this.#offsets[i], range[what].ptr, range.values.size);
    out.changed();
  }

  dispose(): void {
    this.#space.dispose();
  }
}
