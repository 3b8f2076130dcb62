/** What a rule of forward mode is. Letters: forwardMode.ts. */
import { UsageError } from "../errors.js";
import type { Op, OpCall } from "../ops/defineOp.js";
import { add } from "../ops/pointwise/arithmetic.js";
import type { Tensor } from "../tensor/tensor.js";

/** A call of an op as its rule sees it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each rule knows the attributes of its ops
export interface TangentCall<A = any> extends OpCall<A> {
  /** ẋ of each operand; undefined where it is zero. */
  readonly tangents: readonly (Tensor | undefined)[];
  /** Runs a formula over ops under forward mode, so that what it returns has tangents. */
  readonly follow: <T>(formula: () => T) => T;
  /** ẏ of a tensor that {@link follow} has given; undefined where it is zero. */
  readonly tangentOf: (y: Tensor) => Tensor | undefined;
  /** True where a gradient or another tangent is to flow through what the rule computes, so that no kernel will do. */
  readonly isFollowed: boolean;
  /** True where it is another tangent. */
  readonly isNested: boolean;
}

/** ẏ of each output; undefined where it is zero. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
export type Rule<A = any> = (call: TangentCall<A>) => readonly (Tensor | undefined)[];

/** An op with attributes of any kind. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
export type AnyOp = Op<any>;

/** The rules of some ops. */
export type Rules = readonly (readonly [AnyOp, Rule])[];

/** An op whose tangent cannot be differentiated once more. */
export class SecondDerivativeError extends UsageError {}

/** The sum of tangents of which some may be zero. */
export function sumOf(tangents: readonly (Tensor | undefined)[]): Tensor | undefined {
  return tangents.reduce((sum, next) => (sum && next ? add(sum, next) : (sum ?? next)), undefined);
}
