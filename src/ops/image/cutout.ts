/**
 * Cutout: sets a square at a random place of each image to 0; it may lie partly outside. Letters: images (N, H, W, C).
 * Source: DeVries & Taylor 2017, "Improved regularization of convolutional neural networks with cutout".
 */
import { cutout as cutoutKernel } from "#wasm/kernels";
import { checkInteger } from "../../options.js";
import { empty } from "../../tensor/create.js";
import type { RandomState } from "../../tensor/randomState.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, checkTensors, defineOp } from "../defineOp.js";
import { checkBeside, checkImages } from "./imageChecks.js";
import { checkRandom, fillUniform } from "../random.js";

/** y = x without a square, from x and the centre of the square (N, 2) as fractions of H and W. */
export const cutoutOp = defineOp<{ readonly size: number }>({
  name: "cutout",
  operands: "x draws",
  shape([x, draws], { size }) {
    checkImages("cutout", x);
    checkBeside("cutout", "draws", draws, x, "[N, 2]", [x.shape[0], 2]);
    checkInteger("cutout", "size", size, "[1, ∞)");
    return [{ shape: x.shape }];
  },
  forward({ inputs: [x, draws], outputs: [y], attributes: { size } }) {
    const [N, H, W, C] = x.shape;
    cutoutKernel(y.ptr, x.ptr, draws.ptr, N, H, W, C, size, 0, 0);
  },
  backward({ inputs: [x, draws], dOutputs: [dY], attributes: { size }, gradient }) {
    const [N, H, W, C] = x.shape;
    gradient(0, (dX, accumulate) => cutoutKernel(dX, dY!.ptr, draws.ptr, N, H, W, C, size, 0, accumulate));
  },
  saved: { inputs: [1] },
  constants: [1],
});

/**
 * Sets a square of size × size pixels at a random place of each image to 0. Where depends only on seed, counter and
 * stream of `random`.
 *
 * @param x       (N, H, W, C) float32
 * @param size    the side of the square in pixels, ≥ 1
 * @param random  read, not advanced
 * @param stream  one of the state's sequences. Default 0
 * @returns (N, H, W, C)
 * @throws {ShapeError} when x has another rank or dtype
 * @throws {UsageError} when size is not an integer ≥ 1
 */
export function cutout(x: Tensor, size: number, random: RandomState, stream = 0): Tensor {
  checkTensors("cutout", [x]);
  checkImages("cutout", x);
  checkRandom("cutout", random, stream);
  checkInteger("cutout", "size", size, "[1, ∞)");
  const draws = empty([x.shape[0], 2]);
  fillUniform(draws, random, 0, 1, stream);
  const y = apply(cutoutOp, [x, draws], { size });
  draws.dispose();
  return y;
}
