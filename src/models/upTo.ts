/**
 * The output of an inner layer as a model. A function and no method of models, so that a page that only trains does not
 * carry it.
 */
import { UsageError, message, show } from "../errors.js";
import { Graph, sourcesOf } from "./graph/graph.js";
import { checkModel } from "./checkModel.js";
import { Model } from "./model.js";

/**
 * The output of an inner layer as a model of its own, which shares the weights: for features, for a new head, to look
 * inside. It takes the inputs that the layer needs, and outlives the other.
 *
 * @param layer  its name, such as "dense_1"; of a layer that is used several times the last use counts
 * @throws {UsageError} before the model is built, or when there is no such layer
 */
export function upTo(model: Model, layer: string): Model {
  checkModel("upTo", model);
  const { inputs, layers, steps } = model.insides.graph("upTo");
  const step = steps.findLast(({ call }) => call.layer.name === layer);
  if (step === undefined) {
    const expected = layers.map(({ name }) => name).join(", ");
    throw new UsageError(message("upTo", "unknown layer", { expected, got: show(layer) }));
  }
  const needed = sourcesOf([step.output]);
  model.insides.bound("upTo");
  const { name, seed } = model;
  return new Model(
    { name, seed },
    new Graph(
      inputs.filter((input) => needed.has(input)),
      step.call.outputs,
    ),
  );
}
