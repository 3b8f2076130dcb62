/** Layers that vary images in training without resampling them: flips and crops. Letters: N batch, H W height and width, C channels. */
import { ShapeError, message } from "../../errors.js";
import { add, minimum, mul } from "../../ops/pointwise/arithmetic.js";
import { cast } from "../../ops/pointwise/cast.js";
import { less } from "../../ops/pointwise/compare.js";
import { floor } from "../../ops/pointwise/rounding.js";
import { where } from "../../ops/pointwise/where.js";
import { fillUniform } from "../../ops/random.js";
import { flip } from "../../ops/shape/flip.js";
import { gatherRows } from "../../ops/shape/gather.js";
import { reshape } from "../../ops/shape/reshape.js";
import { slice } from "../../ops/shape/slice.js";
import { integer, oneOf, type Values } from "../../options.js";
import { empty, tensor } from "../../tensor/create.js";
import type { RandomState } from "../../tensor/randomState.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type CallContext, partOf } from "../callContext.js";
import type { Layer, LayerOptions } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";
import { checkImageShape } from "./imageChecks.js";

/** Options of {@link randomFlip}. */
export interface RandomFlipOptions extends LayerOptions {
  /** Which way images are mirrored: left to right, top to bottom, or each. Default "horizontal". */
  readonly mode?: "horizontal" | "vertical" | "both";
}

const flipTable = {
  mode: oneOf(["horizontal", "vertical", "both"], "horizontal"),
} satisfies LayerTable<RandomFlipOptions>;

/**
 * In training mirrors every second image, chosen at random for each direction; otherwise y = x. x (N, H, W, C) → y of
 * the same shape. Rotations, shifts and mirrors in one resampling: randomDistortion.
 * @throws {UsageError} when mode is another word
 * @throws {ShapeError} when x is not a batch of images
 */
export function randomFlip(options: RandomFlipOptions = {}): Layer {
  return new RandomFlip("randomFlip", options, flipTable);
}

class RandomFlip extends TableLayer<Values<typeof flipTable>> {
  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return checkImageShape(this.kind, inputShapes);
  }

  override call([x]: readonly Tensor[], context: CallContext): Tensor {
    if (!context.training) return x;
    const { mode } = this.given;
    const axes = mode === "both" ? [1, 2] : [mode === "vertical" ? 1 : 2];
    return axes.reduce((y, axis) => {
      const { random, stream } = partOf(context, axis);
      const chosen = noGrad(() => less(draws(random, stream, [x.shape[0], 1, 1, 1]), 0.5));
      return where(chosen, flip(y, axis), y);
    }, x);
  }
}

/** Uniform numbers in [0, 1). */
function draws(random: RandomState, stream: number, shape: Shape): Tensor {
  const made = empty(shape);
  fillUniform(made, random, 0, 1, stream);
  return made;
}

/** Options of {@link randomCrop}. */
export interface RandomCropOptions extends LayerOptions {
  /** Rows of the part, at most H. */
  readonly height: number;
  /** Columns of the part, at most W. */
  readonly width: number;
}

const cropTable = { height: integer("[1, ∞)"), width: integer("[1, ∞)") } satisfies LayerTable<RandomCropOptions>;

/**
 * In training cuts a part out of each image, at a random place of its own; otherwise the part in the middle. x (N, H,
 * W, C) → y (N, height, width, C). For batches of up to 2²⁴ pixels.
 * @throws {UsageError} when height or width is not an integer ≥ 1
 * @throws {ShapeError} when x is not a batch of images, or smaller than the part
 */
export function randomCrop(options: RandomCropOptions): Layer {
  return new RandomCrop("randomCrop", options, cropTable);
}

class RandomCrop extends TableLayer<Values<typeof cropTable>> {
  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const [H, W, C] = checkImageShape(this.kind, inputShapes);
    const { height, width } = this.given;
    if (!(height > H || width > W)) return [height, width, C];
    const [expected, got] = [`at least ${height} × ${width} pixels`, showShape(["N", H, W, C])];
    throw new ShapeError(message(this.kind, "the images are smaller than the part", { expected, got }));
  }

  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    const [N, H, W, C] = x.shape;
    const [h, w] = this.outputShape([x.shape.slice(1)]);
    const [top, left] = [H - h, W - w];
    if (!training) return slice(x, [0, top >> 1, left >> 1, 0], [N, h, w, C]);
    const pixels = noGrad(() => {
      const last = tensor([top, left]);
      const places = minimum(floor(mul(draws(random, stream, [N, 2]), add(last, 1))), last);
      const corner = reshape(mul(places, tensor([W, 1])), [N, 2, 1, 1]); // as pixels of the image: row · W and column
      const first = add(slice(corner, [0, 0], [N, 1]), slice(corner, [0, 1], [N, 1]));
      const inPart = Float32Array.from({ length: N * h * w }, (_, i) => {
        const [n, row, column] = [Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w];
        return (n * H + row) * W + column;
      });
      return cast(add(reshape(first, [N, 1, 1]), tensor(inPart, [N, h, w])), "int32");
    });
    return gatherRows(reshape(x, [N * H * W, C]), pixels);
  }
}
