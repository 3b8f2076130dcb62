/** Straightens slanted writing, in training and afterwards: preprocessing as a part of the model. */
import { deskew as deskewOf } from "../../ops/image/deskew.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkImageShape } from "./imageChecks.js";
import type { Layer, LayerOptions } from "../layer.js";
import { TableLayer } from "../tableLayer.js";

/**
 * Moves the centre of mass of each image to the middle and shears the image upright, by its moments. x (N, H, W, C),
 * background 0, ink above → y of the same shape. Source: LeCun et al. 1998.
 * @throws {UsageError} when an option is unknown
 * @throws {ShapeError} when x is not a batch of images
 */
export function deskew(options: LayerOptions = {}): Layer {
  return new Deskew("deskew", options, {});
}

class Deskew extends TableLayer {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    return checkImageShape(this.kind, inputShapes);
  }

  override call([x]: readonly Tensor[]): Tensor {
    return deskewOf(x);
  }
}
