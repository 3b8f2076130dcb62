/** One layer applied to every step of a sequence, with the same weights. Letters: N batch, T steps. */
import { ShapeError, message } from "../../errors.js";
import { reshape } from "../../ops/shape/reshape.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { repeatSteps } from "../mask/masks.js";
import {
  type CallContext,
  type StateKeeper,
  Layer,
  type Parameter,
  type LayerOptions,
  type TokenRule,
  oneInput,
} from "../layer.js";
import { checkLayerOptions } from "../options.js";
import { Wrapper, checkWrapped, innerConfig } from "../wrapper.js";

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

  override get outputActivation(): string | undefined {
    return this.#layer.outputActivation;
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
    const rows = rowsThatCount(context, N, T);
    const y = this.#layer.call([steps], { ...context, masks: [undefined], rows });
    return reshape(y, [N, T, ...y.shape.slice(1)]);
  }

  override get stepwiseFrom(): number {
    return 2;
  }

  override checkBatch(rows: number, [shape]: readonly Shape[]): void {
    this.#layer.checkBatch(rows * shape[0], [shape.slice(1)]);
  }

  override get carriedStates(): StateKeeper | undefined {
    return this.#layer.carriedStates;
  }

  override get carried(): readonly Parameter[] {
    return this.#layer.carried;
  }

  override resetStates(): void {
    this.#layer.resetStates();
  }
}

/** Which of the N·T steps count, where the operand has a mask or is itself steps of sequences; undefined: all. */
function rowsThatCount({ masks: [mask], rows }: CallContext, N: number, T: number): Tensor | undefined {
  if (mask !== undefined) return reshape(mask, [N * T]);
  if (rows === undefined) return undefined;
  return noGrad(() => reshape(repeatSteps(rows, T), [N * T]));
}
