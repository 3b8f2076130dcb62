/**
 * Average pooling of images, sequences and volumes. Letters: x (N, H, W, C), y (N, oH, oW, C). Options and checks are
 * poolGeometry.ts's.
 */
import { averagePoolBackward, averagePoolForward } from "#wasm/kernels";
import { poolShape } from "#wasm/layout-pool";
import { writeStruct } from "../../runtime/struct.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, checkDtype, defineOp } from "../defineOp.js";
import { type PoolOptions, type Pooling, geometryOf, pool1d, pool2d, pool3d, pooledShape } from "./poolGeometry.js";

/** y = the mean of each window. */
export const averagePoolOp = defineOp<Pooling>({
  name: "averagePool2d",
  shape([x], pooling) {
    checkDtype(pooling.op, "x", x, "float32");
    return [{ shape: [x.shape[0], ...pooledShape(pooling, x.shape.slice(1))] }];
  },
  forward({ inputs: [x], outputs: [y], attributes }) {
    averagePoolForward(y.ptr, x.ptr, writeStruct(poolShape, geometryOf(x, attributes)), 1, 0);
  },
  backward({ inputs: [x], dOutputs: [dY], attributes, gradient }) {
    const geometry = geometryOf(x, attributes);
    gradient(0, (dX, accumulate) => averagePoolBackward(dX, dY!.ptr, writeStruct(poolShape, geometry), 1, accumulate));
  },
  saved: {},
});

/**
 * The mean of each window of an image, channel by channel. Padding does not count (TensorFlow's rule).
 *
 * @param x        (N, H, W, C) float32 → (N, oH, oW, C), sizes as for convolution
 * @param options  poolSize, strides, padding
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when x has another rank or dtype, or the window is larger than the padded input
 */
export function averagePool2d(x: Tensor, options: PoolOptions = {}): Tensor {
  return pool2d("averagePool2d", x, options, run);
}

/** As {@link averagePool2d} for sequences, x (N, T, C) → (N, oT, C). */
export function averagePool1d(x: Tensor, options: PoolOptions = {}): Tensor {
  return pool1d("averagePool1d", x, options, run);
}

/** As {@link averagePool2d} for volumes, x (N, D, H, W, C) → (N, oD, oH, oW, C). */
export function averagePool3d(x: Tensor, options: PoolOptions = {}): Tensor {
  return pool3d("averagePool3d", x, options, run);
}

function run(x: Tensor, pooling: Pooling): Tensor {
  return apply(averagePoolOp, [x], pooling);
}
