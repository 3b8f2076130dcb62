/**
 * Enlarges images by whole factors: nearest neighbours or bilinear. Letters: x (N, H, W, C), y (N, fH·H, fW·W, C).
 * Upsampling by nearest neighbours and average pooling without the division are each other's gradients.
 */
import { averagePoolBackward, averagePoolForward, bilinearBackward, bilinearForward } from "#wasm/kernels";
import { type PoolShape, poolShape } from "#wasm/layout-pool";
import { type Table, oneOf, resolve } from "../../options.js";
import { writeStruct } from "../../runtime/struct.js";
import { checkRank } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { eachAxis, sizes } from "../../tensor/window.js";
import { apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";

/** How the pixels between those of x are computed. */
export type Interpolation = "nearest" | "bilinear";

/** Options of {@link upsample2d}. */
export interface UpsampleOptions {
  /** Factors fH and fW, or one for both: integers ≥ 1. Default 2. */
  readonly size?: number | readonly number[];
  /** Default "nearest". "bilinear" puts the centres of pixels at halves and repeats the border, as in Keras. */
  readonly interpolation?: Interpolation;
}

/** The options of upsampling. */
export const upsampleTable = {
  size: sizes(2, 2),
  interpolation: oneOf(["nearest", "bilinear"], "nearest"),
} satisfies Table<UpsampleOptions>;

/** Checked options. */
export interface Upsampling {
  readonly size: readonly number[];
  readonly interpolation: Interpolation;
}

/** y = x enlarged. */
export const upsampleOp = defineOp<Upsampling>({
  name: "upsample2d",
  shape([x], { size: [fH, fW] }) {
    checkDtype("upsample2d", "x", x, "float32");
    checkRank("upsample2d", "x", x.shape, "[N, H, W, C]");
    const [n, h, w, c] = x.shape;
    return [{ shape: [n, fH * h, fW * w, c] }];
  },
  forward({ inputs: [x], outputs: [y], attributes: { size, interpolation } }) {
    const [n, h, w, c] = x.shape;
    if (interpolation === "nearest")
      averagePoolBackward(y.ptr, x.ptr, writeStruct(poolShape, sideBySide(x, size)), 0, 0);
    else bilinearForward(y.ptr, x.ptr, n, h, w, c, size[0], size[1]);
  },
  backward({ inputs: [x], dOutputs: [dY], attributes: { size, interpolation }, gradient }) {
    const [n, h, w, c] = x.shape;
    gradient(0, (dX, accumulate) => {
      if (interpolation === "nearest") {
        averagePoolForward(dX, dY!.ptr, writeStruct(poolShape, sideBySide(x, size)), 0, accumulate);
      } else bilinearBackward(dX, dY!.ptr, n, h, w, c, size[0], size[1], accumulate);
    });
  },
  saved: {},
});

/** The geometry of the pooling whose windows of fH × fW turn y's shape into x's. */
function sideBySide({ shape: [n, h, w, c] }: Tensor, [fH, fW]: readonly number[]): PoolShape {
  return { n, h: h * fH, w: w * fW, c, oH: h, oW: w, kH: fH, kW: fW, sH: fH, sW: fW, pH: 0, pW: 0 };
}

/**
 * Enlarges an image by whole factors.
 *
 * @param x        (N, H, W, C) float32 → (N, fH·H, fW·W, C)
 * @param options  size: the factors; interpolation: "nearest" or "bilinear"
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when x has another rank or dtype
 */
export function upsample2d(x: Tensor, options: UpsampleOptions = {}): Tensor {
  checkTensors("upsample2d", [x]);
  return apply(upsampleOp, [x], upsamplingOf("upsample2d", options));
}

/** Checks options and fills in the defaults. @throws {UsageError} when an option is unknown or out of range */
export function upsamplingOf(op: string, options: UpsampleOptions): Upsampling {
  const { size, interpolation } = resolve(op, options, upsampleTable);
  return { size: eachAxis(op, "size", size, 2), interpolation };
}
