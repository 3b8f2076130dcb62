/**
 * What a layer is: parameters and a formula over ops. `apply` builds the graph of a model symbolically; `call` computes. A layer takes a list of inputs and
 * gives a list of outputs (outputShapes, callMany); one that has a single output says what that is (outputShape, call).
 * Shapes here leave the batch axis out unless said. Does not hold memory (parameter.ts), nor know of sequences (sequenceLayer.ts) beyond handing masks on.
 */
import type { Config } from "../config.js";
import { ShapeError, UsageError, message, show } from "../errors.js";
import type { RandomState } from "../tensor/randomState.js";
import { type Shape, sameShape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { Parameter, type ParameterSpec } from "./parameter.js";
import type { SequencePart } from "./sequencePart.js";

/** What `call` must know besides its operands. */
export interface CallContext {
  /** True in fit: dropout drops, batch statistics are taken. */
  readonly training: boolean;
  /** The model's counter-based generator. */
  readonly random: RandomState;
  /** This call's own stream of it. */
  readonly stream: number;
  /** For each operand which steps of it count, (N, T) int32: 0 for padding. Undefined: all. Note [Masks] in sequencePart.ts */
  readonly masks: readonly (Tensor | undefined)[];
  /** Where the samples are the steps of sequences: which of them count, (N) int32. Undefined: all. Only what is taken over the batch asks for it. */
  readonly rows?: Tensor | undefined;
}

/**
 * The context of part `k` of a layer's call, with a stream of its own: a layer that draws more than once, or holds other layers, numbers what it does.
 */
export function partOf(context: CallContext, k: number): CallContext {
  return { ...context, stream: context.stream + k * 2 ** 20 };
}

/** The output of a layer in a graph that is being built: a shape without values. */
export class SymbolicTensor {
  /** Without the batch axis. */
  readonly shape: Shape;
  /** Which layer makes it of what; undefined for an input. */
  readonly origin: LayerCall | undefined;
  readonly name: string | undefined;

  constructor(shape: Shape, origin?: LayerCall, name?: string) {
    this.shape = shape;
    this.origin = origin;
    this.name = name;
  }
}

/** One use of a layer in a graph. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  /** What it makes: one tensor, or several where the layer gives states as well. */
  readonly outputs: readonly SymbolicTensor[];
}

/** Options that every layer takes. */
export interface LayerOptions {
  /** The layer's name, unique in its model. Default: its kind and a number. */
  readonly name?: string;
  /** Shape of one sample, for the first layer of a sequential model. Default: taken from the data. */
  readonly inputShape?: Shape;
}

/** A layer. Make one by the functions of `layers`. */
export abstract class Layer {
  /** The kind, as "dense"; also its name in a file. */
  abstract readonly kind: string;
  readonly inputShape: Shape | undefined;
  /** False freezes the layer, and layers within it: parameters get no gradient and no update, moving statistics stay. Set it before `compile`. */
  trainable = true;
  /** The layer that holds this one, if one does. */
  #holder: Layer | undefined;
  #name: string | undefined;
  #parameters: Parameter[] = [];
  #builtFor: readonly Shape[] | undefined;

  constructor(options: LayerOptions = {}) {
    this.#name = options.name;
    this.inputShape = options.inputShape;
  }

  /** The name the user gave, else the one that the first model made of the layer gave. It stands in files, so it does not change. */
  get name(): string | undefined {
    return this.#name;
  }

  /** Names a layer that has no name yet. @internal */
  giveName(name: string): void {
    this.#name ??= name;
  }

  /** True where this layer, or one that holds it, is not trainable. */
  get isFrozen(): boolean {
    return !this.trainable || this.#holder?.isFrozen === true;
  }

  /** Notes which layer holds this one. @internal */
  putInto(holder: Layer): void {
    this.#holder = holder;
  }

  /** Parameters, in the order they were declared; empty before the layer is applied. */
  get parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  /** Options as they stand in a file, without name and inputShape. */
  abstract get options(): Readonly<Record<string, unknown>>;

  /** The layer as it stands in a file. */
  get config(): Config {
    const { kind, name, inputShape, options } = this;
    return { className: kind, ...(name !== undefined && { name }), ...(inputShape && { inputShape }), ...options };
  }

  /**
   * The activation that the outputs come from, by which `compile` tells probabilities from logits: "same" where they are the input's values, means or
   * maxima of them; undefined where nobody knows. Default: the option `activation`.
   */
  get outputActivation(): string | undefined {
    return this.options.activation as string | undefined;
  }

  /** What a layer of sequences has besides. Default: nothing. */
  get sequences(): SequencePart | undefined {
    return undefined;
  }

  /** Shape of the output, the first where there are several. Throws ShapeError for inputs that do not fit. */
  abstract outputShape(inputShapes: readonly Shape[]): Shape;

