/**
 * A model as a layer of another. A function and no method of models, so that a page that only trains does not carry it.
 */
import type { Layer } from "../layers/layer.js";
import type { Graph } from "./graph/graph.js";
import { ModelLayer } from "./graph/modelLayer.js";
import { checkModel } from "./checkModel.js";
import type { Model } from "./model.js";

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
 * @throws {UsageError} before the model is built, and once it was disposed
 */
export function asLayer(model: Model): Layer {
  checkModel("asLayer", model);
  model.insides.checkUsable("asLayer");
  const graph = model.insides.graph("asLayer");
  let layer = made.get(graph);
  if (layer === undefined) {
    layer = new ModelLayer(graph, model.name === "model" ? {} : { name: model.name }, () => model.insides.weights);
    made.set(graph, layer);
  }
  return layer;
}
