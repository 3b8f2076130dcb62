/**
 * Steps that are computed in parts: `fit(…, { accumulate: k })`. The gradients of k batches are added up before the
 * optimizer steps.
 *
 * Note [Accumulated gradients]. A step is what one batch of k times the size gives: each part's gradient has the weight
 * of its samples or, where the output has a mask, of its steps that count, and the sum is divided by all of them before
 * penalties, clipping and the optimizer. It differs from one large batch by rounding, and where a layer looks at a
 * batch as a whole: batch normalisation uses each part's own statistics, dropout draws for each part. A step is all or
 * nothing: nobody can save the model inside one, and a loss that is not finite undoes all its parts. The last step of
 * an epoch has the parts that are left.
 *
 * Imported where a fit accumulates, and itself without imports but errors: what it shared with the page, bundlers would
 * put into files of its own. Letters: n samples of a part.
 */
import { UsageError, message } from "../../errors.js";
import type { Op } from "../../ops/defineOp.js";
import type { MaskTools, Weighed } from "../../ops/loss/maskedLoss.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { keep } from "../../tensor/scope.js";
import type { AccumulatedStep, EpochSteps } from "./epochSteps.js";
import type { TrainingStep } from "./training.js";

/** What accumulation needs of the page. */
export interface AccumulationTools extends MaskTools {
  readonly keep: typeof keep;
}

/** Steps of several parts. */
export class Accumulation implements EpochSteps {
  readonly batches: EpochSteps["batches"];
  /** The parts of a step. */
  readonly #k: number;
  readonly #step: TrainingStep;
  readonly #tools: AccumulationTools;
  /** What the sum of gradients is multiplied by, a scalar. */
  readonly #factor: Tensor;
  readonly #weighOp: Op;
  #parts!: EpochSteps;
  /** The part that was run last. */
  #last = 0;
  /** Where parts come from a stream: loads those of the next step, one by one. */
  #loads: (() => void)[] | undefined;
  /** Rows of the step that was made last, where its parts came from a stream. */
  #streamed: number | undefined;
  next?: NonNullable<EpochSteps["next"]>;

  /** @param k parts of a step, ≥ 2 */
  constructor(step: TrainingStep, k: number, tools: AccumulationTools) {
    this.#k = k;
    this.#step = step;
    this.#tools = tools;
    this.#factor = tools.keep(tools.empty([]));
    this.#weighOp = {
      name: "weighPart",
      shape: () => [{ shape: [] }],
      forward: () => undefined, // its gradient is all that is wanted of it
      backward({ inputs: [, weight], dOutputs: [dY], gradient }) {
        tools.scaleByFactor(dY!.ptr, 1, weight.ptr, 0);
        gradient(0, (dX, accumulate) => tools.copyRow(dX, dY!.ptr, 1, accumulate));
      },
      saved: { inputs: [1] },
      constants: [1],
    };
    const parts = (): EpochSteps["batches"] => this.#parts.batches;
    const rowsOf = (b: number): number => {
      let rows = 0;
      for (let part = b * k; part < Math.min((b + 1) * k, parts().count); part++) rows += parts().sizeOf(part);
      return rows;
    };
    this.batches = {
      get rows() {
        return parts().rows;
      },
      get batchSize() {
        return k * parts().batchSize;
      },
      get count() {
        return Math.ceil(parts().count / k);
      },
      get grouping() {
        return parts().grouping;
      },
      get padding() {
        return parts().padding;
      },
      order: (shuffle, seed, epoch) => parts().order(shuffle, seed, epoch),
      sizeOf: (b) => this.#streamed ?? rowsOf(b),
      select: (order) => parts().select(order, this.#last),
    };
  }

  /** These steps, of parts that were recorded with {@link weigh}. */
  of(parts: EpochSteps): this {
    this.#parts = parts;
    if (parts.take !== undefined) this.next = (place) => this.#fetch(place);
    return this;
  }

