/**
 * What a layer is: parameters and a formula over ops. `apply` builds the graph of a model symbolically; `call`
 * computes. A layer takes a list of inputs and gives a list of outputs (outputShapes, callMany); a layer with a single
 * output implements the simpler outputShape and call. Shapes here leave out the batch axis unless stated otherwise.
 * Does not hold memory (parameter.ts). Knows of sequences (sequenceLayer.ts) only that masks are passed on.
 */
import type { Config } from "../config.js";
import { ShapeError, UsageError, message, show } from "../errors.js";
import { explained } from "../explained.js";
import { checkMember } from "../options.js";
import { type SampleShape, type Shape, fitsShape, givenShape, sampleShape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { callChecks, checkWritten } from "./callChecks.js";
import type { CallContext } from "./callContext.js";
import { Parameter, type ParameterSpec } from "./parameter.js";
import type { SequencePart } from "./sequencePart.js";

/** The output of a layer in a graph under construction: a shape without values. */
export class SymbolicTensor {
  /** As layers reckon with it: Note [Any size] in tensor/shape.ts. @internal */
  readonly sizes: Shape;
  /** The layer call that makes it; undefined for an input. */
  readonly origin: LayerCall | undefined;
  readonly name: string | undefined;

  constructor(sizes: Shape, origin?: LayerCall, name?: string) {
    this.sizes = sizes;
    this.origin = origin;
    this.name = name;
  }

  /** Without the batch axis; null is an axis of any size. */
  get shape(): SampleShape {
    return givenShape(this.sizes);
  }
}

/** One use of a layer in a graph. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  /** The outputs: one tensor, or several if the layer also returns states. */
  readonly outputs: readonly SymbolicTensor[];
}

/** Options that every layer takes. */
export interface LayerOptions {
  /** The layer's name, unique in its model. Default: its kind and a number. */
  readonly name?: string;
  /**
   * Shape of one sample, for the first layer of a sequential model; null is an axis of any size: [null, 8] takes
   * sequences of any length. Default: taken from the data.
   */
  readonly inputShape?: SampleShape;
}

/** A layer. Layers are made by the functions of `layers`. */
export abstract class Layer {
  /** The kind, such as "dense"; also its className in a file. */
  abstract readonly kind: string;
  readonly inputShape: SampleShape | undefined;
  /**
   * False freezes the layer and the layers within it: parameters get no gradient and no update, moving statistics stay.
   * Set it before `compile`.
   */
  trainable = true;
  /** The layers that hold this one. */
  readonly #holders: Layer[] = [];
  #name: string | undefined;
  #parameters: Parameter[] = [];
  #builtFor: readonly Shape[] | undefined;

  constructor(options: LayerOptions = {}) {
    const { name, inputShape } = options ?? {};
    this.#name = name;
    this.inputShape = Array.isArray(inputShape) ? inputShape : undefined;
    explained<Layer>(this, callChecks(this));
  }

  /**
   * The name that the user gave, or else the first model made of the layer. It is stored in files, so it does not
   * change.
   */
  get name(): string | undefined {
    return this.#name;
  }

  /** Names a layer that has no name yet. @internal */
  giveName(name: string): void {
    this.#name ??= name;
  }

  /** True when this layer, or a layer that holds it, is not trainable. */
  get isFrozen(): boolean {
    return !this.trainable || this.#holders.some(({ isFrozen }) => isFrozen);
  }

  /** Notes which layer holds this one. @internal */
  putInto(holder: Layer): void {
    this.#holders.push(holder);
  }

  /** Throws where a model cannot have this layer beside the others, all of which have names. @internal */
  checkBeside(_layers: readonly Layer[]): void {
    // it can
  }

  /** The layer that a wrapper holds in place of this one, where this one is a model's; else undefined. @internal */
  forWrapper(): Layer | undefined {
    return undefined;
  }

