/** Rules of the elementwise ops, those of one operand and those of two. Letters: forwardMode.ts. */
import { defineGradient } from "../../ops/defineGradient.js";
import { pullBack } from "../../ops/defineOp.js";
import {
  eluOp,
  geluOp,
  hardSigmoidOp,
  leakyReluOp,
  reluOp,
  seluOp,
  sigmoid,
  sigmoidOp,
  siluOp,
  softplusOp,
  tanhOp,
} from "../../ops/pointwise/activationFunctions.js";
import { atanOp, cos, cosOp, sin, sinOp, tanOp } from "../../ops/pointwise/angles.js";
import {
  add,
  addOp,
  div,
  divOp,
  maximumOp,
  minimumOp,
  mul,
  mulOp,
  sub,
  subOp,
} from "../../ops/pointwise/arithmetic.js";
import { greater } from "../../ops/pointwise/compare.js";
import { dropoutOp } from "../../ops/pointwise/dropout.js";
import { floorOp, roundOp, signOp } from "../../ops/pointwise/rounding.js";
import {
  absOp,
  clipOp,
  exp,
  expOp,
  logOp,
  negate,
  negateOp,
  pow,
  powOp,
  sqrtOp,
  square,
  squareOp,
} from "../../ops/pointwise/unary.js";
import { where, whereOp } from "../../ops/pointwise/where.js";
import { broadcastTo } from "../../ops/shape/broadcastTo.js";
import { ones } from "../../tensor/create.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Rule, sumOf, type AnyOp, type Rules } from "../rule.js";
import { checkLast, elementwise, linear, piecewise, product, slopes } from "./kinds.js";

/** y = a / b: ẏ = (ȧ − y·ḃ) / b. */
const quotient: Rule = ({ inputs: [, b], outputs: [y], tangents: [dA, dB] }) => [
  sumOf([dA && div(dA, b), dB && negate(div(mul(y, dB), b))]),
];

/** maximum and minimum: each operand's share of the output, as a constant of the output's shape, times its tangent. */
const choice: Rule = (call) => {
  const [y] = call.outputs;
  const shares = noGrad(() => {
    const inputs = call.inputs.map((x) => broadcastTo(x, y.shape));
    return pullBack({ ...call, inputs } as typeof call, [ones(y.shape)], [0, 1]);
  });
  return [sumOf(call.tangents.map((tangent, i) => tangent && mul(shares[i]!, tangent)))];
};

/** √(2π), in which the density of the normal distribution is divided. */
const rootOfTwoPi = Math.sqrt(2 * Math.PI);

/** gelu: f″ = φ(x)·(2 − x²), with φ the density; f′ itself, which is no formula over ops, comes from the kernel. */
const ofGelu: Rule = (call) => {
  const [[x], [dX]] = [call.inputs, call.tangents];
  if (!call.isFollowed) return pullBack(call, [dX!], [0]);
  checkLast(call, call.isNested);
  const slope = defineGradient(
    (_: Tensor) => slopes(call, 0),
    ({ inputs: [at], dOutput }) => {
      const density = div(exp(mul(square(at), -0.5)), rootOfTwoPi);
      return mul(dOutput, mul(density, sub(2, square(at))));
    },
  );
  return [mul(slope(x), dX!)];
};

/** selu: what x > 0 is multiplied by, and what is added to y below it (assembly/elementwise/activation.ts). */
const [seluSlope, seluOffset] = [1.0507009873554805, 1.0507009873554805 * 1.6732632423543772];

export const pointwiseRules: Rules = [
  ...([negateOp, addOp, subOp, whereOp] as const).map((op) => [op, linear()] as const),
  [mulOp, product()],
  [divOp, quotient],
  ...[maximumOp, minimumOp].map((op) => [op, choice] as const),
  ...([reluOp, leakyReluOp, absOp, clipOp, hardSigmoidOp, dropoutOp, floorOp, roundOp, signOp] as AnyOp[]).map(
    (op) => [op, piecewise] as const,
  ),
  [expOp, elementwise((_, y) => y)],
  [logOp, elementwise((x) => pow(x, -1))],
  [sqrtOp, elementwise((_, y) => mul(pow(y, -1), 0.5))],
  [squareOp, elementwise((x) => mul(x, 2))],
  [powOp, elementwise<{ readonly exponent: number }>((x, _, { exponent: p }) => mul(pow(x, p - 1), p))],
  [sinOp, elementwise((x) => cos(x))],
  [cosOp, elementwise((x) => negate(sin(x)))],
  [tanOp, elementwise((_, y) => add(square(y), 1))],
  [atanOp, elementwise((x) => pow(add(square(x), 1), -1))],
  [sigmoidOp, elementwise((_, y) => mul(y, sub(1, y)))],
  [tanhOp, elementwise((_, y) => sub(1, square(y)))],
  [softplusOp, elementwise((x) => sigmoid(x))],
  [siluOp, elementwise((x, y) => add(y, mul(sigmoid(x), sub(1, y))))],
  [eluOp, elementwise<{ readonly alpha: number }>((x, y, { alpha }) => where(greater(x, 0), 1, add(y, alpha)))],
  [seluOp, elementwise((x, y) => where(greater(x, 0), seluSlope, add(y, seluOffset)))],
  [geluOp, ofGelu],
];