  /**
   * The loss of a part times its weight, of which the gradient is taken. Kernels only.
   * @throws {UsageError} where several outputs have weights of their own
   */
  readonly weigh = (loss: Tensor, rows: readonly Weighed[]): Tensor => {
    const { apply, empty, fill } = this.#tools;
    const count = rows.find((row) => row.count)?.count;
    if (count !== undefined && rows.length > 1) {
      const hint = "Leave out accumulate, and take a smaller batchSize.";
      throw new UsageError(
        message("fit", "accumulate does not know how to weigh several outputs with masks", {
          expected: "one output, or no masks",
          got: `${rows.length} outputs`,
          hint,
        }),
      );
    }
    const weight = count ?? empty([]);
    if (count === undefined) fill(weight.ptr, rows[0].prediction.shape[0], 1);
    return apply(this.#weighOp, [loss, weight], undefined);
  };

  /** Makes a step. @returns its results and loss; if that is not finite, nothing has changed */
  train(order: Int32Array, b: number): AccumulatedStep {
    const step = this.#step;
    const random = step.random.save();
    step.begin();
    try {
      const { results, loss: mean } = this.#train(order, b);
      const loss = step.settle(mean, b + 1 === this.batches.count);
      if (!Number.isFinite(loss)) step.random.restore(random);
      return { results, loss };
    } catch (error) {
      step.refuse();
      step.random.restore(random);
      throw error;
    }
  }

  #train(order: Int32Array, b: number): AccumulatedStep {
    const parts = this.#parts;
    const end = this.#loads ? b * this.#k + this.#loads.length : Math.min((b + 1) * this.#k, parts.batches.count);
    const sums: number[] = [];
    let results!: readonly Tensor[];
    let rows = 0;
    for (let part = b * this.#k; part < end; part++) {
      if (part > b * this.#k) this.#step.random.advance();
      this.#last = part;
      this.#loads?.shift()!();
      results = parts.run(order, part);
      const size = parts.batches.sizeOf(part);
      rows += size;
      const loss = results[0].item();
      if (!Number.isFinite(loss)) return { results, loss };
      const terms = results.length > 1 ? results[1].toTypedArray() : [loss, size];
      for (let i = 0; i < terms.length; i += 2) {
        sums[i] = (sums[i] ?? 0) + terms[i] * terms[i + 1];
        sums[i + 1] = (sums[i + 1] ?? 0) + terms[i + 1];
      }
    }
    if (this.#loads) this.#streamed = rows;
    const means = sums.map((sum, i) => (i % 2 ? sum : sum / (sums[i + 1] || 1)));
    this.#divide(sums[1]);
    if (results.length > 1) results[1].assign(Float32Array.from(means)); // the next run overwrites it
    return { results, loss: means.reduce((loss, mean, i) => (i % 2 ? loss : loss + mean), 0) };
  }

  /** From the sum of weighed gradients to their mean, and the gradients of penalties. */
  #divide(weight: number): void {
    const { scaleByFactor } = this.#tools;
    this.#factor.assign([1 / (weight || 1)]);
    for (const { parameter, value } of this.#step.weights.trainable)
      scaleByFactor(value.grad!.ptr, value.size, this.#factor.ptr, parameter.rows?.ptr ?? 0);
    this.#step.penalize();
  }

  async #fetch({ epoch, batch }: { readonly epoch: number; readonly batch: number }): Promise<boolean> {
    this.#loads = [];
    this.#streamed = undefined;
    const most = Math.min((batch + 1) * this.#k, this.#parts.batches.count);
    for (let part = batch * this.#k; part < most; part++) {
      const load = await this.#parts.take!({ epoch, batch: part });
      if (load === undefined) break;
      this.#loads.push(load);
    }
    return this.#loads.length > 0;
  }

  run(): never {
    throw new UsageError(message("fit", "a step of several parts is made by train"));
  }

  dispose(): void {
    this.#parts.dispose();
    this.#factor.dispose();
  }
}
