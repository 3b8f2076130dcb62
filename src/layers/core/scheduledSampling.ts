/**
 * Scheduled sampling: in training, a decoder is now and then given the token that it predicted itself in place of the
 * right one, so that it learns to go on from its own errors. Both passes run over whole sequences, so fused decoders stay
 * fast. Letters: N batch, T tokens, V vocabulary.
 * Sources: Bengio, Vinyals, Jaitly & Shazeer 2015; in two passes: Mihaylova & Martins 2019.
 */
import { ShapeError, message } from "../../errors.js";
import { constant } from "../../initializers/index.js";
import { cast } from "../../ops/pointwise/cast.js";
import { less } from "../../ops/pointwise/compare.js";
import { where } from "../../ops/pointwise/where.js";
import { fillUniform } from "../../ops/random.js";
import { argMax } from "../../ops/reduce/argExtremes.js";
import { concat } from "../../ops/shape/concat.js";
import { slice } from "../../ops/shape/slice.js";
import { type Values, number } from "../../options.js";
import { empty } from "../../tensor/create.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import type { Layer, LayerOptions } from "../layer.js";
import { factorsOf } from "../mask/maskValues.js";
import type { Parameter } from "../parameter.js";
import { SequenceLayer } from "../sequenceLayer.js";
import type { TokenRule } from "../sequencePart.js";
import type { LayerTable } from "../tableLayer.js";
import { tokenRule } from "./tokenRule.js";

/** Options of {@link scheduledSampling}. */
export interface ScheduledSamplingOptions extends LayerOptions {
  /** The probability with which a token is replaced by the predicted one, 0 ≤ rate ≤ 1. */
  readonly rate: number;
}

const table = { rate: number("[0, 1]") } satisfies LayerTable<ScheduledSamplingOptions>;

/**
 * In training replaces each token but the first, with probability `rate`, by the likeliest one of the step before;
 * otherwise hands the tokens on. No gradient goes through the choice.
 *
 * [tokens (N, T) int32, logits (N, T, V) of a first pass] → tokens (N, T). The decoder's layers are applied twice, and
 * the loss is that of the second pass:
 *
 *   const logits = (tokens) => output.apply(decoder.apply([table.apply(tokens), state]));
 *   const mixed = layers.scheduledSampling({ rate: 0.25 }).apply([written, logits(written)]);
 *   model({ inputs: [read, written], outputs: logits(mixed) });
 *
 * The weight "rate" (1) holds the rate, and recorded steps read it there: to let it rise, assign another one at the
 * beginning of an epoch. Cost: the first pass, forward only, in `predict` too; decode with a model of the same layers
 * without it.
 * @throws {UsageError} when rate is outside [0, 1]
 * @throws {ShapeError} when the inputs are not tokens and the logits of their steps
 */
export function scheduledSampling(options: ScheduledSamplingOptions): Layer {
  return new ScheduledSampling("scheduledSampling", options, table);
}

class ScheduledSampling extends SequenceLayer<Values<typeof table>> {
  #rate!: Parameter;
  #vocabulary = 0;

  override get tokens(): TokenRule {
    return tokenRule(this.#vocabulary);
  }

  tokensAmong<T>([tokens]: readonly T[]): readonly T[] {
    return [tokens];
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const [tokens, logits] = inputShapes;
    const fits = inputShapes.length === 2 && tokens.length === 1 && logits.length === 2;
    if (fits && Object.is(tokens[0], logits[0])) return tokens;
    const got = inputShapes.map((shape) => showShape(["N", ...shape])).join(" and ");
    const expected = "tokens [N, T] and logits [N, T, V]";
    throw new ShapeError(message(this.kind, "the inputs do not fit", { expected, got }));
  }

  protected override build([, logits]: readonly Shape[]): void {
    this.#vocabulary = logits[1];
    const initializer = constant({ value: this.given.rate });
    this.#rate = this.declare({ name: "rate", shape: [1], initializer, trainable: false });
  }

  override call([tokens, logits]: readonly Tensor[], { training, random, stream, masks }: CallContext): Tensor {
    if (!training) return tokens;
    return noGrad(() => {
      const [N, T] = tokens.shape;
      const first = slice(tokens, [0, 0], [N, 1]);
      const predicted = T === 1 ? first : concat([first, slice(argMax(logits), [0, 0], [N, T - 1])], 1);
      const drawn = empty([N, T]);
      fillUniform(drawn, random, 0, 1, stream);
      const right = cast(tokens, "float32");
      const mixed = where(less(drawn, this.#rate.value), cast(predicted, "float32"), right);
      return cast(masks[0] === undefined ? mixed : where(factorsOf(masks[0], 2), mixed, right), "int32");
    });
  }

  override get stepwiseFrom(): number {
    return 2;
  }
}
