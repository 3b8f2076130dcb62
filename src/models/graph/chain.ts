/** A chain of layers whose input shape is not known yet. It becomes a graph once the data give the shape. */
import { type Layer, SymbolicTensor } from "../../layers/layer.js";
import type { TokenRule } from "../../layers/sequencePart.js";
import { type Shape, sampleShape } from "../../tensor/shape.js";
import { Graph } from "./graph.js";

/** Layers one after the other. */
export class Chain {
  /** In order. */
  readonly layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    this.layers = layers;
  }

  /** The rule for the input's tokens, if a layer takes tokens. */
  get tokens(): TokenRule | undefined {
    return this.layers.map(({ sequences }) => sequences?.tokens).find((tokens) => tokens);
  }

  /** The layers, last first. */
  layersBefore(): Iterable<Layer> {
    return this.layers.toReversed();
  }

  /** Shape of the output for a sample of that shape; builds nothing. @throws {ShapeError} when a layer does not fit */
  outputShape(shape: Shape): Shape {
    return this.layers.reduce((shape, layer) => sampleShape(layer.kind, layer.outputShapes([shape])[0]), shape);
  }

  /** The graph for samples of that shape. @throws {ShapeError} when a layer does not fit; nothing is built then */
  build(shape: Shape): Graph {
    this.outputShape(shape);
    const input = new SymbolicTensor(shape);
    return new Graph([input], [this.layers.reduce((symbol, layer) => layer.apply(symbol), input)]);
  }
}
