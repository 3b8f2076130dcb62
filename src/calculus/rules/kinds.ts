/** The kinds of rules: how the tangent of an op follows from what kind of function it is. Letters: forwardMode.ts. */
import { message } from "../../errors.js";
import { apply, applyMany, pullBack } from "../../ops/defineOp.js";
import { mul } from "../../ops/pointwise/arithmetic.js";
import { ones, zeros } from "../../tensor/create.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Rule, SecondDerivativeError, type TangentCall, sumOf } from "../rule.js";

/**
 * A linear op is applied to the tangents themselves. @param change what its attributes are then, such as a constant
 * that it adds
 */
export function linear<A = undefined>(change: (attributes: A) => A = (attributes) => attributes): Rule<A> {
  return ({ op, inputs, tangents, attributes }) => {
    const isMoving = (i: number): boolean => inputs[i].dtype === "float32" && op.constants?.includes(i) !== true;
    const operands = inputs.map((x, i) => (isMoving(i) ? (tangents[i] ?? zeros(x.shape)) : x));
    return applyMany(op, operands, change(attributes));
  };
}

/** A product of its operands: the sum over them of the op with that operand replaced by its tangent. */
export function product<A>(): Rule<A> {
  return ({ op, inputs, tangents, attributes }) => [
    sumOf(tangents.map((tangent, i) => tangent && apply(op, inputs.with(i, tangent), attributes))),
  ];
}

/**
 * An elementwise op of one operand: ẏ = f′(x)·ẋ, which is what its backward kernel computes. @param derivative f′ as a
 * formula over ops, for second derivatives
 */
export function elementwise<A = undefined>(derivative: (x: Tensor, y: Tensor, attributes: A) => Tensor): Rule<A> {
  return (call) => {
    const tangent = call.tangents[0]!;
    if (!call.isFollowed) return pullBack(call, [tangent], [0]);
    return [mul(derivative(call.inputs[0], call.outputs[0], call.attributes), tangent)];
  };
}

/**
 * For a rule that is a kernel. @param isDifferentiated  whether its tangent is to be differentiated once more
 * @throws {SecondDerivativeError} where it is
 */
export function checkLast({ op, isFollowed }: TangentCall, isDifferentiated = isFollowed): void {
  if (isDifferentiated) throw new SecondDerivativeError(message(op.name, "its tangent has no second derivative"));
}

/** f′ of an elementwise op that is linear piece by piece, as a constant: what its backward pass makes of ones. */
export const piecewise: Rule = (call) => [mul(slopes(call, 0), call.tangents[0]!)];

/** ∂y/∂x of operand `i`, summed over the outputs: of x's shape, a constant. */
export function slopes(call: TangentCall, i: number): Tensor {
  const [y, ...others] = call.outputs;
  return noGrad(() => pullBack(call, [ones(y.shape), ...others.map(() => undefined)], [i])[i]!);
}

/**
 * An op whose every output depends on elements of operand 0 that no other output depends on (a sum along an axis, the
 * loss of a row): the backward pass of ones gives all their derivatives, and `gather` sums those of each output.
 */
export function grouped<A>(gather: (products: Tensor, call: TangentCall<A>) => Tensor, isPiecewise = false): Rule<A> {
  return (call) => {
    if (!isPiecewise) checkLast(call);
    return [gather(mul(slopes(call, 0), call.tangents[0]!), call)];
  };
}

/** A fused op goes through the formula that it stands for. @param formula the outputs that have a gradient, in order */
export function through<A>(
  formula: (inputs: readonly Tensor[], attributes: A) => readonly (Tensor | undefined)[],
): Rule<A> {
  return ({ inputs, attributes, follow, tangentOf }) =>
    follow(() => formula(inputs, attributes)).map((y) => y && tangentOf(y));
}
