/** Rules of the elementwise ops, those of one operand and those of two. Letters: forwardMode.ts. */
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
import { dropoutOp } from "../../ops/pointwise/dropout.js";
import { floorOp, roundOp, signOp } from "../../ops/pointwise/rounding.js";
import {
  absOp,
  clipOp,
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
import { whereOp } from "../../ops/pointwise/where.js";
import { broadcastTo } from "../../ops/shape/broadcastTo.js";
import { ones } from "../../tensor/create.js";
import { noGrad } from "../../tensor/tape.js";
import { type Rule, sumOf, type AnyOp, type Rules } from "../rule.js";
import { elementwise, linear, piecewise, product } from "./kinds.js";

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
  ...([eluOp, seluOp, geluOp, siluOp] as AnyOp[]).map((op) => [op, elementwise()] as const),
];
