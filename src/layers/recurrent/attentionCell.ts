/**
 * A cell that looks at a memory before each step, for {@link rnn}: a decoder whose next state depends on where it has
 * looked. Letters: N batch, I inputs, H units of the first state, S steps of the memory, F features of each.
 * Source: Bahdanau, Cho & Bengio 2015.
 */
import { ShapeError, message } from "../../errors.js";
import { concat } from "../../ops/shape/concat.js";
import { expandDims, reshape } from "../../ops/shape/reshape.js";
import { type Option, type Values, flag } from "../../options.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { attention } from "../attention/attention.js";
import { type CallContext, partOf } from "../callContext.js";
import { Layer, type LayerOptions } from "../layer.js";
import type { LayerTable } from "../tableLayer.js";
import { Wrapper, checkWrapped, innerConfig } from "../wrapper.js";
import { type StatefulCell, buildShapes, cellOption, statesOf, stepShapes, takeStep } from "./cellStep.js";

/** Options of {@link attentionCell}. */
export interface AttentionCellOptions extends LayerOptions {
  /** The cell that goes on with what was seen: gru, lstm or simpleRnn, or any cell that `rnn` takes. */
  readonly cell: Layer;
  /** From [query (N, 1, H), memory (N, S, F)] to the context (N, 1, C). Default `attention({ score: "general" })`. */
  readonly attention?: Layer;
  /** True appends the context to the output: (N, O + C). Default false. */
  readonly returnContext?: boolean;
}

const attentionOption: Option<Layer> = (op, name, value = attention({ score: "general" })) => {
  checkWrapped(op, name, value, "a layer from [query, memory] to a context", value instanceof Layer);
  return (value as Layer).forWrapper() ?? (value as Layer);
};

const table = {
  cell: cellOption,
  attention: attentionOption,
  returnContext: flag(false),
} satisfies LayerTable<AttentionCellOptions>;

/**
 * A step of a decoder that looks before it goes on: context c = attention(s, memory) with the first state s as the
 * query, then [y, …states] = cell([x, c], …states).
 *
 * [x (N, I), …states, memory (N, S, F)] → [y (N, O), …states]; parameters "cell/…" and "attention/…". Steps of the
 * memory that are masked are not looked at.
 *
 *   const decoder = layers.rnn({
 *     cell: layers.attentionCell({ cell: layers.gru({ units: 64 }), attention: layers.additiveAttention({ units: 32 }) }),
 *     ...{ constants: 1, returnSequences: true },
 *   });
 *   const steps = decoder.apply([written, memory]);
 *
 * It runs step by step; a decoder that looks after its steps (a fused layer, then `attention` over all of them) is many
 * times as fast.
 * @throws {UsageError} when an option is unknown, or a layer cannot be wrapped
 * @throws {ShapeError} when the inputs do not fit
 */
export function attentionCell(options: AttentionCellOptions): Layer {
  return new AttentionCell("attentionCell", options, table);
}

class AttentionCell extends Wrapper<Values<typeof table>> implements StatefulCell {
  override get options(): Readonly<Record<string, unknown>> {
    const { cell, attention, returnContext } = this.given;
    return { cell: innerConfig(cell), attention: innerConfig(attention), returnContext };
  }

  get cellStates(): readonly Shape[] | undefined {
    return statesOf(this.given.cell);
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return this.outputShapes(inputShapes)[0];
  }

  override outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    const { steps, context } = this.#shapes(inputShapes);
    const [y, ...states] = stepShapes(this.given.cell, steps);
    return [this.given.returnContext ? [y[0] + context] : y, ...states];
  }

  /** The shapes of what the attention and the cell are given, and C. @throws {ShapeError} when they do not fit */
  #shapes(inputShapes: readonly Shape[]): { looks: readonly Shape[]; steps: readonly Shape[]; context: number } {
    const [x, ...others] = inputShapes;
    const [states, memory] = [others.slice(0, -1), others.at(-1)];
    if (x.length !== 1 || states.length === 0 || states[0].length !== 1 || memory?.length !== 2) {
      const got = inputShapes.map((shape) => showShape(["N", ...shape])).join(", ");
      const expected = "x [N, I], states [N, H], …, memory [N, S, F]";
      const hint = "In rnn, the memory is its constant: constants: 1.";
      throw new ShapeError(message(this.kind, "the inputs do not fit", { expected, got, hint }));
    }
    const looks = [[1, ...states[0]], memory];
    const context = this.given.attention.outputShape(looks)[1];
    return { looks, steps: [[x[0] + context], ...states], context };
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const { cell, attention } = this.given;
    const { looks, steps } = this.#shapes(inputShapes);
    this.buildInner(attention, "attention", looks);
    this.buildInner(cell, "cell", buildShapes(cell, steps));
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    return this.callMany(inputs, context)[0];
  }

  override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const { cell, attention, returnContext } = this.given;
    const [x, ...states] = inputs.slice(0, -1);
    const [memory, mask] = [inputs.at(-1)!, context.masks[inputs.length - 1]];
    const query = expandDims(states[0], 1);
    const seen = attention.call([query, memory], { ...partOf(context, 1), masks: [undefined, mask] }); // (N, 1, C)
    const c = reshape(seen, [x.shape[0], seen.shape[2]]);
    const [y, ...after] = takeStep(cell, [concat([x, c], 1), ...states], { ...partOf(context, 2), masks: [] });
    return [returnContext ? concat([y, c], 1) : y, ...after];
  }
}
