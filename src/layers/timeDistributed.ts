/** One layer applied to every step of a sequence, with the same weights. Letters: N batch, T steps. */
import { ShapeError, message } from "../errors.js";
import { reshape } from "../ops/reshape.js";
import { type Shape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { type CallContext, Layer, type Parameter, type LayerOptions, type TokenRule, oneInput } from "./layer.js";
import { checkLayerOptions } from "./options.js";
import { Wrapper, checkWrapped, innerConfig } from "./wrapper.js";

/** Options of {@link timeDistributed}. */
export interface TimeDistributedOptions extends LayerOptions {
  /** A layer of one input and one output. */
  readonly layer: Layer;
}

/**
 * Applies a layer to every step: x (N, T, …) → (N, T, …), the steps being so many samples. Parameters "layer/kernel", ….
 * A dense layer needs no such wrapper: it works on the last axis anyway.
 * Errors: UsageError for what is no layer; ShapeError for what is no batch of sequences, or steps that do not fit the layer.
 */
export function timeDistributed(options: TimeDistributedOptions): Layer {
  return new TimeDistributed(options);
}

class TimeDistributed extends Wrapper {
  readonly kind = "timeDistributed";
  readonly #layer: Layer;

  constructor(options: TimeDistributedOptions) {
    super(options);
    checkLayerOptions("timeDistributed", options, ["layer"]);
    const { layer } = options;
    checkWrapped("timeDistributed", "layer", layer, "a layer, as layers.dense({ units })", layer instanceof Layer);
    this.#layer = layer;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { layer: innerConfig(this.#layer) };
  }

  override get tokens(): TokenRule | undefined {
    return this.#layer.tokens;
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput("timeDistributed", inputShapes);
    if (shape.length === 0) {
      const got = showShape(["N", ...shape]);
      throw new ShapeError(message("timeDistributed", "there are no steps", { expected: "[N, T, …]", got }));
    }
    return [shape[0], ...this.#layer.outputShape([shape.slice(1)])];
  }

  protected override build([shape]: readonly Shape[]): void {
    this.buildInner(this.#layer, "layer", [shape.slice(1)]);
  }

  override call([x]: readonly Tensor[], context: CallContext): Tensor {
    const [N, T] = x.shape;
    const steps = reshape(x, [N * T, ...x.shape.slice(2)]);
    const y = this.#layer.call([steps], { ...context, masks: [undefined] });
    return reshape(y, [N, T, ...y.shape.slice(1)]);
  }

  override outputMask(_: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return mask;
  }

  override get carried(): readonly Parameter[] {
    return this.#layer.carried;
  }

  override resetStates(): void {
    this.#layer.resetStates();
  }
}
