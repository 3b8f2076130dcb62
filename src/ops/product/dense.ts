/**
 * A fully connected layer: one matrix product, then bias and activation in one pass over the result.
 * Letters: rows, all axes of x but the last; I input features, O output features.
 */
import { biasActivationBackward, biasActivationForward, gemm, gemmScratchBytes } from "#wasm/kernels";
import { transposeA, transposeB, transposeNone } from "#wasm/layout-gemm";
import { ShapeError, message } from "../../errors.js";
import { rowsOf, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import {
  type Activation,
  type FusedActivation,
  activateApart,
  checkActivation,
  fusedActivation,
  isFused,
} from "../pointwise/activate.js";
import { apply, checkDtype, defineOp } from "../defineOp.js";

/** y = f(x·W + b) from x, W and, if there is one, b. */
export const denseOp = defineOp<FusedActivation>({
  name: "dense",
  operands: "x kernel bias",
  shape(inputs) {
    const [x, kernel, bias] = inputs as [Tensor, Tensor, Tensor?];
    checkDtype("dense", "x", x, "float32");
    checkDtype("dense", "kernel", kernel, "float32");
    if (kernel.rank !== 2) {
      const got = `kernel ${showShape(kernel.shape)}`;
      throw new ShapeError(message("dense", "kernel must have shape [I, O]", { got }));
    }
    const [I, O] = kernel.shape;
    if (x.rank === 0 || x.shape[x.rank - 1] !== I) {
      const expected = `x [..., I] with I = ${I} (kernel [I, O] = ${showShape(kernel.shape)})`;
      throw new ShapeError(message("dense", "input features differ", { expected, got: `x ${showShape(x.shape)}` }));
    }
    if (bias !== undefined) {
      checkDtype("dense", "bias", bias, "float32");
      if (bias.rank !== 1 || bias.size !== O) {
        const expected = `bias [O] with O = ${O} (kernel [I, O] = ${showShape(kernel.shape)})`;
        throw new ShapeError(
          message("dense", "the bias does not fit", { expected, got: `bias ${showShape(bias.shape)}` }),
        );
      }
    }
    return [{ shape: [...x.shape.slice(0, -1), O] }];
  },
  forward({ inputs, outputs: [y], attributes, scratch }) {
    const [x, kernel, bias] = inputs as [Tensor, Tensor, Tensor?];
    const [I, O] = kernel.shape;
    const rows = rowsOf(y.shape);
    const { code, alpha } = fusedActivation(attributes);
    gemm(transposeNone, rows, O, I, x.ptr, I, kernel.ptr, O, 0, y.ptr, O, scratch(gemmScratchBytes(rows, O, I)));
    if (code !== 0 || bias !== undefined) biasActivationForward(y.ptr, bias?.ptr ?? 0, rows, O, code, alpha);
  },
  backward({ inputs: [x, kernel], outputs: [y], dOutputs, attributes, gradient, wants, scratch }) {
    const [I, O] = kernel.shape;
    const rows = rowsOf(y.shape);
    const { code, alpha } = fusedActivation(attributes);
    const dY = dOutputs[0]!.ptr;
    const dZ = code === 0 ? 0 : dY; // dZ = dY ⊙ f′(y) overwrites dY: this op is the last to read it
    const output = code === 0 ? dY : y.ptr; // the identity's derivative reads no output
    if (wants(2))
      gradient(2, (dB, accumulate) => biasActivationBackward(dZ, dB, dY, output, rows, O, code, alpha, accumulate));
    else if (dZ !== 0) biasActivationBackward(dZ, 0, dY, output, rows, O, code, alpha, 0);
    gradient(1, (dW, accumulate) =>
      gemm(transposeA, I, O, rows, x.ptr, I, dY, O, accumulate, dW, O, scratch(gemmScratchBytes(I, O, rows))),
    );
    gradient(0, (dX, accumulate) =>
      gemm(transposeB, rows, I, O, dY, O, kernel.ptr, O, accumulate, dX, I, scratch(gemmScratchBytes(rows, I, O))),
    );
  },
  saved: { inputs: [0, 1], outputs: [0] },
});

/**
 * A fully connected layer: y = f(x·W + b) over the last axis.
 *
 *   dZ = dY ⊙ f′     dW = xᵀ·dZ     db = Σ dZ     dX = dZ·Wᵀ (only if x requires a gradient)
 *
 * @param x           (…, I) float32
 * @param kernel      W (I, O)
 * @param bias        b (O), or undefined for none
 * @param activation  f; default "linear"
 * @returns (…, O)
 * Cost: 2·rows·I·O flops forward, twice that backward. Bias and activation are one pass over y, except for "gelu",
 * "silu" and "softmax", which are ops of their own because their derivatives need their input.
 * @throws {ShapeError} when shapes or dtypes do not fit
 * @throws {UsageError} when the activation is unknown
 */
export function dense(x: Tensor, kernel: Tensor, bias: Tensor | undefined, activation: Activation = "linear"): Tensor {
  checkActivation("dense", activation);
  const operands = bias === undefined ? [x, kernel] : [x, kernel, bias];
  if (isFused(activation)) return apply(denseOp, operands, activation);
  return activateApart(apply(denseOp, operands, "linear"), activation);
}
