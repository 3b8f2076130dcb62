/** Slanted writing set upright, in training and afterwards: preprocessing as a part of the model. */
import { deskew as deskewOf } from "../../ops/image/deskew.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkImageShape } from "./imageChecks.js";
import { Layer, type LayerOptions } from "../layer.js";
import { checkLayerOptions } from "../options.js";

/**
 * Each image with its centre of mass in the middle and sheared upright, by its moments. x (N, H, W, C), background 0, ink above → y of the same shape.
 * Errors: UsageError for an unknown option, ShapeError for what is no image. Source: LeCun et al. 1998.
 */
export function deskew(options: LayerOptions = {}): Layer {
  return new Deskew(options);
}

class Deskew extends Layer {
  readonly kind = "deskew";

  constructor(options: LayerOptions) {
    super(options);
    checkLayerOptions("deskew", options, []);
  }

  override get options(): Readonly<Record<string, unknown>> {
    return {};
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return checkImageShape(this.kind, inputShapes);
  }

  override call([x]: readonly Tensor[]): Tensor {
    return deskewOf(x);
  }
}