  /** The parameters in the order of their declaration; empty before the layer is applied. */
  get parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  /** The options as stored in a file, without name and inputShape. */
  abstract get options(): Readonly<Record<string, unknown>>;

  /** True where the backward pass needs several times the output: gates, scores, what layers within it compute. @internal */
  declare readonly keepsMore?: boolean;

  /** The layer as stored in a file, which says of a layer of your own that it is one: its kind may be a known word. */
  get config(): Config {
    const { kind, name, inputShape, options, isOwn } = this;
    const given = { ...(name !== undefined && { name }), ...(inputShape && { inputShape }), ...options };
    return { className: kind, ...given, ...(isOwn && { isOwn }) };
  }

  /** False for the library's layers. @internal */
  get isOwn(): boolean {
    return true;
  }

  /**
   * The activation that the outputs come from, by which `compile` tells probabilities from logits: "same" when the
   * outputs are values of the input, or their means or maxima; undefined when it is unknown. Default: the option
   * `activation`.
   */
  get outputActivation(): string | undefined {
    return (this.options as { readonly activation?: string } | undefined)?.activation; // without types it may be forgotten
  }

  /** The sequence-specific part of a layer of sequences. Default: none. */
  get sequences(): SequencePart | undefined {
    return undefined;
  }

  /**
   * The shape of the output, or of the first output if there are several.
   * @throws {ShapeError} when the inputs do not fit
   */
  abstract outputShape(inputShapes: readonly Shape[]): Shape;

