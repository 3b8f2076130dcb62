/**
 * A model as a layer of another. A function and no method of models, so that a page that only trains does not carry it.
 */
import { UsageError, checkKeys, message } from "../errors.js";
import { checkBoolean } from "../options.js";
import type { Layer } from "../layers/layer.js";
import type { Graph } from "./graph/graph.js";
import { ModelLayer } from "./graph/modelLayer.js";
import { checkModel } from "./checkModel.js";
import type { Model } from "./model.js";

/** Options of {@link asLayer}. */
export interface AsLayerOptions {
  /** True keeps only the inputs and outputs of the model until the backward pass, and computes the rest again. Default false. */
  readonly recompute?: boolean;
}

const made = new WeakMap<Graph, ModelLayer>();

/**
 * A model as a layer: nested in another model, or shared by several uses in it. It takes as many inputs as the model
 * and gives its outputs; the weights are the model's own, so that what trains one trains the other.
 *
 *   const encoder = asLayer(sequential([…], { name: "encoder" }));
 *   const difference = layers.subtract().apply([encoder.apply(a), encoder.apply(b)]);
 *
 * In the outer model it bears the inner model's name, and its weights are "encoder/dense_1/kernel". `save` writes what
 * is in it, and `loadModel` reads it back. Each call for the same model gives the same layer; `trainable = false`
 * freezes it. `apply` gives the first output, `applyMany` all of them.
 *
 * As the first layer of `sequential` it brings the shape of its input along; in layers.timeDistributed it is applied to
 * every step.
 *
 * A model that was trained before hands its weights over to the model around it, which trains them once it is compiled;
 * the inner model, and a second model around it, then use them as they are, as `summary` shows. To train them in the
 * second one, dispose of the first, or freeze the layer there and compile it again.
 * With `recompute: true` the values within are freed after the forward pass and computed again in the backward pass
 * (see the op {@link recompute}), for networks whose activations do not fit: the same bits, less memory, and a forward
 * pass more. The option is saved with the outer model.
 * @throws {UsageError} before the model is built, and once it was disposed; for an option that is unknown or differs
 *   from that of an earlier call; for `recompute` of a model with stateful layers
 */
export function asLayer(model: Model, options: AsLayerOptions = {}): Layer {
  checkModel("asLayer", model);
  checkKeys("asLayer", options, ["recompute"]);
  const { recompute } = options;
  if (recompute !== undefined) checkBoolean("asLayer", "recompute", recompute);
  model.insides.checkUsable("asLayer");
  const graph = model.insides.graph("asLayer");
  let layer = made.get(graph);
  if (layer === undefined) {
    const own = { ...(model.name !== "model" && { name: model.name }), recompute: recompute ?? false };
    layer = new ModelLayer(graph, own, () => model.insides.weights);
    made.set(graph, layer);
  }
  if (recompute !== undefined && recompute !== layer.recomputes) {
    const hint = "Each call for a model gives the same layer: give the option in the first one.";
    throw new UsageError(message("asLayer", `the layer of this model has recompute: ${layer.recomputes}`, { hint }));
  }
  return layer;
}
