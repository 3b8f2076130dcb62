/**
 * Max pooling of images, sequences and volumes. Letters: x (N, H, W, C), y (N, oH, oW, C). Options and checks are
 * poolGeometry.ts's.
 */
import { maxPoolBackward, maxPoolForward } from "#wasm/kernels";
import { poolShape } from "#wasm/layout-pool";
import { writeStruct } from "../../runtime/struct.js";
import { sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { applyMany, checkDtype, defineOp } from "../defineOp.js";
import { type PoolOptions, type Pooling, geometryOf, pool1d, pool2d, pool3d, pooledShape } from "./poolGeometry.js";

/**
 * y = the largest value of each window. The second output, for the backward pass, is its position, two bytes per
 * element.
 */
export const maxPoolOp = defineOp<Pooling>({
  name: "maxPool2d",
  shape([x], pooling) {
    checkDtype(pooling.op, "x", x, "float32");
    const shape = [x.shape[0], ...pooledShape(pooling, x.shape.slice(1))];
    return [{ shape }, { shape: [2 * sizeOf(shape)], dtype: "uint8" }];
  },
  forward({ inputs: [x], outputs: [y, positions], attributes }) {
    maxPoolForward(y.ptr, positions.ptr, x.ptr, writeStruct(poolShape, geometryOf(x, attributes)));
  },
  backward({ inputs: [x], outputs: [, positions], dOutputs: [dY], attributes, gradient }) {
    const geometry = geometryOf(x, attributes);
    gradient(0, (dX, accumulate) =>
      maxPoolBackward(dX, dY!.ptr, positions.ptr, writeStruct(poolShape, geometry), accumulate),
    );
  },
  saved: { outputs: [1] },
});

/**
 * The largest value of each window of an image, channel by channel. The gradient goes to its position, the first of
 * equal ones; NaN counts as the largest.
 *
 * @param x        (N, H, W, C) float32 → (N, oH, oW, C), sizes as for convolution
 * @param options  poolSize, strides, padding; padding is never the largest
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when x has another rank or dtype, or the window is larger than the padded input
 */
export function maxPool2d(x: Tensor, options: PoolOptions = {}): Tensor {
  return pool2d("maxPool2d", x, options, run);
}

/** As {@link maxPool2d} for sequences, x (N, T, C) → (N, oT, C). */
export function maxPool1d(x: Tensor, options: PoolOptions = {}): Tensor {
  return pool1d("maxPool1d", x, options, run);
}

/** As {@link maxPool2d} for volumes, x (N, D, H, W, C) → (N, oD, oH, oW, C). */
export function maxPool3d(x: Tensor, options: PoolOptions = {}): Tensor {
  return pool3d("maxPool3d", x, options, run);
}

function run(x: Tensor, pooling: Pooling): Tensor {
  const [y, positions] = applyMany(maxPoolOp, [x], pooling);
  positions.dispose();
  return y;
}
