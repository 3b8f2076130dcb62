/**
 * What a layer is: parameters and a formula over ops. `apply` builds the graph of a model symbolically; `call` computes.
 * Shapes here leave the batch axis out unless said. Does not hold memory: a model gives every parameter its place in a slab.
 */
import type { Config } from "../config.js";
import { ShapeError, UsageError, message, show } from "../errors.js";
import type { Initializer } from "../initializers/initializer.js";
import type { MaskedSteps } from "../ops/loss/maskedLoss.js";
import type { RowList } from "../ops/inPlace/rowList.js";
import type { RandomState } from "../tensor/randomState.js";
import type { Regularizer } from "../regularizers/regularizer.js";
import { type Shape, sameShape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** What tokens a layer takes. */
export interface TokenRule {
  /** V: they are 0 … V − 1. */
  readonly vocabulary: number;
}

/** What a layer asks for when it is built. */
export interface ParameterSpec {
  /** Name within the layer: "kernel", "bias", … */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  readonly regularizer?: Regularizer | undefined;
  /** False for what training changes without a gradient, such as running means. Default true. */
  readonly trainable?: boolean;
  /** False for biases and scales, which weight decay leaves alone. Default true. */
  readonly decays?: boolean;
  /**
   * True for a table (V, D) of which a step uses few rows, which an op that is told {@link Parameter.rows} lists: the optimizer then visits these
   * alone. Default false. A regularizer touches every row, and so does the gradient of any other op, as where an output layer shares the table of an
   * embedding: then all are visited.
   */
  readonly isLazy?: boolean;
}

/** A parameter of a layer: what was asked for, and the tensor once a model has made it. */
export class Parameter {
  /** The layer that declared it, which may stand within another. */
  readonly layer: Layer;
  #spec: ParameterSpec;
  /** Where an op notes which rows of a lazy parameter its gradient touches; undefined where nobody asks. */
  rows: RowList | undefined;
  /** The weights of the model that trains it, and whether it may be taken from that. @internal */
  trainer: { readonly isFirm: boolean } | undefined;
  #value: Tensor | undefined;
  #users = 0;

  constructor(spec: ParameterSpec, layer: Layer) {
    this.layer = layer;
    this.#spec = spec;
  }

  /** What was asked for. */
  get spec(): ParameterSpec {
    return this.#spec;
  }

  /** Puts the name of the part of a layer that it belongs to before its own: "forward/kernel". @internal */
  putInto(part: string): void {
    this.#spec = { ...this.#spec, name: `${part}/${this.#spec.name}` };
  }

  /** True once a model has given it memory. */
  get isBound(): boolean {
    return this.#value !== undefined;
  }

  /** The tensor. Errors: UsageError before a model was made of the layer. */
  get value(): Tensor {
    if (this.#value === undefined) {
      throw new UsageError(
        message("layer", `parameter ${show(this.spec.name)} has no value yet`, {
          hint: "Make a model of the layer first.",
        }),
      );
    }
    return this.#value;
  }

  /** Gives the parameter its place. @internal */
  bind(value: Tensor): void {
    this.#value = value;
  }

  /** Notes a model that is made of it. @internal */
  retain(): void {
    this.#users++;
  }

  /** A model has ended: the last one frees the value. @internal */
  release(): void {
    if (--this.#users > 0) return;
    this.#value?.dispose();
    this.rows?.dispose();
    this.rows = undefined;
  }
}

/** A parameter, and what is to stand in its place for a while. */
export type Substitute = readonly [parameter: Parameter, value: Tensor];

/** Runs `fn`, which calls layers, with other values in the place of some parameters. */
export function withSubstitutes<T>(substitutes: readonly Substitute[], fn: () => T): T {
  const before = substitutes.map(([parameter]) => parameter.value);
  for (const [parameter, value] of substitutes) parameter.bind(value);
  try {
    return fn();
  } finally {
    for (const [i, [parameter]] of substitutes.entries()) parameter.bind(before[i]);
  }
}

/** Carried states for one piece of work: CarriedStates in carriedStates.ts. */
export interface OwnStates {
  use<T>(fn: () => T): T;
  reset(): void;
  load(): void;
  store(): void;
  dispose(): void;
}

/** The class CarriedStates, which models get from a layer. */
export interface StateKeeper {
  new (layers: readonly Layer[]): OwnStates;
  lendToFit(layers: readonly Layer[]): () => void;
  claim(layers: readonly Layer[]): boolean;
}

/** What `call` must know besides its operands. */
export interface CallContext {
  /** True in fit: dropout drops, batch statistics are taken. */
  readonly training: boolean;
  /** The model's counter-based generator. */
  readonly random: RandomState;
  /** This call's own stream of it. */
  readonly stream: number;
  /** For each operand which steps of it count, (N, T) int32: 0 for padding. Undefined: all. Note [Masks] */
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
    const named = { ...(this.name === undefined ? {} : { name: this.name }) };
    const shaped = { ...(this.inputShape === undefined ? {} : { inputShape: this.inputShape }) };
    return { className: this.kind, ...named, ...shaped, ...this.options };
  }

  /**
   * The activation that the outputs come from, by which `compile` tells probabilities from logits: "same" where they are the input's values, means or
   * maxima of them; undefined where nobody knows. Default: the option `activation`.
   */
  get outputActivation(): string | undefined {
    return this.options.activation as string | undefined;
  }

  /** Where the layer's inputs are tokens: which. Undefined for any numbers. */
  get tokens(): TokenRule | undefined {
    return undefined;
  }

  /** Shape of the output. Throws ShapeError for inputs that do not fit. */
  abstract outputShape(inputShapes: readonly Shape[]): Shape;

  /** Shapes of all outputs, for a layer that has several; the first is {@link outputShape}. Default: that one alone. */
  outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    return [this.outputShape(inputShapes)];
  }

  /** Declares the parameters for inputs of these shapes; called once. */
  protected build(_inputShapes: readonly Shape[]): void {
    // a layer without parameters
  }

  /** The formula. @param inputs (N, …) each  @returns (N, …) */
  abstract call(inputs: readonly Tensor[], context: CallContext): Tensor;

  /** The formula of a layer with several outputs, in the order of {@link outputShapes}. Default: that of `call` alone. */
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
   * Which steps of the first output count, (N, T) int32, for the layers that read it. Default: as {@link stepwiseFrom} says; undefined: all.
   *
   * Note [Masks]. A mask belongs to a tensor (N, T, …) of sequences of different lengths: 0 where a step is padding. Layers that make one (embedding with
   * maskZero, masking) say so here; layers that work step by step hand on their operand's; recurrent layers, and those that pool or normalise over time,
   * leave out the steps that do not count. Where a layer hands on nothing, the mask ends: docs/masks.md says what each layer does. A mask is no operand: it
   * has no gradient and no place in the graph. Losses and metrics of an output that still has one leave out the steps that do not count, by
   * {@link maskedSteps} of a layer that brings it along, or where masks are given.
   *
   * Note [Nothing but padding]. A sequence without a step that counts is no error: states stay the initial ones, a pooled value is 0, loss and metrics of
   * its steps weigh nothing.
   */
  outputMask([x]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return x.rank < this.stepwiseFrom ? undefined : mask;
  }

  /** How losses and metrics see an output with a mask, for layers of networks over sequences to bring along. Default: nothing. */
  get maskedSteps(): MaskedSteps | undefined {
    return undefined;
  }

  /** What a stateful layer carries from batch to batch. Default: nothing. */
  get carried(): readonly Parameter[] {
    return [];
  }

  /** Throws ShapeError where the layer cannot train on a batch of `rows` samples of these shapes. Default: it can on any. */
  checkBatch(_rows: number, _inputShapes: readonly Shape[]): void {
    // any batch
  }

  /** How models keep apart what is carried; a layer with {@link carried} gives `CarriedStates`. Default: nothing is. */
  get carriedStates(): StateKeeper | undefined {
    return undefined;
  }

  /** The only batch size that a stateful layer takes. Default: any. */
  get batchSize(): number | undefined {
    return undefined;
  }

  /** Forgets what a stateful layer carries from batch to batch. Default: nothing. */
  resetStates(): void {
    // a layer without states
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
    const inputs: readonly SymbolicTensor[] = input instanceof SymbolicTensor ? [input] : input;
    if (!Array.isArray(inputs) || !inputs.every((symbol) => symbol instanceof SymbolicTensor)) {
      const expected = "what layers.input() or another layer's apply gave, or a list of such";
      const hint = "To compute with numbers, make a model of the layer and call predict.";
      throw new UsageError(message(this.kind, "apply takes symbolic tensors", { expected, got: show(input), hint }));
    }
    checkName(this.kind, this.#name);
    const shapes = inputs.map(({ shape }) => shape);
    const outputShapes = this.outputShapes(shapes);
    if (this.#builtFor === undefined) {
      this.build(shapes);
      this.#builtFor = shapes;
    } else if (this.#parameters.length > 0 && !this.acceptsAlso(shapes, this.#builtFor)) {
      const expected = this.#builtFor.map(showShape).join(", ");
      throw new ShapeError(
        message(this.kind, "the layer was built for another input", {
          expected,
          got: shapes.map(showShape).join(", "),
        }),
      );
    }
    const outputs: SymbolicTensor[] = [];
    const call = { layer: this, inputs, outputs };
    for (const shape of outputShapes) outputs.push(new SymbolicTensor(shape, call));
    return outputs;
  }

  /** True where a layer that was built for inputs of shapes `built` takes `shapes` too, with the same parameters. Default: where they are the same. */
  protected acceptsAlso(shapes: readonly Shape[], built: readonly Shape[]): boolean {
    return shapes.length === built.length && shapes.every((shape, i) => sameShape(shape, built[i]));
  }

  /** Makes a parameter of a layer within this one a parameter of this one; for `build`. @param part what comes before its name */
  protected adopt(parameter: Parameter, part: string): void {
    parameter.putInto(part);
    this.#parameters.push(parameter);
  }

  /** Declares a parameter; for `build`. */
  protected declare(spec: ParameterSpec): Parameter {
    const parameter = new Parameter(spec, this);
    this.#parameters.push(parameter);
    return parameter;
  }
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

/** Throws ShapeError where a stateful layer gets batches of N rows that it has no states for. */
export function checkCarriedBatch({ kind, batchSize }: Pick<Layer, "kind" | "batchSize">, N: number): void {
  if (batchSize === undefined || N === batchSize) return;
  const expected = `N = ${batchSize} (batchSize)`;
  const hint = "A stateful layer takes batches of one size alone.";
  throw new ShapeError(
    message(kind, "the carried states belong to another batch size", { expected, got: `N = ${N}`, hint }),
  );
}
