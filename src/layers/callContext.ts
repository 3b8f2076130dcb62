/** What a call of a layer gets besides its operands: whether it trains, its random numbers, and the masks. */
import type { RandomState } from "../tensor/randomState.js";
import type { Tensor } from "../tensor/tensor.js";

/** What `call` needs besides its operands. */
export interface CallContext {
  /** True in fit: dropout drops units, batch statistics are used. */
  readonly training: boolean;
  /** The model's counter-based generator. */
  readonly random: RandomState;
  /** The stream of the generator that this call draws from. */
  readonly stream: number;
  /**
   * For each operand, which of its steps count, (N, T) int32: 0 for padding. Undefined: all. Note [Masks] in
   * sequencePart.ts
   */
  readonly masks: readonly (Tensor | undefined)[];
  /**
   * When the samples are steps of sequences: which of them count, (N) int32. Undefined: all. Only statistics over the
   * batch use it.
   */
  readonly rows?: Tensor | undefined;
}

/**
 * The context of part `k` of a layer's call, with a stream of its own. A layer that draws more than once, or holds
 * other layers, numbers these parts.
 */
export function partOf(context: CallContext, k: number): CallContext {
  return { ...context, stream: context.stream + k * 2 ** 20 };
}
