/** Rules of maxima, products, softmax and losses. Letters: forwardMode.ts; a loss has R rows of C. */
import { apply } from "../../ops/defineOp.js";
import { crossEntropyOp } from "../../ops/loss/crossEntropy.js";
import { ctcLossOp } from "../../ops/loss/ctcLoss.js";
import {
  absoluteErrorOp,
  binaryCrossEntropyOp,
  cosineSimilarityOp,
  halfSquaredErrorOp,
  hingeOp,
  huberOp,
  kullbackLeiblerOp,
  sigmoidCrossEntropyOp,
  squaredErrorOp,
} from "../../ops/loss/rowLosses.js";
import { softmaxCrossEntropyOp } from "../../ops/loss/softmaxCrossEntropy.js";
import { logSoftmaxOp, softmax, softmaxOp } from "../../ops/norm/softmax.js";
import { sigmoid } from "../../ops/pointwise/activationFunctions.js";
import { add, mul, sub } from "../../ops/pointwise/arithmetic.js";
import { exp } from "../../ops/pointwise/unary.js";
import { type CumulativeRun, cumprodOp } from "../../ops/reduce/cumulative.js";
import { type AxisRun, maxOp, minOp, prodOp, sum, sumOp } from "../../ops/reduce/reduce.js";
import { concat } from "../../ops/shape/concat.js";
import { reshape } from "../../ops/shape/reshape.js";
import { slice } from "../../ops/shape/slice.js";
import { ones } from "../../tensor/create.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Rule, TangentCall, Rules } from "../rule.js";
import { grouped, slopes, through } from "./kinds.js";

/** Sums what belongs to each loss. @param products of the prediction's shape */
function overRows(products: Tensor, { outputs: [losses] }: TangentCall<unknown>): Tensor {
  const C = losses.size === 0 ? 0 : products.size / losses.size;
  return sum(reshape(products, [...losses.shape, C]), -1);
}

const overAxes = (products: Tensor, { attributes }: TangentCall<AxisRun>): Tensor =>
  apply(sumOp, [products], attributes);

/** J = diag(y) − yyᵀ: ẏ = y ⊙ (ẋ − Σ y ⊙ ẋ). */
const ofSoftmax: Rule = ({ outputs: [y], tangents: [dX] }) => [
  mul(y, sub(dX!, sum(mul(y, dX!), -1, { keepDims: true }))),
];

/** J = 1 − 1·softmax(x)ᵀ: ẏ = ẋ − Σ eʸ ⊙ ẋ. */
const ofLogSoftmax: Rule = ({ outputs: [y], tangents: [dX] }) => [
  sub(dX!, sum(mul(exp(y), dX!), -1, { keepDims: true })),
];

/**
 * A loss whose slope is g(x) less a constant: softmax or the logistic function of logits less the targets, twice the
 * prediction less them. So the slope itself has a gradient, and the loss a second derivative.
 */
function lossOf(g: (x: Tensor, C: number) => Tensor): Rule<unknown> {
  return (call) => {
    const [x] = call.inputs;
    const slope = slopes(call, 0);
    if (!call.isFollowed) return [overRows(mul(slope, call.tangents[0]!), call)];
    const [losses] = call.outputs;
    const own = g(x, losses.size === 0 ? 1 : x.size / losses.size);
    const constant = noGrad(() => sub(own, slope));
    return [overRows(mul(sub(own, constant), call.tangents[0]!), call)];
  };
}

/** Step by step, since a quotient of products is wrong where an element is 0. */
function runningProducts([x]: readonly Tensor[], { axis, exclusive, reverse }: CumulativeRun): Tensor[] {
  const [begin, size] = [x.shape.map(() => 0), x.shape.with(axis, 1)];
  const places = [...Array(x.shape[axis]).keys()];
  const parts: Tensor[] = [];
  let product: Tensor = ones(size);
  for (const at of reverse ? places.toReversed() : places) {
    const next = mul(product, slice(x, begin.with(axis, at), size));
    parts.push(exclusive ? product : next);
    product = next;
  }
  if (parts.length === 0) return [mul(x, 1)];
  return [concat(reverse ? parts.toReversed() : parts, axis)];
}

export const sumRules: Rules = [
  ...[maxOp, minOp].map((op) => [op, grouped(overAxes, true)] as const),
  [prodOp, grouped(overAxes)],
  [cumprodOp, through(runningProducts)],
  [softmaxOp, ofSoftmax],
  [logSoftmaxOp, ofLogSoftmax],
  [softmaxCrossEntropyOp, lossOf((z) => softmax(z))],
  [sigmoidCrossEntropyOp, lossOf((z, C) => mul(sigmoid(z), 1 / C))],
  [squaredErrorOp, lossOf((p, C) => mul(p, 2 / C))],
  [halfSquaredErrorOp, lossOf((p) => add(p, 0))],
  ...([absoluteErrorOp, hingeOp] as const).map((op) => [op, grouped(overRows, true)] as const),
  ...([huberOp, kullbackLeiblerOp, cosineSimilarityOp, binaryCrossEntropyOp] as const).map(
    (op) => [op, grouped(overRows)] as const,
  ),
  [crossEntropyOp, grouped(overRows)],
  [ctcLossOp, grouped(overRows)],
];
