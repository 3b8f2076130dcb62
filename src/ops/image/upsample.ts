/**
 * Images enlarged by whole factors: nearest neighbours or bilinear. Letters: x (N, H, W, C), y (N, fH·H, fW·W, C).
 * Nearest neighbours are average pooling run backwards, without the division: each is the other's gradient.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import { imageKernels } from "../../runtime/parts/images.js";
import { showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { eachAxis } from "../../tensor/window.js";
import { apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";
import type { PoolGeometry } from "./poolGeometry.js";

/** How pixels between those of x are made. */
export type Interpolation = "nearest" | "bilinear";

/** Options of {@link upsample2d}. */
export interface UpsampleOptions {
  /** Factors fH and fW, or one for both: integers ≥ 1. Default 2. */
  readonly size?: number | readonly number[];
  /** Default "nearest". Bilinear takes the centres of pixels at halves and repeats the border, as Keras. */
  readonly interpolation?: Interpolation;
}

/** Options that were checked. */
export interface Upsampling {
  readonly size: readonly number[];
  readonly interpolation: Interpolation;
}

/** y = x enlarged. */
export const upsampleOp = defineOp<Upsampling>({
  name: "upsample2d",
  shape([x], { size: [fH, fW] }) {
    checkDtype("upsample2d", "x", x, "float32");
    if (x.rank !== 4) {
      const [expected, got] = [["N", "H", "W", "C"], x.shape].map(showShape);
      throw new ShapeError(message("upsample2d", "wrong rank", { expected: `x ${expected}`, got: `x ${got}` }));
    }
    const [n, h, w, c] = x.shape;
    return [{ shape: [n, fH * h, fW * w, c] }];
  },
  forward({ inputs: [x], outputs: [y], attributes: { size, interpolation } }) {
    const [n, h, w, c] = x.shape;
    if (interpolation === "nearest") imageKernels().averagePoolBackward(y.ptr, x.ptr, ...sideBySide(x, size), 0, 0);
    else imageKernels().bilinearForward(y.ptr, x.ptr, n, h, w, c, size[0], size[1]);
  },
  backward({ inputs: [x], dOutputs: [dY], attributes: { size, interpolation }, gradient }) {
    const [n, h, w, c] = x.shape;
    gradient(0, (dX, accumulate) => {
      if (interpolation === "nearest") {
        imageKernels().averagePoolForward(dX, dY!.ptr, ...sideBySide(x, size), 0, accumulate);
      } else imageKernels().bilinearBackward(dX, dY!.ptr, n, h, w, c, size[0], size[1], accumulate);
    });
  },
  saved: {},
});

/** The geometry of the pooling whose windows of fH × fW turn y's shape into x's. */
function sideBySide({ shape: [n, h, w, c] }: Tensor, [fH, fW]: readonly number[]): PoolGeometry {
  return [n, h * fH, w * fW, c, h, w, fH, fW, fH, fW, 0, 0];
}

/**
 * An image enlarged by whole factors.
 *
 * @param x        (N, H, W, C) float32 → (N, fH·H, fW·W, C)
 * @param options  size: the factors; interpolation: "nearest" or "bilinear"
 * Errors: UsageError for an option; ShapeError for another rank or dtype.
 */
export function upsample2d(x: Tensor, options: UpsampleOptions = {}): Tensor {
  checkTensors("upsample2d", [x]);
  return apply(upsampleOp, [x], upsamplingOf("upsample2d", options));
}

/** Checks options. Errors: UsageError. */
export function upsamplingOf(op: string, options: UpsampleOptions): Upsampling {
  checkKeys(op, options, ["size", "interpolation"]);
  const { interpolation = "nearest" } = options;
  if (interpolation !== "nearest" && interpolation !== "bilinear") {
    const expected = '"nearest" or "bilinear"';
    throw new UsageError(message(op, "unknown interpolation", { expected, got: show(interpolation) }));
  }
  return { size: eachAxis(op, "size", options.size ?? 2, 2), interpolation };
}
