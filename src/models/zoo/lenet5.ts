/**
 * LeNet-5: two convolutions with average pooling, then three dense layers. Source: LeCun, Bottou, Bengio, Haffner 1998,
 * but with all channels of the first convolution connected to the second, and a dense layer of logits in place of the
 * radial basis functions.
 */
import { conv2d } from "../../layers/image/convolution.js";
import { dense } from "../../layers/core/dense.js";
import { averagePooling2d, maxPooling2d } from "../../layers/image/pooling.js";
import { flatten } from "../../layers/core/reshape.js";
import { type Activation, checkActivation } from "../../ops/pointwise/activate.js";
import type { Model } from "../model.js";
import { sequential } from "../sequential.js";
import { UsageError, message, show } from "../../errors.js";
import { type NetworkOptions, networkOptions } from "./options.js";

/** Options of {@link lenet5}. */
export interface LenetOptions extends NetworkOptions {
  /** Default "tanh", as in 1998; "relu" learns faster. */
  readonly activation?: Activation;
  /** Default "average", as in 1998. */
  readonly pooling?: "average" | "max";
}

/**
 * LeNet-5: convolution 5×5 to 6 channels (same), pool, convolution 5×5 to 16, pool, dense 120, 84, classes. 61,706
 * parameters for MNIST.
 *
 * x (N, H, W, C) → logits (N, classes).
 * @throws {UsageError} for an option
 * @throws {ShapeError} for images smaller than 12 × 12
 */
export function lenet5(options: LenetOptions = {}): Model {
  const { inputShape, classes, model } = networkOptions("lenet5", options, ["activation", "pooling"]);
  const { activation = "tanh", pooling = "average" } = options;
  checkActivation("lenet5", activation);
  if (pooling !== "average" && pooling !== "max") {
    const parts = { expected: '"average" or "max"', got: show(pooling) };
    throw new UsageError(message("lenet5", "unknown pooling", parts));
  }
  const pool = pooling === "average" ? averagePooling2d : maxPooling2d;
  return sequential(
    [
      conv2d({ filters: 6, kernelSize: 5, padding: "same", activation, inputShape }),
      pool(),
      conv2d({ filters: 16, kernelSize: 5, activation }),
      pool(),
      flatten(),
      dense({ units: 120, activation }),
      dense({ units: 84, activation }),
      dense({ units: classes }),
    ],
    model,
  );
}
