/**
 * The gradient of a convolution's kernel alone: an op for benchmarks, since for users it is a part of a backward pass.
 * Letters: bench/cases/conv.ts.
 */
import type { Case } from "../case.js";
import { type ConvShape, backwardKernel, convCase, convShapes } from "./conv.js";
import { convolveBackwardKernel } from "../../src/ops/image/convolutionProducts.js";
import { apply, defineOp } from "../../src/ops/defineOp.js";
import { windowPlaces } from "../../src/tensor/window.js";

/** dKernel from x and dY. */
const kernelGradientOp = defineOp<ConvShape>({
  name: "kernelGradient",
  shape: (_, { k, C, O }) => [{ shape: [k, k, C, O] }],
  forward({ inputs: [x, dY], outputs: [dKernel], attributes: { N, size, C, O, k, s }, scratch }) {
    const axis = { name: "H", input: size, window: k, stride: s };
    const [{ output, before }] = windowPlaces("bench", [axis], "same");
    const image = { N, H: size, W: size, C, oH: output, oW: output };
    const windows = { kH: k, kW: k, O, groups: 1, sH: s, sW: s, dH: 1, dW: 1, pH: before, pW: before };
    convolveBackwardKernel({ ...image, ...windows }, [dKernel.ptr, x.ptr, dY.ptr], 0, scratch);
  },
});

/** The kernel's gradient for each shape. */
export const convGradientCases: readonly Case[] = convShapes.map((one) =>
  convCase(one, { ...backwardKernel, compute: (shape, x, dY) => apply(kernelGradientOp, [x, dY], shape) }),
);
