/**
 * A model as a layer of another: its graph, run as one call, with the weights under the layer's name ("encoder/dense_1/kernel").
 * The weights are those of the inner model, shared with it and with every other use of the layer. Does not train.
 */
import { type CallContext, Layer, type LayerOptions, SymbolicTensor } from "../../layers/layer.js";
import { Parameter, type ParameterSpec } from "../../layers/parameter.js";
import { type SequencePart, type StateKeeper, type TokenRule, carriedBy } from "../../layers/sequencePart.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { describe } from "./architecture.js";
import type { Graph } from "./graph.js";
import { activatedLayer } from "./logits.js";

/** The kind of these layers, and their className in files. */
export const modelKind = "model";

/** A parameter of an inner layer under another name; everything else is that parameter's. */
class InnerParameter extends Parameter {
  readonly #of: Parameter;
  readonly #layer: string;

  constructor(of: Parameter, layer: string, holder: Layer) {
    const { layer: owner } = of;
    super(of.spec, {
      get name() {
        return owner.name;
      },
      get isFrozen() {
        return owner.isFrozen || holder.isFrozen;
      },
      get parameters() {
        return owner.parameters;
      },
    });
    this.#of = of;
    this.#layer = layer;
  }

  override get spec(): ParameterSpec {
    return { ...this.#of.spec, name: `${this.#layer}/${this.#of.spec.name}` };
  }

  override get isBound(): boolean {
    return this.#of.isBound;
  }

  override get value(): Tensor {
    return this.#of.value;
  }

  override bind(value: Tensor): void {
    this.#of.bind(value);
  }

  override retain(): void {
    this.#of.retain();
  }

  override release(): void {
    this.#of.release();
  }
}
