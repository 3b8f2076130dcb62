/**
 * A small residual network for small images. Source: He, Zhang, Ren, Sun 2016, section 4.2 (6n + 2 layers for n blocks
 * per stage), with 1×1 convolutions where the shape changes.
 */
import { activation } from "../../layers/core/activation.js";
import { conv2d } from "../../layers/image/convolution.js";
import { dense } from "../../layers/core/dense.js";
import { input } from "../../layers/input.js";
import type { SymbolicTensor } from "../../layers/layer.js";
import { add } from "../../layers/core/merge.js";
import { batchNormalization } from "../../layers/norm/normalization.js";
import { globalAveragePooling2d } from "../../layers/image/pooling.js";
import { heNormal } from "../../initializers/index.js";
import { checkInteger } from "../../options.js";
import type { Model } from "../model.js";
import { model } from "../sequential.js";
import { type NetworkOptions, networkOptions } from "./options.js";

/** Options of {@link smallResNet}. */
export interface ResNetOptions extends NetworkOptions {
  /** Residual blocks in each of the three stages, 1 … 1000: 3 gives ResNet-20. Default 1. */
  readonly blocks?: number;
  /** Channels of the first stage; the second has twice, the third four times as many. Default 16. */
  readonly filters?: number;
}

/**
 * A residual network: convolution 3×3, three stages of residual blocks at falling resolution, mean over the image,
 * dense.
 *
 *   block: x → relu(norm(conv(relu(norm(conv x)))) + x)
 *
 * x (N, H, W, C) → logits (N, classes).
 * @throws {UsageError} for an option
 * @throws {ShapeError} for an inputShape that is no image
 */
export function smallResNet(options: ResNetOptions = {}): Model {
  const { inputShape, classes, model: modelOptions } = networkOptions("smallResNet", options, ["blocks", "filters"]);
  const { blocks = 1, filters = 16 } = options;
  checkInteger("smallResNet", "blocks", blocks, "[1, 1000]");
  checkInteger("smallResNet", "filters", filters, "[1, ∞)");
  const x = input({ shape: inputShape });
  let y = convolution(x, filters, 3, 1, "relu");
  for (let stage = 0; stage < 3; stage++) {
    for (let i = 0; i < blocks; i++) y = block(y, filters * 2 ** stage, stage > 0 && i === 0 ? 2 : 1);
  }
  const outputs = dense({ units: classes }).apply(globalAveragePooling2d().apply(y));
  return model({ inputs: x, outputs, ...modelOptions });
}

function block(x: SymbolicTensor, filters: number, strides: number): SymbolicTensor {
  const transformed = convolution(convolution(x, filters, 3, strides, "relu"), filters, 3, 1);
  const shortcut = strides === 1 ? x : convolution(x, filters, 1, strides); // as wide, where it is as high
  const sum = add().apply([transformed, shortcut]);
  return activation({ activation: "relu" }).apply(sum);
}

/** A convolution without bias, since the normalisation's β takes its place. */
function convolution(
  x: SymbolicTensor,
  filters: number,
  kernelSize: number,
  strides: number,
  activation: "linear" | "relu" = "linear",
): SymbolicTensor {
  const kernelInitializer = heNormal();
  const layer = conv2d({ filters, kernelSize, strides, padding: "same", useBias: false, kernelInitializer });
  return batchNormalization({ activation }).apply(layer.apply(x));
}
