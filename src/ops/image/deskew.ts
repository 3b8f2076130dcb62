/**
 * Straightens slanted writing by the moments of the image, as for the "deskewed" rows of the MNIST table. Letters:
 * images (N, H, W, C).
 * Source: LeCun et al. 1998, "Gradient-based learning applied to document recognition".
 */
import { deskewField } from "#wasm/kernels";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, defineOp } from "../defineOp.js";
import { checkImages } from "./imageChecks.js";
import { sampleBilinear } from "./sampleBilinear.js";

/** The places (N, 2, H, W) at which straightened images read the originals; has no gradient. */
export const deskewFieldOp = defineOp({
  name: "deskew",
  shape([x]) {
    checkImages("deskew", x);
    const [N, H, W] = x.shape;
    return [{ shape: [N, 2, H, W] }];
  },
  forward({ inputs: [x], outputs: [field] }) {
    const [N, H, W, C] = x.shape;
    deskewField(field.ptr, x.ptr, N, H, W, C);
  },
});

/**
 * Moves the centre of mass of each image to the middle and shears the image so that rows and columns of its ink are
 * uncorrelated.
 *
 * @param x  (N, H, W, C) float32, values ≥ 0: background 0, ink above. An image without ink stays as it is
 * @returns (N, H, W, C); the gradient treats the shear as a constant
 * @throws {ShapeError} when x has another rank or dtype
 */
export function deskew(x: Tensor): Tensor {
  const field = apply(deskewFieldOp, [x], undefined);
  const y = sampleBilinear(x, field);
  field.dispose();
  return y;
}
