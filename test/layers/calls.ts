/** One layer at work: a model of it alone, called on float64 operands. */
import { input } from "../../src/layers/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { model } from "../../src/models/sequential.js";
import { tensor } from "../../src/tensor/create.js";
import { Random } from "../../src/tensor/random.js";
import type { Shape } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { type Operand, normal } from "../support/operands.js";

/** A layer's output on random inputs, and what a reference needs to compute it. */
export interface LayerRun {
  readonly inputs: readonly Operand[];
  /** The layer's parameters, in order. */
  readonly parameters: readonly Operand[];
  readonly output: Tensor;
}

/** Calls the layer on N(0, 1) inputs of these shapes, batch included. Biases are random too, so that they count. */
export function run(layer: Layer, shapes: readonly Shape[], options: { readonly training?: boolean } = {}): LayerRun {
  const random = new Random(7);
  const symbols = shapes.map((shape) => input({ shape: shape.slice(1) }));
  const alone = model({ inputs: symbols, outputs: layer.apply(symbols) });
  const parameters = alone.weights.map(({ value }) => {
    const operand = normal(random, value.shape);
    value.assign(Float32Array.from(operand.values));
    return operand;
  });
  const inputs = shapes.map((shape) => normal(random, shape));
  const [output] = alone.call(
    inputs.map(({ values, shape }) => tensor(Float32Array.from(values), shape)),
    options,
  );
  return { inputs, parameters, output };
}
