/** Rules of matrix products, convolutions and attention. Letters: forwardMode.ts, attention.ts. */
import { UsageError, message } from "../../errors.js";
import { attentionOp } from "../../ops/attention/attention.js";
import { type AttentionAttributes, biasShape } from "../../ops/attention/attentionOptions.js";
import { type Op, apply } from "../../ops/defineOp.js";
import { conv2dOp } from "../../ops/image/conv2d.js";
import { conv2dTransposeOp } from "../../ops/image/conv2dTranspose.js";
import { depthwiseConv2dOp } from "../../ops/image/depthwiseConv2d.js";
import { softmax } from "../../ops/norm/softmax.js";
import { type FusedActivation, activate } from "../../ops/pointwise/activate.js";
import { add, mul } from "../../ops/pointwise/arithmetic.js";
import { denseOp } from "../../ops/product/dense.js";
import { matmul, matmulOp } from "../../ops/product/matmul.js";
import { reshape } from "../../ops/shape/reshape.js";
import { transpose } from "../../ops/shape/transpose.js";
import { tensor } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Rule, TangentCall, Rules } from "../rule.js";
import { product, through } from "./kinds.js";

/** f(x ∘ kernel + bias) for a product ∘: the bare product by its own rule, then bias and activation as ops. */
function layer<A>(op: Op<A>, activationOf: (attributes: A) => FusedActivation, bare: (attributes: A) => A): Rule<A> {
  const formula = through<A>(([x, kernel, bias], attributes) => {
    const z = apply(op, [x, kernel], bare(attributes));
    return [activate(bias === undefined ? z : add(z, bias), activationOf(attributes))];
  });
  return (call) => {
    const isBare = call.inputs.length === 2 && activationOf(call.attributes) === "linear";
    return isBare ? product<A>()(call) : formula(call);
  };
}

interface Activated {
  readonly activation: FusedActivation;
}
const convolution = <A extends Activated>(op: Op<A>): readonly [Op<A>, Rule<A>] => [
  op,
  layer<A>(
    op,
    ({ activation }) => activation,
    (attributes) => ({ ...attributes, activation: "linear" }),
  ),
];

/** softmax(scale · Q·Kᵀ + bias + mask)·V, head by head, as products. A row whose keys are all masked is 0. */
function composedAttention(inputs: readonly Tensor[], attributes: AttentionAttributes): Tensor[] {
  const { heads, scale, causal, mask, bias } = attributes;
  const [q, k, v] = inputs.slice(0, 3).map((x) => {
    const [N, T, width] = x.shape;
    return transpose(reshape(x, [N, T, heads, width / heads]), [0, 2, 1, 3]); // (N, heads, T, D)
  });
  const [N, , Tq] = q.shape;
  const [, , Tk, Dv] = v.shape;
  const counts = mask === undefined ? undefined : inputs[mask].toTypedArray();
  const visible = Float32Array.from({ length: N * Tq * Tk }, (_, i) => {
    const [key, query, n] = [i % Tk, Math.floor(i / Tk) % Tq, Math.floor(i / (Tk * Tq))];
    return (causal && key > query) || counts?.[n * Tk + key] === 0 ? 0 : 1;
  });
  const isVisible = tensor(visible, [N, 1, Tq, Tk]);
  const hidden = tensor(visible.map((one) => (one === 0 ? -1e9 : 0)), [N, 1, Tq, Tk]); // prettier-ignore
  const products = mul(matmul(q, k, { transposeB: true }), scale); // (N, heads, Tq, Tk)
  const biased = bias === undefined ? products : add(products, reshape(inputs[bias], biasShape(inputs[bias])));
  const weights = mul(softmax(add(biased, hidden)), isVisible);
  return [reshape(transpose(matmul(weights, v), [0, 2, 1, 3]), [N, Tq, heads * Dv])];
}

/** By products and softmax. @throws {UsageError} where weights are dropped, which are not drawn once more */
const attended: Rule<AttentionAttributes> = (call: TangentCall<AttentionAttributes>) => {
  if (call.attributes.dropout !== undefined) {
    throw new UsageError(
      message("attention", "no rule for forward mode where weights are dropped", { hint: "Leave dropout out." }),
    );
  }
  return through(composedAttention)(call);
};

export const productRules: Rules = [
  [matmulOp, product()],
  [
    denseOp,
    layer<FusedActivation>(
      denseOp,
      (activation) => activation,
      () => "linear",
    ),
  ],
  convolution(conv2dOp),
  convolution(conv2dTransposeOp),
  convolution(depthwiseConv2dOp),
  [attentionOp, attended],
];
