/**
 * What the layers of attention share: their inputs, as Keras orders them, the mask of the keys, and the call of the op.
 * [query, value] or [query, value, key]; without a key the values are the keys too, and a single tensor is all three.
 * Letters: N samples, Tq and Tk steps, F features of each. Does not know scores or projections.
 */
import { ShapeError, message } from "../../errors.js";
import { attention, attentionWeights } from "../../ops/attention/attention.js";
import type { AttentionWeightsOptions } from "../../ops/attention/attentionOptions.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import { SequenceLayer } from "../sequenceLayer.js";

/** The options that all layers of attention have. */
interface AttentionValues {
  readonly dropout: number;
  readonly causal: boolean;
  readonly returnWeights: boolean;
}

/** A layer of attention. V: the values of its options. */
export abstract class AttentionLayer<V extends AttentionValues> extends SequenceLayer<V> {
  override readonly keepsMore = true;
  abstract override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[];

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return this.outputShapes(inputShapes)[0];
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    return this.callMany(inputs, context)[0];
  }

  override outputMask(_inputs: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return mask;
  }

  /** Weights know the features of queries, values and keys: any number of steps, and one to three inputs, will do. */
  protected override acceptsAlso(shapes: readonly Shape[], built: readonly Shape[]): boolean {
    const known = queryValueKey(built);
    return queryValueKey(shapes).every((shape, i) => shape[1] === known[i][1]);
  }

  /** The op with the layer's dropout, causality and mask. @returns its output, and with returnWeights the weights */
  protected attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    { training, random, stream, masks }: CallContext,
    own: AttentionWeightsOptions = {},
  ): readonly [Tensor, ...Tensor[]] {
    const { dropout: rate, causal, returnWeights } = this.given;
    const options = { ...own, causal, mask: keyMask(masks) };
    const dropped = training && rate > 0 ? { dropout: { rate, random, stream } } : {};
    const y = attention(q, k, v, { ...options, ...dropped });
    return returnWeights ? [y, attentionWeights(q, k, options)] : [y];
  }
}

/** Query, value and key of a list of inputs. */
export function queryValueKey<T>([query, value = query, key = value]: readonly T[]): readonly [T, T, T] {
  return [query, value, key];
}

/**
 * Checks that the inputs are one to three sequences of vectors, and that there is a key for each value.
 * @throws {ShapeError} when they do not fit
 */
export function checkAttentionInputs(kind: string, shapes: readonly Shape[]): void {
  const got = shapes.map((shape) => showShape(["N", ...shape])).join(" and ");
  if (shapes.length > 3) {
    const expected = "[x], [query, value] or [query, value, key]";
    throw new ShapeError(message(kind, "wrong number of inputs", { expected, got: String(shapes.length) }));
  }
  if (shapes.some((shape) => shape.length !== 2))
    throw new ShapeError(message(kind, "the inputs must be sequences of vectors", { expected: "[N, T, F] each", got }));
  const [, value, key] = queryValueKey(shapes);
  if (Object.is(value[0], key[0])) return;
  throw new ShapeError(
    message(kind, "the numbers of keys and values differ", { expected: "a key for each value", got }),
  );
}

/** Which keys count: those that do as values and as keys. The queries' mask is theirs where they are the only input. */
function keyMask(masks: CallContext["masks"]): Tensor | undefined {
  if (masks.length === 1) return masks[0];
  const [, value, key] = masks;
  return key ?? value;
}
