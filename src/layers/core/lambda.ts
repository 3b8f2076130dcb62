/** A function of the user's as a layer without parameters. Letters: N batch. */
import { functionConfig } from "../../config.js";
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { type Option, type Values, optional } from "../../options.js";
import { type SampleShape, type Shape, fitsShape, sampleShape, showShape } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Layer, LayerOptions } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** A function of the inputs (N, …) by ops alone, since it is recorded with the training step. @returns (N, …) */
export type LambdaFunction = (...inputs: Tensor[]) => Tensor;

/** Options of {@link lambda}. */
export interface LambdaOptions extends LayerOptions {
  /** By its name `loadModel(file, { functions: { name } })` finds it again. */
  readonly function: LambdaFunction;
  /** Shape of a sample of the result; null is an axis of any size. Default: that of the first input. */
  readonly outputShape?: SampleShape;
}

const fn: Option<LambdaFunction> = (op, name, value) => {
  if (typeof value === "function") return value as LambdaFunction;
  throw new UsageError(
    message(op, `${name} must be a function`, { expected: "(x) => a tensor, by ops", got: show(value) }),
  );
};

const outputShape: Option<SampleShape> = (op, _name, value) => {
  sampleShape(op, value as SampleShape);
  return value as SampleShape;
};

const table = { function: fn, outputShape: optional(outputShape) } satisfies LayerTable<LambdaOptions>;

/**
 * A function as a layer: x (N, …), one input or several, → (N, …outputShape). A function with weights of its own is a
 * class that extends Layer.
 *
 *   layers.lambda({ function: function swapped(x) { return ops.flip(x, -1); } })
 *
 * What it gives is checked in each call that is not a replay. A model with a function that has no name cannot be saved.
 * @throws {UsageError} when there is no function
 * @throws {ShapeError} when it gives another shape than outputShape says
 */
export function lambda(options: LambdaOptions): Layer {
  return new Lambda("lambda", options, table);
}

class Lambda extends TableLayer<Values<typeof table>> {
  override get options(): Readonly<Record<string, unknown>> {
    const { function: f, outputShape: shape } = this.given;
    if (f.name === "" || f.name === "function") {
      const expected = "a named function, such as const twice = (x) => …";
      const hint = "loadModel(file, { functions: { twice } }) finds it by its name.";
      throw new UsageError(message("lambda", "a function without a name cannot be saved", { expected, hint }));
    }
    return { function: functionConfig(f, f.name), ...(shape && { outputShape: shape }) };
  }

  /** Unknown, whatever the function is called: options are for files, which need its name. */
  override get outputActivation(): undefined {
    return undefined;
  }

  override outputShape([first]: readonly Shape[]): Shape {
    const { outputShape: given } = this.given;
    return given === undefined ? first : sampleShape(this.kind, given);
  }

  override call(inputs: readonly Tensor[]): Tensor {
    const made: unknown = this.given.function(...inputs);
    const name = show(this.given.function.name);
    if (!(made instanceof Tensor)) {
      const got = show(made);
      throw new UsageError(message(this.kind, `function ${name} gives no tensor`, { expected: "a Tensor", got }));
    }
    const shape = [inputs[0].shape[0], ...this.outputShape(inputs.map((x) => x.shape.slice(1)))];
    if (fitsShape(made.shape, shape)) return made;
    const hint = "Say outputShape, the shape of a sample.";
    const [expected, got] = [showShape(shape), made.label()];
    throw new ShapeError(message(this.kind, `function ${name} gives another shape`, { expected, got, hint }));
  }
}
