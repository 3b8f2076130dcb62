/**
 * Slanted writing set upright by the moments of the image, as for the "deskewed" rows of MNIST's table. Letters: images (N, H, W, C).
 * Source: LeCun et al. 1998, "Gradient-based learning applied to document recognition".
 */
import { imageKernels } from "../../runtime/parts/images.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, defineOp } from "../defineOp.js";
import { checkImages } from "./imageChecks.js";
import { sampleBilinear } from "./sampleBilinear.js";

/** The places (N, 2, H, W) at which upright images are read; has no gradient. */
export const deskewFieldOp = defineOp({
  name: "deskew",
  shape([x]) {
    checkImages("deskew", x);
    const [N, H, W] = x.shape;
    return [{ shape: [N, 2, H, W] }];
  },
  forward({ inputs: [x], outputs: [field] }) {
    const [N, H, W, C] = x.shape;
    imageKernels().deskewField(field.ptr, x.ptr, N, H, W, C);
  },
});

/**
 * Each image with its centre of mass in the middle, sheared so that rows and columns of its ink do not correlate.
 *
 * @param x  (N, H, W, C) float32, values ≥ 0: background 0, ink above. An image without ink stays as it is
 * @returns (N, H, W, C); the gradient takes the shear as given
 * Errors: ShapeError for another shape or dtype.
 */
export function deskew(x: Tensor): Tensor {
  const field = apply(deskewFieldOp, [x], undefined);
  const y = sampleBilinear(x, field);
  field.dispose();
  return y;
}
