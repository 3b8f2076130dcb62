/**
 * Reads images at given places, interpolating between four pixels. Letters: images (N, H, W, C); field (N, 2, H, W),
 * the row and the column, in pixels, at which each pixel of the output is read. Source: Jaderberg et al. 2015, "Spatial
 * transformer networks".
 */
import { sampleBilinear as sampleBilinearKernel, sampleBilinearBackward } from "#wasm/kernels";
import { checkKeys } from "../../errors.js";
import { checkNumber } from "../../options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, defineOp } from "../defineOp.js";
import { checkBeside, checkImages } from "./imageChecks.js";

/** y[n, i, j] = x[n] at field[n, :, i, j]. */
export const sampleBilinearOp = defineOp<{ readonly fill: number }>({
  name: "sampleBilinear",
  operands: "x field",
  shape([x, field]) {
    checkImages("sampleBilinear", x);
    const [N, H, W] = x.shape;
    checkBeside("sampleBilinear", "field", field, x, "[N, 2, H, W]", [N, 2, H, W]);
    return [{ shape: x.shape }];
  },
  forward({ inputs: [x, field], outputs: [y], attributes: { fill } }) {
    const [N, H, W, C] = x.shape;
    sampleBilinearKernel(y.ptr, x.ptr, field.ptr, N, H, W, C, fill);
  },
  backward({ inputs: [x, field], dOutputs: [dY], gradient }) {
    const [N, H, W, C] = x.shape;
    gradient(0, (dX, accumulate) => sampleBilinearBackward(dX, dY!.ptr, field.ptr, N, H, W, C, accumulate));
  },
  saved: { inputs: [1] },
  constants: [1],
});

/**
 * y[n, i, j] = x[n] at row field[n, 0, i, j] and column field[n, 1, i, j], interpolated between four pixels.
 *
 * @param x        (N, H, W, C) float32
 * @param field    (N, 2, H, W) float32, in pixels; has no gradient
 * @param options  fill: the value outside the image, default 0
 * @returns (N, H, W, C)
 * @throws {ShapeError} when shapes or dtypes do not fit
 * @throws {UsageError} when field requires a gradient
 */
export function sampleBilinear(x: Tensor, field: Tensor, options: { readonly fill?: number } = {}): Tensor {
  checkKeys("sampleBilinear", options, ["fill"]);
  const { fill = 0 } = options;
  checkNumber("sampleBilinear", "fill", fill, "(-∞, ∞)");
  return apply(sampleBilinearOp, [x, field], { fill });
}