  /** The shapes of all outputs. Default: only that of {@link outputShape}. */
  outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    return [this.outputShape(inputShapes)];
  }

  /**
   * Checks that the layer can train on a batch of `rows` samples of these shapes. Default: it can train on any. @throws
   * {ShapeError} when it cannot
   */
  checkBatch(_rows: number, _inputShapes: readonly Shape[]): void {
    // any batch
  }

  /** Declares the parameters for inputs of these shapes; called once. */
  protected build(_inputShapes: readonly Shape[]): void {
    // a layer without parameters
  }

  /**
   * True when a layer that was built for inputs of shapes `built` also takes `shapes`, with the same parameters.
   * Default: when they have the sizes that were known then.
   */
  protected acceptsAlso(shapes: readonly Shape[], built: readonly Shape[]): boolean {
    return shapes.length === built.length && shapes.every((shape, i) => fitsShape(shape, built[i]));
  }

  /** The formula. @param inputs (N, …) each  @returns (N, …) */
  abstract call(inputs: readonly Tensor[], context: CallContext): Tensor;

  /** The formula for all outputs. Default: only that of {@link call}. */
  callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    return [this.call(inputs, context)];
  }

  /**
   * The rank from which on each step of the output depends only on the same step of the operand, so that the mask is
   * kept: 2 for elementwise layers, 3 for layers that work on the last axis. Default: the mask ends.
   */
  get stepwiseFrom(): number {
    return Infinity;
  }

  /**
   * Which steps of the first output count, (N, T) int32, for the layers that follow: Note [Masks] in sequencePart.ts.
   * Undefined: all. Default: as {@link stepwiseFrom} says.
   */
  outputMask([x]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return x.rank < this.stepwiseFrom ? undefined : mask;
  }

  /**
   * Uses the layer in a graph: on one tensor, or on several for a layer that joins them.
   * @throws {ShapeError} when shapes do not fit, or the layer has parameters and was built for other shapes
   * @throws {UsageError} when an input is not a symbolic tensor, or the layer's name contains "/"
   */
  apply(input: SymbolicTensor | readonly SymbolicTensor[], ...more: never[]): SymbolicTensor {
    return this.applyMany(input, ...more)[0];
  }

  /** As {@link apply}, but returns all outputs of a layer that has several: `const [y, h, c] = lstm.applyMany(x)`. */
  applyMany(input: SymbolicTensor | readonly SymbolicTensor[], ...more: never[]): readonly SymbolicTensor[] {
    if (more.length > 0) {
      const [expected, got] = ["apply([a, b]) for several inputs", `${more.length + 1} arguments`];
      throw new UsageError(message(this.kind, "apply() takes one argument", { expected, got }));
    }
    const inputs = symbolsOf(this.kind, input);
    checkWritten(this, "kind");
    checkName(this.kind, this.#name);
    const shapes = inputs.map(({ sizes }) => sizes);
    const outputShapes = this.outputShapes(shapes);
    const built = this.#builtFor;
    if (built === undefined) {
      this.build(shapes);
      this.#builtFor = shapes;
    } else if (this.#parameters.length > 0 && !this.acceptsAlso(shapes, built)) {
      const [expected, got] = [built, shapes].map((list) => list.map(showShape).join(", "));
      throw new ShapeError(message(this.kind, "the layer was built for other inputs", { expected, got }));
    }
    const outputs: SymbolicTensor[] = [];
    const call = { layer: this, inputs, outputs };
    for (const shape of outputShapes) outputs.push(new SymbolicTensor(sampleShape(this.kind, shape), call));
    return outputs;
  }

  /** Declares a parameter; to be called in `build`. */
  protected declare(spec: ParameterSpec): Parameter {
    const { name, shape, initializer, regularizer, constraint } = spec;
    checkMember(this.kind, "initializer", initializer, "fill", "initializers.zeros()");
    if (regularizer) checkMember(this.kind, "regularizer", regularizer, "penalty", "regularizers.l2()");
    if (constraint) checkMember(this.kind, "constraint", constraint, "constrain", "constraints.nonNegative()");
    if (!name || this.#parameters.some(({ layer, spec }) => layer === this && spec.name === name))
      throw new UsageError(message(this.kind, "each parameter needs a name of its own", { got: show(name) }));
    if (!Array.isArray(shape)) sampleShape(this.kind, shape); // which says what is wrong
    if (shape.some(Number.isNaN)) {
      const hint = "Say it in inputShape, or pool over that axis before.";
      const got = `${name} ${showShape(shape)}`;
      throw new ShapeError(message(this.kind, "its weights need a size that is null", { got, hint }));
    }
    const parameter = new Parameter(spec, this);
    this.#parameters.push(parameter);
    return parameter;
  }

  /** Adopts a parameter of an inner layer; to be called in `build`. @param part the prefix of the parameter's name */
  protected adopt(parameter: Parameter, part: string): void {
    parameter.putInto(part);
    this.#parameters.push(parameter);
  }
}

/** The operands as a list. @throws {UsageError} when one is not a symbolic tensor */
function symbolsOf(kind: string, input: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  const inputs: unknown = input instanceof SymbolicTensor ? [input] : input;
  const isSymbol = (item: unknown): boolean => item instanceof SymbolicTensor;
  if (Array.isArray(inputs) && inputs.length > 0 && Array.from<unknown>(inputs).every(isSymbol))
    return inputs as readonly SymbolicTensor[];
  const expected = "the result of layers.input() or of another layer's apply(), or a list of them";
  const hint = "To compute with numbers, put the layer into a model and call predict().";
  throw new UsageError(message(kind, "apply() takes symbolic tensors", { expected, got: show(input), hint }));
}

/**
 * Checks that a name can stand before "/kernel" in a file.
 * @throws {UsageError} when it is not a string, is empty, or contains "/"
 */
export function checkName(kind: string, name: string | undefined): void {
  if (name === undefined || (typeof name === "string" && name !== "" && !name.includes("/"))) return;
  throw new UsageError(message(kind, "the name is invalid", { expected: 'a string without "/"', got: show(name) }));
}

/** The single input of a layer that takes one. @throws {ShapeError} when their number is not 1 */
export function oneInput<T>(kind: string, inputs: readonly T[]): T {
  if (inputs.length !== 1) {
    throw new ShapeError(message(kind, "wrong number of inputs", { expected: "1", got: String(inputs.length) }));
  }
  return inputs[0];
}
