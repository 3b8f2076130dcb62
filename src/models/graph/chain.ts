/** A chain of layers whose first shape nobody has told yet: it becomes a graph when the data do. */
import { type Layer, SymbolicTensor, type TokenRule } from "../../layers/layer.js";
import type { Shape } from "../../tensor/shape.js";
import { Graph } from "./graph.js";

/** Layers one after the other. */
export class Chain {
  readonly #layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  /** What tokens the input is, where a layer wants such. */
  get tokens(): TokenRule | undefined {
    return this.#layers.find(({ tokens }) => tokens !== undefined)?.tokens;
  }

  /** The layers, the last first. */
  layersBefore(): Iterable<Layer> {
    return this.#layers.toReversed();
  }

  /** Shape of the output for a sample of that shape; builds nothing. Errors: ShapeError where a layer does not fit. */
  outputShape(sampleShape: Shape): Shape {
    return this.#layers.reduce((shape, layer) => layer.outputShape([shape]), sampleShape);
  }

  /** The graph, for samples of that shape. Errors: ShapeError where a layer does not fit; nothing is built then. */
  build(sampleShape: Shape): Graph {
    this.outputShape(sampleShape);
    const input = new SymbolicTensor(sampleShape);
    return new Graph([input], [this.#layers.reduce((symbol, layer) => layer.apply(symbol), input)]);
  }
}
