/** Applies one layer to every step of a sequence, with the same weights. Letters: N batch, T steps. */
import { ShapeError, message } from "../../errors.js";
import { reshape } from "../../ops/shape/reshape.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { repeatSteps } from "../mask/maskValues.js";
import type { CallContext } from "../callContext.js";
import { Layer, type LayerOptions, oneInput } from "../layer.js";
import type { Parameter } from "../parameter.js";
import type { StateKeeper, TokenRule } from "../sequencePart.js";
import type { Option, Values } from "../../options.js";
import type { LayerTable } from "../tableLayer.js";
import { Wrapper, checkHolds, checkWrapped, innerConfig } from "../wrapper.js";

/** Options of {@link timeDistributed}. */
export interface TimeDistributedOptions extends LayerOptions {
  /** A layer of one input and one output, or a model as one: asLayer(model). */
  readonly layer: Layer;
}

const layer: Option<Layer> = (op, name, value) => {
  checkWrapped(op, name, value, "a layer such as layers.dense({ units })", value instanceof Layer);
  return (value as Layer).forWrapper() ?? (value as Layer);
};

const table = { layer } satisfies LayerTable<TimeDistributedOptions>;

/**
 * Applies a layer to every step, as if the steps were samples: x (N, T, …) → (N, T, …). Parameters "layer/kernel", …; of a
 * model, whose weights they are, "layer/dense_1/kernel", ….
 * A dense layer needs no such wrapper, since it works on the last axis.
 * @throws {UsageError} when `layer` is not a layer
 * @throws {ShapeError} when the input has no time axis, or its steps do not fit the layer
 */
export function timeDistributed(options: TimeDistributedOptions): Layer {
  checkHolds("timeDistributed", options);
  return new TimeDistributed("timeDistributed", options, table);
}

class TimeDistributed extends Wrapper<Values<typeof table>> {
  override get options(): Readonly<Record<string, unknown>> {
    return { layer: innerConfig(this.given.layer) };
  }

  override get tokens(): TokenRule | undefined {
    return this.given.layer.sequences?.tokens;
  }

  override get outputActivation(): string | undefined {
    return this.given.layer.outputActivation;
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    if (shape.length === 0) {
      const got = showShape(["N", ...shape]);
      throw new ShapeError(message(this.kind, "the input has no time axis", { expected: "[N, T, …]", got }));
    }
    return [shape[0], ...this.given.layer.outputShape([shape.slice(1)])];
  }

  protected override build([shape]: readonly Shape[]): void {
    this.buildInner(this.given.layer, "layer", [shape.slice(1)]);
  }

  override call([x]: readonly Tensor[], context: CallContext): Tensor {
    const [N, T] = x.shape;
    const steps = reshape(x, [N * T, ...x.shape.slice(2)]);
    const rows = rowsThatCount(context, N, T);
    const y = this.given.layer.call([steps], { ...context, masks: [undefined], rows });
    return reshape(y, [N, T, ...y.shape.slice(1)]);
  }

  override get stepwiseFrom(): number {
    return 2;
  }

  override checkBatch(rows: number, [shape]: readonly Shape[]): void {
    this.given.layer.checkBatch(rows * shape[0], [shape.slice(1)]);
  }

  override get carriedStates(): StateKeeper | undefined {
    return this.given.layer.sequences?.carriedStates;
  }

  override get carried(): readonly Parameter[] {
    return this.given.layer.sequences?.carried ?? [];
  }

  override resetStates(): void {
    this.given.layer.sequences?.resetStates();
  }
}

/**
 * Which of the N·T steps count, when the operand has a mask or consists of steps of sequences itself; undefined: all.
 */
function rowsThatCount({ masks: [mask], rows }: CallContext, N: number, T: number): Tensor | undefined {
  if (mask !== undefined) return reshape(mask, [N * T]);
  if (rows === undefined) return undefined;
  return noGrad(() => reshape(repeatSteps(rows, T), [N * T]));
}
