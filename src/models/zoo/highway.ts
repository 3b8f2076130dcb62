/**
 * A deep narrow network of highway, residual or plain layers. At a depth where plain layers no longer train, the others
 * still do. Sources: Srivastava, Greff, Schmidhuber 2015; He, Zhang, Ren, Sun 2016.
 */
import { UsageError, message, show } from "../../errors.js";
import { dense } from "../../layers/core/dense.js";
import { highway as highwayLayer } from "../../layers/core/highway.js";
import { input } from "../../layers/input.js";
import type { SymbolicTensor } from "../../layers/layer.js";
import { add } from "../../layers/core/merge.js";
import { flatten } from "../../layers/core/reshape.js";
import { type Activation, checkActivation } from "../../ops/pointwise/activate.js";
import { checkInteger } from "../../options.js";
import type { Model } from "../model.js";
import { model } from "../sequential.js";
import { type NetworkOptions, networkOptions } from "./options.js";

/** Options of {@link highway}. */
export interface HighwayNetworkOptions extends NetworkOptions {
  /** Number of layers between the first dense layer and the last, 0 … 10,000. */
  readonly depth: number;
  /** Units of each of these layers. Default 50. */
  readonly units?: number;
  /** The layers' activation. Default "relu". */
  readonly activation?: Activation;
  /** The kind of layer: y = t h + (1 − t) x, y = h + x, or y = h, where h = f(x·W + b). Default "highway". */
  readonly connection?: "highway" | "residual" | "plain";
}

/**
 * Dense, then `depth` layers of one width with the chosen connection, then dense. x (N, …) → logits (N, classes).
 * @throws {UsageError} for an option
 */
export function highway(options: HighwayNetworkOptions): Model {
  const own = ["depth", "units", "activation", "connection"];
  const { inputShape, classes, model: modelOptions } = networkOptions("highway", options, own);
  const { depth, units = 50, activation = "relu", connection = "highway" } = options;
  checkInteger("highway", "depth", depth, "[0, 10000]");
  checkInteger("highway", "units", units, "[1, ∞)");
  checkActivation("highway", activation);
  if (!["highway", "residual", "plain"].includes(connection)) {
    const parts = { expected: '"highway", "residual" or "plain"', got: show(connection) };
    throw new UsageError(message("highway", "unknown connection", parts));
  }
  const x = input({ shape: inputShape });
  let y = dense({ units, activation }).apply(flatten().apply(x));
  const layer = (): SymbolicTensor =>
    connection === "highway" ? highwayLayer({ activation }).apply(y) : dense({ units, activation }).apply(y);
  for (let i = 0; i < depth; i++) y = connection === "residual" ? add().apply([layer(), y]) : layer();
  return model({ inputs: x, outputs: dense({ units: classes }).apply(y), ...modelOptions });
}