  /** Shapes of all outputs. Default: the one of {@link outputShape}. */
  outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    return [this.outputShape(inputShapes)];
  }

  /** Throws ShapeError where the layer cannot train on a batch of `rows` samples of these shapes. Default: it can on any. */
  checkBatch(_rows: number, _inputShapes: readonly Shape[]): void {
    // any batch
  }

  /** Declares the parameters for inputs of these shapes; called once. */
  protected build(_inputShapes: readonly Shape[]): void {
    // a layer without parameters
  }

  /** True where a layer that was built for inputs of shapes `built` takes `shapes` too, with the same parameters. Default: where they are the same. */
  protected acceptsAlso(shapes: readonly Shape[], built: readonly Shape[]): boolean {
    return shapes.length === built.length && shapes.every((shape, i) => sameShape(shape, built[i]));
  }

  /** The formula. @param inputs (N, …) each  @returns (N, …) */
  abstract call(inputs: readonly Tensor[], context: CallContext): Tensor;

  /** The formula with all outputs. Default: the one of {@link call}. */
  callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    return [this.call(inputs, context)];
  }

  /**
   * From which rank of the operand on each step of the output is made of the same step of the operand alone, so that its mask stays: 2 for elementwise
   * layers, 3 for layers that work on the last axis. Default: the mask ends.
   */
  get stepwiseFrom(): number {
    return Infinity;
  }

  /**
   * Which steps of the first output count, (N, T) int32, for the layers that read it: Note [Masks] in sequencePart.ts. Default: as {@link stepwiseFrom} says;
   * undefined: all.
   */
  outputMask([x]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return x.rank < this.stepwiseFrom ? undefined : mask;
  }

  /**
   * Uses the layer in a graph: on one tensor, or on several for a layer that joins them.
   * Errors: ShapeError for shapes that do not fit, or differ from those of an earlier use where the layer has parameters; UsageError for what is
   * no symbolic tensor, or a name that cannot stand in a file.
   */
  apply(input: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    return this.applyMany(input)[0];
  }

  /** As {@link apply}, and gives all outputs of a layer that has several, such as `const [y, h, c] = lstm.applyMany(x)`. */
  applyMany(input: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
    const inputs = symbolsOf(this.kind, input);
    checkName(this.kind, this.#name);
    const shapes = inputs.map(({ shape }) => shape);
    const outputShapes = this.outputShapes(shapes);
    const built = this.#builtFor;
    if (built === undefined) {
      this.build(shapes);
      this.#builtFor = shapes;
    } else if (this.#parameters.length > 0 && !this.acceptsAlso(shapes, built)) {
      const [expected, got] = [built, shapes].map((list) => list.map(showShape).join(", "));
      throw new ShapeError(message(this.kind, "the layer was built for another input", { expected, got }));
    }
    const outputs: SymbolicTensor[] = [];
    const call = { layer: this, inputs, outputs };
    for (const shape of outputShapes) outputs.push(new SymbolicTensor(shape, call));
    return outputs;
  }

  /** Declares a parameter; for `build`. */
  protected declare(spec: ParameterSpec): Parameter {
    const parameter = new Parameter(spec, this);
    this.#parameters.push(parameter);
    return parameter;
  }

  /** Makes a parameter of a layer within this one a parameter of this one; for `build`. @param part what comes before its name */
  protected adopt(parameter: Parameter, part: string): void {
    parameter.putInto(part);
    this.#parameters.push(parameter);
  }
}

/** The operands as a list. Throws UsageError for what are no symbolic tensors. */
function symbolsOf(kind: string, input: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  const inputs: readonly SymbolicTensor[] = input instanceof SymbolicTensor ? [input] : input;
  if (Array.isArray(inputs) && inputs.every((symbol) => symbol instanceof SymbolicTensor)) return inputs;
  const expected = "what layers.input() or another layer's apply gave, or a list of such";
  const hint = "To compute with numbers, make a model of the layer and call predict.";
  throw new UsageError(message(kind, "apply takes symbolic tensors", { expected, got: show(input), hint }));
}

/** Throws UsageError for a name that cannot stand before "/kernel" in a file. */
export function checkName(kind: string, name: string | undefined): void {
  if (name === undefined || (typeof name === "string" && name !== "" && !name.includes("/"))) return;
  throw new UsageError(message(kind, "not a name", { expected: 'a text without "/"', got: show(name) }));
}

/** The single input of a layer that takes one. Throws ShapeError for another number. */
export function oneInput<T>(kind: string, inputs: readonly T[]): T {
  if (inputs.length !== 1) {
    throw new ShapeError(message(kind, "wrong number of inputs", { expected: "1", got: String(inputs.length) }));
  }
  return inputs[0];
}
